using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace FeatureGovernance.Server.Storage.Migrations;

/// <summary>What the model cannot express: the head of the audit chain, the trail's protection from change, and an index on an expression.</summary>
[DbContext(typeof(GovernanceDb))]
[Migration("20261123000001_Foundations")]
internal sealed class Foundations : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("""
        create table audit.head (
            singleton boolean primary key default true check (singleton),
            sequence bigint not null,
            hash bytea not null);
        insert into audit.head (sequence, hash) values (0, decode(repeat('00', 32), 'hex'));

        -- On lower(key), not key: a trigram index also offers itself for equality, and is slow at it.
        create index ix_feature_key_trigram on registry.feature using gin (lower(key) gin_trgm_ops);

        create function audit.refuse_change() returns trigger language plpgsql as $$
        begin
            raise exception 'the audit trail is append-only';
        end $$;
        create trigger append_only before update or delete or truncate on audit.event
            for each statement execute function audit.refuse_change();
        """);
}
