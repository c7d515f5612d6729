using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace FeatureGovernance.Server.Storage.Migrations;

/// <summary>How the values of features are distributed over time: one mergeable profile a window, partitioned by month.</summary>
[DbContext(typeof(GovernanceDb))]
[Migration("20261123000050_Drift")]
internal sealed class DriftTables : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("""
        create schema if not exists drift;

        -- length: 0 hour, 1 day, 2 week. site: 0 training, 1 serving. kind: 1 numbers, 2 texts. segment '' is all rows.
        -- content is the profile in binary form; the columns before it are those that detection reads.
        create table drift.profile (
            feature_id int not null,
            length smallint not null,
            starts timestamptz not null,
            site smallint not null,
            version int not null,
            segment text not null,
            kind smallint not null,
            count bigint not null,
            nulls bigint not null,
            defaults bigint not null,
            mean double precision,
            variance double precision,
            content bytea not null,
            primary key (feature_id, length, starts, site, segment, version)
        ) partition by range (starts);
        -- Sketches are random bits: compressing them again only costs time.
        alter table drift.profile alter column content set storage external;

        create function drift.ensure_month(month date) returns void language plpgsql as $$
        declare
            first date := date_trunc('month', month)::date;
            name text := 'profile' || to_char(first, '_YYYY_MM');
        begin
            if to_regclass('drift.' || quote_ident(name)) is not null then
                return;
            end if;
            perform pg_advisory_xact_lock(hashtextextended('drift.partition', 0));
            if exists (select from pg_class where relname = name and relnamespace = 'drift'::regnamespace) then
                return;
            end if;
            execute format('create table drift.%I (like drift.profile including all)', name);
            execute format('alter table drift.profile attach partition drift.%I for values from (%L) to (%L)',
                name, to_char(first, 'YYYY-MM-DD" 00:00:00+00"'), to_char(first + interval '1 month', 'YYYY-MM-DD" 00:00:00+00"'));
        end $$;
        """);
}
