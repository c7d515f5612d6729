using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace FeatureGovernance.Server.Storage.Migrations;

/// <summary>Samples kept so that drifts can be replayed through models fitted on them, and by which method each impact was estimated.</summary>
[DbContext(typeof(GovernanceDb))]
[Migration("20261123121000_Replays")]
internal sealed class Replays : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("""
        -- One a model: that of its newest valuation. features are those of the sample's columns, total is what shuffling each of them loses, summed.
        create table value.replay_sample (
            model_id int primary key,
            valuation_id int not null,
            kept_at timestamptz not null,
            metric text not null,
            rows int not null,
            in_seconds boolean not null,
            features int[] not null,
            total double precision not null,
            content bytea not null);

        -- method: 0 by profiles, 1 by replay. replayed_digest is that of the incident as it was when a replay was last tried.
        alter table drift.impact
            add column method smallint not null default 0,
            add column replayed_digest bytea,
            add column replayed_valuation int;
        """);
}
