using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace FeatureGovernance.Server.Storage.Migrations;

/// <summary>How often a scenario was saved, so that nobody overwrites what he has not read.</summary>
[DbContext(typeof(GovernanceDb))]
[Migration("20261123230000_ScenarioRevisions")]
internal sealed class ScenarioRevisions : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) =>
        migrationBuilder.Sql("alter table capacity.scenario add column revision int not null default 1;");
}
