using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace FeatureGovernance.Server.Storage.Migrations;

/// <summary>How often a scan was begun: one that kills its process is not begun for ever.</summary>
[DbContext(typeof(GovernanceDb))]
[Migration("20261123115000_ScanAttempts")]
internal sealed class ScanAttempts : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) =>
        migrationBuilder.Sql("alter table drift.scan add column attempts smallint not null default 0");
}
