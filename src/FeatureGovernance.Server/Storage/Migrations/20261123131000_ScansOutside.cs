using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace FeatureGovernance.Server.Storage.Migrations;

/// <summary>Keeps of a scan what of the values lies outside what features were registered to have.</summary>
[DbContext(typeof(GovernanceDb))]
[Migration("20261123131000_ScansOutside")]
internal sealed class ScansOutside : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) =>
        migrationBuilder.Sql("alter table drift.scan add column outside text[] not null default '{}'");
}
