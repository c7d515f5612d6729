using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace FeatureGovernance.Server.Storage.Migrations;

/// <summary>What incidents are expected to cost each model, and what was seen afterwards.</summary>
[DbContext(typeof(GovernanceDb))]
[Migration("20261123101100_Impact")]
internal sealed class ImpactTables : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("""
        alter table drift.incident add column announced boolean not null default false;
        alter table drift.incident_feature add column damage double precision not null default 0;

        -- loss: the part of all that features contribute to the model; null where no share of a feature is known.
        -- metric_change is in the metric's own unit and sign, null where a feature's importance was not measured in it.
        -- observed: the mean of what the model reported during the incident, and in the four weeks before it.
        create table drift.impact (
            incident_id int not null references drift.incident,
            model_id int not null,
            features int not null,
            weight double precision not null,
            loss double precision,
            loss_deviation double precision,
            metric text,
            metric_change double precision,
            metric_deviation double precision,
            observed double precision,
            observed_before double precision,
            primary key (incident_id, model_id));
        """);
}
