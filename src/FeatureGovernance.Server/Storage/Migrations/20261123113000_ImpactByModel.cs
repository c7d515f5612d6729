using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace FeatureGovernance.Server.Storage.Migrations;

/// <summary>A model's page asks which incidents hurt it.</summary>
[DbContext(typeof(GovernanceDb))]
[Migration("20261123113000_ImpactByModel")]
internal sealed class ImpactByModel : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("create index impact_model on drift.impact (model_id, incident_id);");
}
