using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace FeatureGovernance.Server.Storage.Migrations;

/// <summary>The first day that a plan's quarters find a pool short, beside its outlook: who asks for the soonest need not read all of them.</summary>
[DbContext(typeof(GovernanceDb))]
[Migration("20261123134100_PoolShortfalls")]
internal sealed class PoolShortfalls : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("""
        alter table capacity.plan_pool add column short_from date;

        update capacity.plan_pool set short_from = (
            select min((e -> 'shortfall' ->> 'firstDay')::date) from json_array_elements(outlook -> 'periods') e where e ->> 'period' like '%Q%');
        """);
}
