using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace FeatureGovernance.Server.Storage.Migrations;

/// <summary>The record of checks, by month, and what checks say of a feature on its way out.</summary>
[DbContext(typeof(GovernanceDb))]
[Migration("20261123000015_Checks")]
internal sealed class Checks : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("""
        create sequence lifecycle.check_record_id;
        create table lifecycle.check_record (
            id bigint not null default nextval('lifecycle.check_record_id'),
            at timestamptz not null,
            actor text not null,
            model_id integer,
            model text,
            verdict smallint not null,
            features integer not null,
            errors integer not null,
            warnings integer not null,
            repository text,
            commit text,
            registry_version bigint not null,
            duration_us integer not null,
            primary key (id, at)
        ) partition by range (at);
        create index ix_check_record_model on lifecycle.check_record (model_id, id);
        create index ix_check_record_verdict on lifecycle.check_record (verdict, id);
        comment on column lifecycle.check_record.model is 'the name as it was asked, where no such model was registered';

        -- Sees to it that a month has its partition, and drops those that ended more than so many months before it.
        create function lifecycle.keep_check_partitions(month date, months_kept integer) returns void language plpgsql as $$
        declare
            first date := date_trunc('month', month)::date;
            old text;
        begin
            perform pg_advisory_xact_lock(7305086523812345615);
            execute format('create table if not exists lifecycle.%I partition of lifecycle.check_record for values from (%L) to (%L)',
                'check_record_' || to_char(first, 'YYYY_MM'),
                first::timestamp at time zone 'UTC', (first + interval '1 month') at time zone 'UTC');
            for old in
                select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid
                where i.inhparent = 'lifecycle.check_record'::regclass
                  and c.relname < 'check_record_' || to_char(first - make_interval(months => months_kept), 'YYYY_MM')
            loop
                execute format('drop table lifecycle.%I', old);
            end loop;
        end $$;

        -- Since when a feature is on its way out, when it goes off and why.
        create view lifecycle.notice as
            select f.id as feature_id, coalesce(p.notice_began, f.stage_since) as since, p.sunset as deadline, p.document ->> 'reason' as reason
            from registry.feature f
            left join lifecycle.proposal_feature i on i.feature_id = f.id and i.is_open
            left join lifecycle.proposal p on p.id = i.proposal_id
            where f.stage >= 4;
        """);
}
