using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace FeatureGovernance.Server.Storage.Migrations;

/// <summary>Notices, from the outbox to what was delivered. What a person is told, a team's channels may be told too.</summary>
[DbContext(typeof(GovernanceDb))]
[Migration("20261123073000_Notices")]
internal sealed class Notices : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("""
        create schema notices;

        -- Events of the audit trail that nobody has been told of yet; written in the transaction of the event.
        create table notices.outbox (sequence bigint primary key);

        -- type: the order of Core's ChannelType. Secrets are encrypted; of a Slack address, which is itself a secret, address shows the host.
        create sequence notices.channel_id as int;
        create table notices.channel (
            id int primary key default nextval('notices.channel_id'),
            person_id int references registry.person,
            team_id int references registry.team,
            type smallint not null,
            name text not null,
            address text not null,
            secret bytea,
            previous_secret bytea,
            previous_until timestamptz,
            enabled boolean not null,
            revision int not null,
            created_at timestamptz not null,
            updated_at timestamptz not null,
            check (num_nonnulls(person_id, team_id) = 1));
        create index on notices.channel (person_id, id);
        create index on notices.channel (team_id, id);

        -- kind, mode: the order of Core's NoticeKind and DeliveryMode. Where there is no row, the kind's default holds.
        create table notices.preference (
            channel_id int not null references notices.channel on delete cascade,
            kind smallint not null,
            mode smallint not null,
            primary key (channel_id, kind));

        create table notices.rhythm (
            person_id int references registry.person,
            team_id int references registry.team,
            time_zone text not null,
            quiet_from time,
            quiet_to time,
            digest_at time not null,
            revision int not null,
            check (num_nonnulls(person_id, team_id) = 1),
            check (num_nulls(quiet_from, quiet_to) in (0, 2)),
            unique nulls not distinct (person_id, team_id));

        create sequence notices.notice_id;
        create table notices.notice (
            id bigint primary key default nextval('notices.notice_id'),
            sequence bigint not null,
            person_id int references registry.person,
            team_id int references registry.team,
            kind smallint not null,
            at timestamptz not null,
            actor text not null,
            action text not null,
            subject_kind text not null,
            subject text not null,
            title text not null,
            body text not null,
            path text,
            check (num_nonnulls(person_id, team_id) = 1),
            unique nulls not distinct (sequence, person_id, team_id));
        create index on notices.notice (person_id, id);
        create index on notices.notice (team_id, id);
        create index on notices.notice (at);

        -- state 0: to be delivered at due_at; 1: delivered; 2: given up. A claim counts an attempt and moves due_at on, so that what a
        -- killed process had in hand is taken up again, under the same id. digest_for: the moment of the digest that it is.
        create table notices.delivery (
            id uuid primary key,
            channel_id int not null references notices.channel on delete cascade,
            digest_for timestamptz,
            state smallint not null,
            due_at timestamptz not null,
            attempts int not null,
            created_at timestamptz not null,
            attempted_at timestamptz,
            settled_at timestamptz,
            fault text,
            unique (channel_id, digest_for));
        create index on notices.delivery (due_at) where state = 0;
        create index on notices.delivery (channel_id, id) where state = 2;
        create index on notices.delivery (settled_at) where state <> 0;

        create table notices.delivery_item (
            delivery_id uuid not null references notices.delivery on delete cascade,
            notice_id bigint not null references notices.notice,
            primary key (delivery_id, notice_id));
        create index on notices.delivery_item (notice_id);

        -- As-of reads find a thing by the name that it had.
        create index ix_event_subject on audit.event (subject_kind, subject, sequence);
        """);
}
