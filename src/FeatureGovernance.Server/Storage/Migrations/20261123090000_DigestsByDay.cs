using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace FeatureGovernance.Server.Storage.Migrations;

/// <summary>Keys the digests of usage by day first: they are written, compared and let go day by day, and so one index does.</summary>
[DbContext(typeof(GovernanceDb))]
[Migration("20261123090000_DigestsByDay")]
internal sealed class DigestsByDay : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("""
        drop index value.usage_digest_day;
        alter table value.usage_digest drop constraint usage_digest_pkey, add primary key (day, feature_id);
        """);
}
