using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace FeatureGovernance.Server.Storage.Migrations;

/// <summary>Deadlines of reviews, migration tasks, reports against guardrails, drafts, and what became of removals.</summary>
[DbContext(typeof(GovernanceDb))]
[Migration("20261123000050_DeprecationReviews")]
internal sealed class DeprecationReviews : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("""
        -- When the reviewers should next be looked at; every change of a proposal asks for a look.
        alter table lifecycle.proposal add column next_chase_at timestamptz;
        update lifecycle.proposal set next_chase_at = state_since where state <= 4;
        create index on lifecycle.proposal (next_chase_at) where next_chase_at is not null;

        -- status: the order of Core's MigrationStatus; 3 is done.
        create sequence lifecycle.migration_task_id as int;
        create table lifecycle.migration_task (
            id int primary key default nextval('lifecycle.migration_task_id'),
            proposal_id int not null references lifecycle.proposal,
            feature_id int not null references registry.feature,
            model_id int not null references registry.model,
            replacement_id int references registry.feature,
            assignee_id int not null references registry.team,
            status smallint not null,
            due_at timestamptz not null,
            note text,
            revision int not null,
            created_at timestamptz not null,
            updated_at timestamptz not null,
            unique (proposal_id, feature_id, model_id));
        create index on lifecycle.migration_task (model_id, id);
        create index on lifecycle.migration_task (assignee_id, id);

        create table lifecycle.guardrail_report (
            model_id int not null references registry.model,
            metric text not null,
            at timestamptz not null,
            value double precision not null,
            actor text not null,
            primary key (model_id, metric, at));
        create index on lifecycle.guardrail_report (at);

        -- state: 0 open, 1 submitted, 2 rejected, 3 lapsed. One open draft per team.
        create sequence lifecycle.draft_id as int;
        create table lifecycle.draft (
            id int primary key default nextval('lifecycle.draft_id'),
            team_id int not null references registry.team,
            state smallint not null,
            revision int not null,
            created_at timestamptz not null,
            updated_at timestamptz not null,
            decided_by text,
            reason text,
            proposal_id int references lifecycle.proposal);
        create unique index draft_open on lifecycle.draft (team_id) where state = 0;
        create table lifecycle.draft_feature (
            draft_id int not null references lifecycle.draft,
            feature_id int not null references registry.feature,
            primary key (draft_id, feature_id));

        -- What was believed of a feature when it was last decided that it stays.
        create table lifecycle.rejection (
            feature_id int primary key references registry.feature,
            at timestamptz not null,
            actor text not null,
            reason text,
            value double precision,
            lower double precision,
            upper double precision,
            cost_per_day double precision);

        -- A removal: what it was to lose and save, and what it did. Nulls are unknown.
        create table lifecycle.outcome (
            proposal_id int primary key references lifecycle.proposal,
            removed_at timestamptz not null,
            predicted_loss double precision,
            predicted_loss_lower double precision,
            predicted_loss_upper double precision,
            predicted_saving double precision,
            cost_before double precision,
            cost_after double precision,
            observed_loss double precision,
            shifts json not null default '[]',
            observed_until timestamptz,
            settled boolean not null default false);
        """);
}
