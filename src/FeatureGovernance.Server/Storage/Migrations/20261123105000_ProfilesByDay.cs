using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace FeatureGovernance.Server.Storage.Migrations;

/// <summary>Finds the profiles of one day among all: reports come in by day, so a range per block costs next to nothing.</summary>
[DbContext(typeof(GovernanceDb))]
[Migration("20261123105000_ProfilesByDay")]
internal sealed class ProfilesByDay : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) =>
        migrationBuilder.Sql("create index profile_by_start on drift.profile using brin (starts) with (pages_per_range = 32)");
}
