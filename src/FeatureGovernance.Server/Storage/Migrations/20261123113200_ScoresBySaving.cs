using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace FeatureGovernance.Server.Storage.Migrations;

/// <summary>The page of values begins with what would save most, and goes on by value; the catalogue can be ordered by value.</summary>
[DbContext(typeof(GovernanceDb))]
[Migration("20261123113200_ScoresBySaving")]
internal sealed class ScoresBySaving : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("""
        create index feature_score_saving on value.feature_score ((coalesce(saving_per_day, -1)), feature_id);
        create index feature_score_value on value.feature_score ((coalesce(value, -1)), feature_id);
        """);
}
