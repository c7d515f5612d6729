using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace FeatureGovernance.Server.Storage.Migrations;

/// <summary>Pools whose demand follows from telemetry.</summary>
[DbContext(typeof(GovernanceDb))]
[Migration("20261123103000_DerivedDemand")]
internal sealed class DerivedDemandColumns : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("""
        -- demand_from: null reported, 0 costs of the pool's resource, 1 reads. demand_environment: null both, else as in usage_daily.
        alter table capacity.pool
            add column demand_from smallint,
            add column units_per_million_reads double precision,
            add column demand_environment smallint;
        """);
}
