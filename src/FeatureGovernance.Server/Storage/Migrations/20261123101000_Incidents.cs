using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace FeatureGovernance.Server.Storage.Migrations;

/// <summary>What detection reads of a profile without its sketches, the runs of detection, and the incidents they find.</summary>
[DbContext(typeof(GovernanceDb))]
[Migration("20261123101000_Incidents")]
internal sealed class IncidentTables : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("""
        -- quantiles: at 2.5, 7.5 ... 97.5 %. frequent: of texts only. All are null in profiles that came before this; those are read from content.
        alter table drift.profile
            add column zeros bigint,
            add column nans bigint,
            add column distinct_values double precision,
            add column quantiles double precision[],
            add column frequent_values text[],
            add column frequent_counts bigint[],
            add column lag_seconds double precision;

        create sequence drift.run_id as int;
        create sequence drift.incident_id as int;

        -- state: 0 queued, 1 running, 2 succeeded, 3 failed, 4 cancelled.
        create table drift.run (
            id int primary key default nextval('drift.run_id'),
            state smallint not null default 0,
            requested_by text not null,
            requested_at timestamptz not null,
            started_at timestamptz,
            finished_at timestamptz,
            phase text,
            progress double precision not null default 0,
            counts json not null default '{}',
            cancel_requested boolean not null default false,
            error text);
        create unique index run_active on drift.run ((true)) where state in (0, 1);

        -- length as in drift.profile; ends is the end of the last window. kind, cause, fault, severity: the order of Core's words.
        -- status: 0 open, 1 acknowledged, 2 snoozed, 3 resolved, 4 expected; decided_by null: nobody has touched it.
        -- digest is of all that detection found, so that finding it again changes nothing.
        create table drift.incident (
            id int primary key default nextval('drift.incident_id'),
            length smallint not null,
            starts timestamptz not null,
            ends timestamptz not null,
            ongoing boolean not null,
            kind smallint not null,
            cause smallint not null,
            cause_probability double precision not null,
            fault smallint,
            score double precision not null,
            size double precision not null,
            severity smallint not null,
            status smallint not null default 0,
            snoozed_until timestamptz,
            reason text,
            decided_by text,
            decided_at timestamptz,
            lead_feature_id int not null,
            sources text[] not null,
            segments text[] not null,
            sites smallint[] not null,
            verdict json not null,
            digest bytea not null,
            revision int not null default 1,
            found_at timestamptz not null,
            updated_at timestamptz not null,
            run_id int not null);
        create index incident_open on drift.incident (severity desc, id desc) where status in (0, 1, 2);
        create index incident_ends on drift.incident (length, ends);

        -- signals: where each was seen, since when, and in which words.
        create table drift.incident_feature (
            feature_id int not null,
            incident_id int not null references drift.incident,
            size double precision not null,
            signals json not null,
            primary key (feature_id, incident_id));
        create index incident_feature_incident on drift.incident_feature (incident_id);

        -- The largest size (0 to 1) of a symptom that was marked as expected; no smaller one is told again.
        create table drift.expected_change (
            feature_id int not null,
            symptom smallint not null,
            incident_id int not null references drift.incident,
            size double precision not null,
            primary key (feature_id, symptom, incident_id));
        """);
}
