using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace FeatureGovernance.Server.Storage.Migrations;

/// <summary>How each feature's share of each model went: a row for each day up to which a run counted and on which the share had changed.</summary>
[DbContext(typeof(GovernanceDb))]
[Migration("20261123134000_ShareHistory")]
internal sealed class ShareHistory : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("""
        create table value.share_history (
            feature_id int not null,
            model_id int not null,
            as_of date not null,
            share double precision not null,
            primary key (feature_id, model_id, as_of));
        """);
}
