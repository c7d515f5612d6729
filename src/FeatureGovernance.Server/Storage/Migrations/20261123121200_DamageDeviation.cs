using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace FeatureGovernance.Server.Storage.Migrations;

/// <summary>How uncertain the damage to a feature is: that too depends on how probable a fault is. Former rows get that of a certain one.</summary>
[DbContext(typeof(GovernanceDb))]
[Migration("20261123121200_DamageDeviation")]
internal sealed class DamageDeviation : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("""
        alter table drift.incident_feature add column damage_deviation double precision not null default 0;
        update drift.incident_feature set damage_deviation = 1.8 * damage;
        """);
}
