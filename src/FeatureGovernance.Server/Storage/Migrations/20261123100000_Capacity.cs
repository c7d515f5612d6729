using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace FeatureGovernance.Server.Storage.Migrations;

/// <summary>Pools, what they saw, their deliveries, scenarios and frozen plans.</summary>
[DbContext(typeof(GovernanceDb))]
[Migration("20261123100000_Capacity")]
internal sealed class CapacityTables : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("""
        create schema capacity;
        create sequence capacity.pool_id as int;
        create sequence capacity.supply_id as int;
        create sequence capacity.scenario_id as int;
        create sequence capacity.plan_id as int;

        create table capacity.pool (
            id int primary key default nextval('capacity.pool_id'),
            name text collate "C" not null unique,
            unit text not null,
            unit_price double precision,
            region text,
            resource_class text,
            resource text,
            team_id int references registry.team,
            headroom double precision not null,
            risk double precision not null,
            revision int not null,
            updated_at timestamptz not null);

        -- Means of a day, in the pool's unit; null is unknown.
        create table capacity.observation (
            pool_id int not null,
            day date not null,
            demand double precision,
            supply double precision,
            primary key (pool_id, day)
        ) partition by range (day);
        do $$ begin
            for year in 2015..2045 loop
                execute format('create table capacity.observation_%s partition of capacity.observation for values from (%L) to (%L)',
                    year, make_date(year, 1, 1), make_date(year + 1, 1, 1));
            end loop;
        end $$;
        create table capacity.observation_other partition of capacity.observation default;

        -- kind: the order of Core's SupplyKind.
        create table capacity.supply (
            id int primary key default nextval('capacity.supply_id'),
            pool_id int not null references capacity.pool,
            name text collate "C" not null,
            kind smallint not null,
            amount double precision not null,
            due date not null,
            order_by date,
            lead_time_days int,
            done_on date,
            slip_probability double precision,
            slip_median_days double precision,
            slip_spread double precision,
            note text,
            revision int not null,
            unique (pool_id, name));

        create table capacity.scenario (
            id int primary key default nextval('capacity.scenario_id'),
            name text collate "C" not null unique,
            definition json not null,
            saved_by text not null,
            saved_at timestamptz not null);

        -- state: 0 queued, 1 running, 2 succeeded, 3 failed, 4 cancelled. scenarios: as they were when the plan was asked for.
        create table capacity.plan (
            id int primary key default nextval('capacity.plan_id'),
            state smallint not null default 0,
            name text,
            as_of date not null,
            scenarios json not null,
            pools int[],
            requested_by text not null,
            requested_at timestamptz not null,
            finished_at timestamptz,
            progress double precision not null default 0,
            cancel_requested boolean not null default false,
            planned int,
            left_out text[],
            totals json,
            error text);
        create index plan_active on capacity.plan (id) where state in (0, 1);

        create table capacity.plan_pool (
            plan_id int not null references capacity.plan on delete cascade,
            pool_id int not null,
            pool text collate "C" not null,
            outlook json not null,
            primary key (plan_id, pool));
        """);
}
