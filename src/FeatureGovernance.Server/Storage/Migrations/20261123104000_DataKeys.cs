using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace FeatureGovernance.Server.Storage.Migrations;

/// <summary>The keys that cookies and forms are sealed with, for all processes on one database.</summary>
[DbContext(typeof(GovernanceDb))]
[Migration("20261123104000_DataKeys")]
internal sealed class DataKeys : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("""
        create table access.data_key (
            name text primary key,
            content text not null,
            stored_at timestamptz not null default now())
        """);
}
