using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace FeatureGovernance.Server.Storage.Migrations;

/// <summary>What each model may gain by, as the last run of scoring found: the best of what its siblings read and it does not.</summary>
[DbContext(typeof(GovernanceDb))]
[Migration("20261123133000_ModelGains")]
internal sealed class ModelGains : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("""
        -- With whom each model was compared; a model without a row was not known to the last run.
        create table value.model_sibling (
            model_id int primary key,
            siblings int[] not null);

        create table value.model_gain (
            model_id int not null,
            place int not null,
            feature_id int not null,
            share double precision not null,
            lower double precision not null,
            upper double precision not null,
            siblings int not null,
            evidence_models int[] not null,
            evidence_shares double precision[] not null,
            primary key (model_id, place));
        """);
}
