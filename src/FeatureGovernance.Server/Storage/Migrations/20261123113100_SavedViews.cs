using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace FeatureGovernance.Server.Storage.Migrations;

/// <summary>Filters of the catalogue that people keep by a name of their own.</summary>
[DbContext(typeof(GovernanceDb))]
[Migration("20261123113100_SavedViews")]
internal sealed class SavedViewTable : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("""
        create table registry.saved_view (
            id int generated always as identity primary key,
            owner text not null,
            name text not null,
            query text not null,
            saved_at timestamptz not null,
            unique (owner, name));
        """);
}
