using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace FeatureGovernance.Server.Storage.Migrations;

/// <summary>
/// What is reported of features: narrow facts, partitioned by month, keyed from the feature so that they can be distributed by it. Facts
/// carry no foreign keys: names are resolved before they land, and what is registered is never deleted.
/// </summary>
[DbContext(typeof(GovernanceDb))]
[Migration("20261123000020_Telemetry")]
internal sealed class Telemetry : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("""
        create schema telemetry;

        -- environment: 0 training, 1 serving. sampling_rate null: every read was counted.
        create table telemetry.usage_daily (
            feature_id int not null,
            model_id int not null,
            day date not null,
            environment smallint not null,
            sampling_rate real,
            reads bigint not null,
            requests bigint not null,
            primary key (feature_id, model_id, day, environment)
        ) partition by range (day);
        -- Days arrive in order, so a block range index finds a day at almost no cost to the load.
        create index usage_daily_day on telemetry.usage_daily using brin (day) with (pages_per_range = 32, autosummarize = on);

        -- What is left of a month whose days were let go: days is how many days have a figure, sampling_rate the lowest of them.
        create table telemetry.usage_monthly (
            feature_id int not null,
            model_id int not null,
            month date not null,
            environment smallint not null,
            days smallint not null,
            sampling_rate real,
            reads bigint not null,
            requests bigint not null,
            primary key (feature_id, model_id, month, environment));

        create table telemetry.metric (
            id smallint generated always as identity primary key,
            name text not null unique);

        -- One evaluation is (model, version, method, metric, evaluated_at): its shares add up, and it is replaced as a whole.
        -- method: the order of Core's EvidenceMethod. model_version_id null: the report names none.
        create table telemetry.importance (
            feature_id int not null,
            model_id int not null,
            model_version_id int,
            method smallint not null,
            metric_id smallint not null,
            evaluated_at timestamptz not null,
            value double precision not null,
            standard_error double precision,
            unique nulls not distinct (feature_id, model_id, model_version_id, method, metric_id, evaluated_at)
        ) partition by range (evaluated_at);
        create index importance_evaluation on telemetry.importance (model_id, evaluated_at);

        -- A resource has one unit, that of its first report.
        create table telemetry.resource (
            id smallint generated always as identity primary key,
            name text not null unique,
            unit text not null);

        create table telemetry.cost_daily (
            feature_id int not null,
            day date not null,
            resource_id smallint not null,
            amount double precision not null,
            primary key (feature_id, day, resource_id)
        ) partition by range (day);
        create index cost_daily_day on telemetry.cost_daily using brin (day) with (pages_per_range = 32, autosummarize = on);

        create table telemetry.cost_monthly (
            feature_id int not null,
            month date not null,
            resource_id smallint not null,
            days smallint not null,
            amount double precision not null,
            primary key (feature_id, month, resource_id));

        -- The price of a resource's unit, from the day on, in the organisation's currency.
        create table telemetry.price (
            resource_id smallint not null references telemetry.resource,
            effective_from date not null,
            unit_price double precision not null,
            primary key (resource_id, effective_from));

        -- kind: 0 usage, 1 importance, 2 cost. Numbers follow the order of commits: who has seen batch n has seen all before it.
        create table telemetry.batch (
            id bigint generated always as identity primary key,
            kind smallint not null,
            at timestamptz not null,
            actor text not null,
            landed bigint not null,
            failed bigint not null,
            first_day date,
            last_day date);

        -- The newest batch that touched a day (of importance: the UTC day of the evaluation).
        create table telemetry.changed_day (
            kind smallint not null,
            day date not null,
            batch_id bigint not null,
            primary key (kind, day));
        create index changed_day_batch on telemetry.changed_day (kind, batch_id);

        -- Months that are kept as totals only; their days can no longer be corrected.
        create table telemetry.rolled_month (
            kind smallint not null,
            month date not null,
            primary key (kind, month));

        -- Attaching, unlike creating in place, waits for no reader and no writer.
        create function telemetry.ensure_month(fact text, month date) returns void language plpgsql as $$
        declare
            first date := date_trunc('month', month)::date;
            name text := fact || to_char(first, '_YYYY_MM');
        begin
            if to_regclass('telemetry.' || quote_ident(name)) is not null then
                return;
            end if;
            perform pg_advisory_xact_lock(hashtextextended('telemetry.partition', 0));
            if to_regclass('telemetry.' || quote_ident(name)) is not null then
                return;
            end if;
            execute format('create table telemetry.%I (like telemetry.%I including all)', name, fact);
            execute format('alter table telemetry.%I attach partition telemetry.%I for values from (%L) to (%L)',
                fact, name, to_char(first, 'YYYY-MM-DD" 00:00:00+00"'), to_char(first + interval '1 month', 'YYYY-MM-DD" 00:00:00+00"'));
        end $$;
        """);
}
