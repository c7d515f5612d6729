using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace FeatureGovernance.Server.Storage.Migrations;

/// <summary>Evaluation samples that are measured in the background, and what was found.</summary>
[DbContext(typeof(GovernanceDb))]
[Migration("20261123102000_Valuations")]
internal sealed class Valuations : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("""
        -- state: 0 queued, 1 running, 2 succeeded, 3 failed, 4 cancelled. file: the name within the folder of samples, or the operator's path.
        create table value.valuation (
            id int generated always as identity primary key,
            state smallint not null default 0,
            question json not null,
            file text not null,
            is_upload boolean not null,
            bytes bigint not null,
            requested_by text not null,
            requested_at timestamptz not null,
            started_at timestamptz,
            finished_at timestamptz,
            phase text,
            progress double precision not null default 0,
            attempts smallint not null default 0,
            cancel_requested boolean not null default false,
            result json,
            error text);
        create index valuation_open on value.valuation (id) where state in (0, 1);

        -- One row a column of the sample, the most valuable first.
        create table value.valuation_feature (
            valuation_id int not null references value.valuation on delete cascade,
            place int not null,
            judgement json not null,
            primary key (valuation_id, place));
        """);
}
