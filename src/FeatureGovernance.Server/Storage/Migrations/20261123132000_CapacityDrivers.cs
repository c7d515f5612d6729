using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace FeatureGovernance.Server.Storage.Migrations;

/// <summary>What demand may follow: traffic, the number of models, a business calendar.</summary>
[DbContext(typeof(GovernanceDb))]
[Migration("20261123132000_CapacityDrivers")]
internal sealed class CapacityDrivers : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("""
        create sequence capacity.driver_id as int;
        create table capacity.driver (
            id int primary key default nextval('capacity.driver_id'),
            name text collate "C" not null unique,
            unit text,
            description text,
            revision int not null,
            updated_at timestamptz not null);

        -- What was seen of a day, or what is assumed from a day on.
        create table capacity.driver_value (
            driver_id int not null references capacity.driver,
            day date not null,
            value double precision not null,
            is_assumed boolean not null,
            primary key (driver_id, day));

        -- Numbers of drivers that a pool follows, in the order of their names.
        alter table capacity.pool add column drivers int[];
        """);
}
