using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace FeatureGovernance.Server.Storage.Migrations;

/// <summary>Requests, proposals and the stages features went through. A proposal is one immutable document with its keys beside it.</summary>
[DbContext(typeof(GovernanceDb))]
[Migration("20261123000010_Lifecycle")]
internal sealed class Lifecycle : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("""
        create sequence lifecycle.adoption_request_id as int;
        create table lifecycle.adoption_request (
            id int primary key default nextval('lifecycle.adoption_request_id'),
            model_id int not null references registry.model,
            requester text not null,
            justification text not null,
            created_at timestamptz not null,
            revision int not null);
        create index on lifecycle.adoption_request (model_id, id);

        -- What a request asked for and what came of it; lifecycle.adoption holds where the pair stands now.
        create table lifecycle.adoption_item (
            request_id int not null references lifecycle.adoption_request,
            feature_id int not null references registry.feature,
            state smallint not null,
            since timestamptz not null,
            decided_by text,
            comment text,
            primary key (request_id, feature_id));
        create index on lifecycle.adoption_item (feature_id, request_id);

        -- state: the order of Core's ProposalState; up to 4 the proposal is open.
        create sequence lifecycle.proposal_id as int;
        create table lifecycle.proposal (
            id int primary key default nextval('lifecycle.proposal_id'),
            document json not null,
            evidence json not null,
            state smallint not null,
            revision int not null,
            proposer text not null,
            submitted_at timestamptz not null,
            state_since timestamptz not null,
            next_step_at timestamptz,
            notice_began timestamptz,
            sunset timestamptz not null,
            updated_at timestamptz not null);
        create index on lifecycle.proposal (state, id);
        create index on lifecycle.proposal (proposer, id);

        create table lifecycle.proposal_feature (
            proposal_id int not null references lifecycle.proposal,
            feature_id int not null references registry.feature,
            replacement_id int references registry.feature,
            ordinal int not null,
            is_open boolean not null,
            primary key (proposal_id, feature_id));
        create unique index proposal_feature_open on lifecycle.proposal_feature (feature_id) where is_open;
        create index on lifecycle.proposal_feature (feature_id, proposal_id);

        -- team: the name that the document uses, so that a renamed team is known again.
        create table lifecycle.proposal_reviewer (
            proposal_id int not null references lifecycle.proposal,
            team_id int not null references registry.team,
            team text not null,
            primary key (proposal_id, team_id));
        create index on lifecycle.proposal_reviewer (team_id, proposal_id);

        create sequence lifecycle.stage_change_id;
        create table lifecycle.stage_change (
            feature_id int not null references registry.feature,
            id bigint not null default nextval('lifecycle.stage_change_id'),
            from_stage smallint not null,
            to_stage smallint not null,
            actor text not null,
            at timestamptz not null,
            reason text,
            proposal_id int references lifecycle.proposal,
            overridden text[] not null,
            override_reason text,
            primary key (feature_id, id));
        """);
}
