using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace FeatureGovernance.Server.Storage.Migrations;

/// <summary>What a plan foresaw of a pool before scenarios, so that others can be tried on it. Plans of old have none.</summary>
[DbContext(typeof(GovernanceDb))]
[Migration("20261123122000_PlanForecasts")]
internal sealed class PlanForecasts : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) =>
        migrationBuilder.Sql("alter table capacity.plan_pool add column forecast json");
}
