using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace FeatureGovernance.Server.Storage.Migrations;

/// <summary>Reports that name some of a model's features only are pooled by how much of the model those hold.</summary>
[DbContext(typeof(GovernanceDb))]
[Migration("20261123120000_PartialReports")]
internal sealed class PartialReports : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("""
        -- Whether a report without a version is partial depends on the live one. What was folded before is folded again by the next run.
        alter table value.model_scale add column live_version_id int not null default 0;
        delete from value.folded_day where kind = 1;
        delete from value.model_scale;
        """);
}
