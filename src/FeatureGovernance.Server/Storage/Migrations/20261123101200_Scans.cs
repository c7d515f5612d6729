using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace FeatureGovernance.Server.Storage.Migrations;

/// <summary>Files that the server profiles itself, once or again and again.</summary>
[DbContext(typeof(GovernanceDb))]
[Migration("20261123101200_Scans")]
internal sealed class ScanTables : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("""
        create sequence drift.scan_id as int;

        -- state: as in drift.run. rows: read so far. skipped: columns that are no registered feature.
        create table drift.scan (
            id int primary key default nextval('drift.scan_id'),
            state smallint not null default 0,
            request json not null,
            requested_by text not null,
            requested_at timestamptz not null,
            started_at timestamptz,
            finished_at timestamptz,
            rows bigint not null default 0,
            profiles int,
            replaced int,
            skipped text[] not null default '{}',
            error text);

        -- every: 0 hour, 1 day.
        create table drift.scan_schedule (
            name text primary key,
            request json not null,
            every smallint not null,
            next_at timestamptz not null,
            set_by text not null,
            last_scan_id int references drift.scan);
        """);
}
