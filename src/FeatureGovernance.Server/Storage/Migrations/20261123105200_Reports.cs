using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace FeatureGovernance.Server.Storage.Migrations;

/// <summary>Quarterly reviews as they were when the quarter was over.</summary>
[DbContext(typeof(GovernanceDb))]
[Migration("20261123105200_Reports")]
internal sealed class ReportTables : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("""
        create schema reports;
        create table reports.review (
            id int generated always as identity primary key,
            quarter text collate "C" not null,
            team_id int references registry.team,
            made_at timestamptz not null,
            content json not null,
            unique nulls not distinct (quarter, team_id));
        """);
}
