using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace FeatureGovernance.Server.Storage.Migrations;

/// <summary>Standards with their versions, exemptions, evidence, scorecards, and what became of adoptions and trials.</summary>
[DbContext(typeof(GovernanceDb))]
[Migration("20261123000050_Standards")]
internal sealed class StandardsTables : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("""
        create schema standards;

        create sequence standards.standard_id as int;
        create table standards.standard (
            id int primary key default nextval('standards.standard_id'),
            name text not null unique,
            team_id int references registry.team,
            version int not null,
            updated_at timestamptz not null);

        -- The text as it was sent: comments are part of it. Of the versions whose day has come, the newest is in force.
        create table standards.standard_version (
            standard_id int not null references standards.standard,
            version int not null,
            document text not null,
            effective_from date,
            actor text not null,
            at timestamptz not null,
            primary key (standard_id, version));

        -- state: 0 requested, 1 approved, 2 rejected, 3 revoked. At most one of feature, group and team is set.
        create sequence standards.exemption_id as int;
        create table standards.exemption (
            id int primary key default nextval('standards.exemption_id'),
            rule text not null,
            feature_id int references registry.feature,
            group_name text,
            team_id int references registry.team,
            owner_id int not null references registry.team,
            reason text not null,
            requester text not null,
            requested_at timestamptz not null,
            expires_at timestamptz not null,
            state smallint not null default 0,
            decided_by text,
            decided_at timestamptz,
            comment text,
            revision int not null default 1);
        create index on standards.exemption (state, expires_at);
        create index on standards.exemption (feature_id);

        -- The newest of each kind; kinds in the order of Core's EvidenceKind. Earlier ones are in the audit trail.
        create table standards.evidence (
            feature_id int not null references registry.feature,
            kind smallint not null,
            value double precision not null,
            at timestamptz not null,
            actor text not null,
            link text,
            comment text,
            primary key (feature_id, kind));

        -- What a proposal found alike, and why that does not serve.
        create table standards.proposal_answer (
            feature_id int primary key references registry.feature,
            look_alikes int not null,
            why_not text,
            actor text not null,
            at timestamptz not null);

        -- subject_kind: 0 team, 1 group. counts: features by level, the first for none.
        create table standards.scorecard_daily (
            subject_kind smallint not null,
            subject text not null,
            day date not null,
            level text not null,
            features int not null,
            counts int[] not null,
            primary key (subject_kind, subject, day));

        create table standards.trial (
            feature_id int not null references registry.feature,
            model_id int not null references registry.model,
            request_id int not null,
            began timestamptz not null,
            ends_on date not null,
            share double precision,
            flagged_at timestamptz,
            primary key (feature_id, model_id));
        create index on standards.trial (ends_on) where flagged_at is null;
        insert into standards.trial (feature_id, model_id, request_id, began, ends_on)
            select feature_id, model_id, coalesce(request_id, 0), since, (since + interval '28 days')::date from lifecycle.adoption where state = 2;

        -- Every state that a pair went through, however it came about.
        create sequence standards.adoption_step_id;
        create table standards.adoption_step (
            feature_id int not null,
            model_id int not null,
            state smallint not null,
            at timestamptz not null,
            id bigint not null default nextval('standards.adoption_step_id'),
            primary key (feature_id, id));
        insert into standards.adoption_step select feature_id, model_id, state, since from lifecycle.adoption;

        create function standards.keep_new_steps() returns trigger language plpgsql as $$
        begin
            insert into standards.adoption_step select feature_id, model_id, state, since from after;
            return null;
        end $$;
        create function standards.keep_changed_steps() returns trigger language plpgsql as $$
        begin
            insert into standards.adoption_step
                select a.feature_id, a.model_id, a.state, a.since from after a
                join before b on b.feature_id = a.feature_id and b.model_id = a.model_id
                where (a.state, a.since) is distinct from (b.state, b.since);
            return null;
        end $$;
        create trigger keep_new_steps after insert on lifecycle.adoption
            referencing new table as after for each statement execute function standards.keep_new_steps();
        create trigger keep_changed_steps after update on lifecycle.adoption
            referencing new table as after old table as before for each statement execute function standards.keep_changed_steps();

        -- When judgements were last renewed for time's sake alone.
        create table standards.clock (
            singleton boolean primary key default true check (singleton),
            seen timestamptz not null);
        """);
}
