using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace FeatureGovernance.Server.Storage.Migrations;

/// <summary>What an incident costs all models together, kept with it so that of incidents as serious the costliest comes first.</summary>
[DbContext(typeof(GovernanceDb))]
[Migration("20261124030000_IncidentLoss")]
internal sealed class IncidentLoss : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("""
        alter table drift.incident add column loss double precision;
        update drift.incident i set loss = p.loss
        from (select incident_id, sum(weight * loss) as loss from drift.impact group by incident_id) p
        where p.incident_id = i.id;
        drop index drift.incident_open;
        create index incident_open on drift.incident (severity desc, coalesce(loss, 0) desc, id desc) where status in (0, 1, 2);
        """);
}
