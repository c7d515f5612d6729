using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace FeatureGovernance.Server.Storage.Migrations;

/// <summary>Which transactions brought profiles, so that a run of detection can tell whether any are new.</summary>
[DbContext(typeof(GovernanceDb))]
[Migration("20261123121100_Landings")]
internal sealed class Landings : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("""
        create table drift.landing (
            xid xid8 primary key default pg_current_xact_id());

        -- seen: every transaction before it had ended when the run began.
        alter table drift.run add column seen xid8;
        """);
}
