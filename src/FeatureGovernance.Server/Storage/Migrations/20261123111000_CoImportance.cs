using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace FeatureGovernance.Server.Storage.Migrations;

/// <summary>How the importances of related features move together over the reports of a model.</summary>
[DbContext(typeof(GovernanceDb))]
[Migration("20261123111000_CoImportance")]
internal sealed class CoImportance : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("""
        -- Sums over reports that state both, within each method about its own means, so that they add over models. first_id < second_id.
        create table value.co_importance (
            first_id int not null,
            second_id int not null,
            model_id int not null,
            reports int not null,
            lines int not null,
            xx double precision not null,
            yy double precision not null,
            xy double precision not null,
            primary key (first_id, second_id, model_id));
        create index co_importance_model on value.co_importance (model_id);
        """);
}
