using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace FeatureGovernance.Server.Storage.Migrations;

/// <summary>What scoring keeps between runs, so that a run costs in proportion to what is new.</summary>
[DbContext(typeof(GovernanceDb))]
[Migration("20261123000030_Value")]
internal sealed class ValueTables : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("""
        create sequence value.score_run_id as int;

        -- state: 0 queued, 1 running, 2 succeeded, 3 failed, 4 cancelled. as_of: the last day counted.
        create table value.score_run (
            id int primary key default nextval('value.score_run_id'),
            state smallint not null default 0,
            is_full boolean not null,
            as_of date not null,
            requested_by text not null,
            requested_at timestamptz not null,
            started_at timestamptz,
            finished_at timestamptz,
            phase text,
            progress double precision not null default 0,
            counts json not null default '{}',
            attempts smallint not null default 0,
            cancel_requested boolean not null default false,
            error text);
        create unique index score_run_active on value.score_run ((true)) where state in (0, 1);

        -- Which batch of telemetry each day was last folded from; kinds as in telemetry.changed_day.
        create table value.folded_day (
            kind smallint not null,
            day date not null,
            batch_id bigint not null,
            primary key (kind, day));

        -- What each feature's rows of a recent day hashed to when they were folded: tells a correction from a repetition.
        create table value.usage_digest (
            feature_id int not null,
            day date not null,
            digest bigint not null,
            primary key (feature_id, day));
        create index usage_digest_day on value.usage_digest (day);

        -- Decayed use. A day d weighs 2^((d - 2020-01-01) / 14): weights are anchored, so that time passing rewrites no row.
        -- reads are scaled up by the sampling rate; observed are as counted; exposure is the sum of weight x sampling rate.
        -- quiet_days and quiet_exposure count the days reported since the last one with a read, unweighted.
        create table value.pair_state (
            feature_id int not null,
            model_id int not null,
            environment smallint not null,
            last_day date not null,
            last_read date,
            days_reported int not null,
            quiet_days int not null,
            quiet_exposure double precision not null,
            days double precision not null,
            reads double precision not null,
            observed double precision not null,
            exposure double precision not null,
            request_reads double precision not null,
            requests double precision not null,
            last_digest bigint,
            primary key (feature_id, model_id, environment));

        -- Evidence per method as four sums. A report at t weighs 2^((t - 2020-01-01) / 90) / variance.
        create table value.pair_evidence (
            feature_id int not null,
            model_id int not null,
            method smallint not null,
            weight double precision not null,
            weighted_sum double precision not null,
            weighted_squares double precision not null,
            reports int not null,
            primary key (feature_id, model_id, method));
        create index pair_evidence_model on value.pair_evidence (model_id);

        -- The number of features that set the scale of a model's evidence.
        create table value.model_scale (
            model_id int primary key,
            features int not null);

        create table value.pair_share (
            feature_id int not null,
            model_id int not null,
            weight double precision not null,
            share double precision not null,
            deviation double precision not null,
            lower double precision not null,
            upper double precision not null,
            methods smallint not null,
            reports int not null,
            contradictory boolean not null,
            primary key (feature_id, model_id));
        create index pair_share_model on value.pair_share (model_id);

        -- Every feature's score in every run that is kept; a partition holds 32 runs.
        create table value.score_history (
            feature_id int not null,
            run_id int not null,
            value double precision,
            lower double precision,
            upper double precision,
            percentile double precision,
            usage double precision,
            reads_per_day double precision,
            cost_per_day double precision,
            recommendation smallint not null,
            confidence double precision not null,
            primary key (feature_id, run_id)
        ) partition by range (run_id);
        """);
}
