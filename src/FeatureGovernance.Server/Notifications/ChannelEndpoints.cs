using System.Security.Cryptography;
using FeatureGovernance.Contracts;
using FeatureGovernance.Contracts.Notifications;
using FeatureGovernance.Core;
using FeatureGovernance.Core.Notifications;
using FeatureGovernance.Server.Access;
using FeatureGovernance.Server.Audit;
using FeatureGovernance.Server.Http;
using FeatureGovernance.Server.Storage;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;
using NpgsqlTypes;

namespace FeatureGovernance.Server.Notifications;

/// <summary>The ways to people and teams.</summary>
internal static class ChannelEndpoints
{
    private const int MostChannels = 20;
    private const int DefaultOverlapHours = 24;
    private const int SecretLength = 32;

    public static void MapChannels(this RouteGroupBuilder notices)
    {
        var channels = notices.MapGroup("/channels");
        channels.MapGet("", List).Needs(Permission.ManageNotices).WithSummary("Your channels, or a team's");
        channels.MapPost("", Post).Needs(Permission.ManageNotices).Mutates().WithSummary("Open a channel; a signing secret is shown this once");
        channels.MapGet("/{id:int}", Get).Needs(Permission.ManageNotices).WithSummary("One channel, without its secret");
        channels.MapPatch("/{id:int}", Patch).Needs(Permission.ManageNotices).Mutates().WithSummary("Rename, readdress, pause or resume a channel");
        channels.MapDelete("/{id:int}", Delete).Needs(Permission.ManageNotices).Mutates().WithSummary("Close a channel; what it had not delivered is dropped");
        channels.MapPost("/{id:int}/rotate", Rotate).Needs(Permission.ManageNotices).Mutates()
            .WithSummary("Give a webhook a new secret; the old one signs beside it for a while");
    }

    private static async Task<Results<Ok<Page<ChannelView>>, Refused>> List(
        HttpContext context, NpgsqlDataSource source, string? person, string? team, int? limit, string? cursor,
        CancellationToken cancellation)
    {
        var faults = new FieldFaults();
        var size = Limits.Page(limit, faults);
        var after = Cursor.Decode(cursor, "id", faults);
        if (faults.Refusal is { } malformed)
            return (Refused)malformed;
        await using var connection = await source.OpenConnectionAsync(cancellation);
        var (owner, refusal) = await NoticeOwner.ResolveAsync(connection, context.Caller(), person, team, toSee: false, cancellation);
        if (owner is null)
            return (Refused)refusal!;
        var found = await Channel.ReadAsync(connection,
            $"where {(owner.PersonId is null ? "c.team_id" : "c.person_id")} = $1 and c.id > $2 order by c.id limit {size + 1}",
            [new() { Value = owner.Id }, new() { Value = after?.Id ?? 0 }], cancellation);
        return TypedResults.Ok(new Page<ChannelView>(
            [.. found.Take(size).Select(channel => View(channel))], found.Count > size ? new Cursor("id", null, found[size - 1].Id).Encode()
                : null));
    }

    private static async Task<Results<Ok<ChannelView>, StatusCodeHttpResult, Refused>> Get(int id, HttpContext context,
        NpgsqlDataSource source, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        var (channel, refusal) = await FindAsync(connection, id, context.Caller(), cancellation);
        if (channel is null)
            return (Refused)refusal!;
        context.SetRevision(channel.Revision);
        return context.IsCurrent(channel.Revision) ? TypedResults.StatusCode(304) : TypedResults.Ok(View(channel));
    }

    public static async Task<Results<Created<ChannelView>, Refused>> Post(
        ChannelRequest body, HttpContext context, WriteTransaction write, Secrets secrets, NoticeSettings settings,
        CancellationToken cancellation)
    {
        var faults = new FieldFaults();
        var type = faults.Word<ChannelType>("type", body.Type);
        faults.Check(body.Type is not null, "type", "The field is required.", $"Use one of: {Words<ChannelType>.All}.");
        faults.Text("name", body.Name, 128);
        var target = type is { } known ? ChannelTarget.Read(known, body.Address, body.Secret, settings, faults) : null;
        if (faults.Refusal is { } malformed)
            return (Refused)malformed;
        var (owner, refusal) = await NoticeOwner.ResolveAsync(write.Connection, context.Caller(), body.Person, body.Team, toSee: false,
            cancellation);
        if (owner is null)
            return (Refused)refusal!;
        // Two at once could otherwise both find room for one.
        await ExecuteAsync(write, "select pg_advisory_xact_lock(hashtextextended($1, 0))", [$"notices.channel {owner.Words}"],
            cancellation);
        if (await CountAsync(write, owner, cancellation) >= MostChannels)
            return (Refused)new Refusal(RefusalKind.Conflict, "too-many-channels",
                $"The {owner.Words} has {MostChannels} channels; close one first.");

        var secret = type == ChannelType.Webhook ? target!.Secret ?? NewSecret() : target!.Secret;
        await using var insert = new NpgsqlCommand("""
            insert into notices.channel (person_id, team_id, type, name, address, secret, enabled, revision, created_at, updated_at)
            values ($1, $2, $3, $4, $5, $6, $7, 1, $8, $8) returning id
            """, write.Connection);
        insert.Parameters.AddRange(owner.Parameters);
        insert.Parameters.Add(new() { Value = (short)type!.Value });
        insert.Parameters.Add(new() { Value = body.Name?.Trim() ?? target.Shown });
        insert.Parameters.Add(new() { Value = target.Shown });
        insert.Parameters.Add(Bytes(secret is null ? null : secrets.Protect(secret)));
        insert.Parameters.Add(new() { Value = body.Enabled ?? true });
        insert.Parameters.Add(new() { Value = write.Now });
        var id = (int)(await insert.ExecuteScalarAsync(cancellation))!;
        var view = View((await Channel.FindAsync(write.Connection, id, cancellation))!);
        write.Record(NewEvent.Of("notice-channel.opened", "notice-channel", id, view.Name, null, view));
        context.SetRevision(1);
        // Only what the server itself thought up needs telling.
        return TypedResults.Created($"/api/v1/notices/channels/{id}", type == ChannelType.Webhook && target.Secret is null
            ? view with { Secret = secret } : view);
    }

    public static async Task<Results<Ok<ChannelView>, Refused>> Patch(
        int id, ChannelChange body, HttpContext context, WriteTransaction write, Secrets secrets, NoticeSettings settings,
        CancellationToken cancellation)
    {
        var faults = new FieldFaults();
        faults.Text("name", body.Name, 128);
        faults.Check(body.Name is not null || body.Address is not null || body.Enabled is not null, "body", "Nothing is changed.",
            "Send name, address or enabled.");
        var (channel, refusal) = await FindAsync(write.Connection, id, context.Caller(), cancellation, locked: true);
        if (channel is null)
            return (Refused)refusal!;
        var target = body.Address is null ? null : ChannelTarget.Read(channel.Type, body.Address, null, settings, faults);
        if (faults.Refusal is { } malformed)
            return (Refused)malformed;
        if (context.Precondition(channel.Revision) is { } stale)
            return (Refused)stale;

        // Of a webhook's target the secret stays; of a Slack channel's, the address is the secret.
        var secret = target?.Secret is { } fresh ? secrets.Protect(fresh) : channel.Secret;
        await ExecuteAsync(write, "update notices.channel set name = $2, address = $3, enabled = $4, revision = revision + 1, updated_at = $5 where id = $1",
            [id, body.Name?.Trim() ?? channel.Name, target?.Shown ?? channel.Address, body.Enabled ?? channel.Enabled, write.Now],
            cancellation);
        if (secret is not null)
            await ExecuteAsync(write, "update notices.channel set secret = $2 where id = $1", [id, secret], cancellation);
        var after = View((await Channel.FindAsync(write.Connection, id, cancellation))!);
        write.Record(NewEvent.Of("notice-channel.changed", "notice-channel", id, after.Name, View(channel), after));
        context.SetRevision(after.Revision);
        return TypedResults.Ok(after);
    }

    public static async Task<Results<NoContent, Refused>> Delete(int id, HttpContext context, WriteTransaction write,
        CancellationToken cancellation)
    {
        var (channel, refusal) = await FindAsync(write.Connection, id, context.Caller(), cancellation, locked: true);
        if (channel is null)
            return (Refused)refusal!;
        if (context.Precondition(channel.Revision) is { } stale)
            return (Refused)stale;
        await ExecuteAsync(write, "delete from notices.channel where id = $1", [id], cancellation);
        write.Record(NewEvent.Of("notice-channel.closed", "notice-channel", id, channel.Name, View(channel), null));
        return TypedResults.NoContent();
    }

    private static async Task<Results<Ok<ChannelView>, Refused>> Rotate(
        int id, RotationRequest? body, HttpContext context, WriteTransaction write, Secrets secrets, CancellationToken cancellation)
    {
        var faults = new FieldFaults();
        var hours = body?.OverlapHours ?? DefaultOverlapHours;
        faults.Check(hours is >= 0 and <= 720, "overlapHours", $"{hours} is out of range.", "Use 0 to 720.");
        faults.Check(body?.Secret is null || WebhookSignature.Key(body.Secret) is not null, "secret", "That is no secret.",
            $"Use {WebhookSignature.Form}.");
        if (faults.Refusal is { } malformed)
            return (Refused)malformed;
        var (channel, refusal) = await FindAsync(write.Connection, id, context.Caller(), cancellation, locked: true);
        if (channel is null)
            return (Refused)refusal!;
        if (channel.Type != ChannelType.Webhook)
            return (Refused)new Refusal(RefusalKind.BrokenRule, "nothing-to-rotate",
                $"A channel of type {Words.Of(channel.Type)} has no signing secret.");
        if (context.Precondition(channel.Revision) is { } stale)
            return (Refused)stale;

        var secret = body?.Secret ?? NewSecret();
        await ExecuteAsync(write, """
            update notices.channel set previous_secret = secret, previous_until = $3, secret = $2, revision = revision + 1, updated_at = $4 where id = $1
            """, [id, secrets.Protect(secret), write.Now.AddHours(hours), write.Now], cancellation);
        var after = View((await Channel.FindAsync(write.Connection, id, cancellation))!);
        write.Record(NewEvent.Of("notice-channel.secret-rotated", "notice-channel", id, after.Name, View(channel), after));
        context.SetRevision(after.Revision);
        return TypedResults.Ok(body?.Secret is null ? after with { Secret = secret } : after);
    }

    public static ChannelView View(Channel channel) => new()
    {
        Id = channel.Id, Type = Words.Of(channel.Type), Name = channel.Name, Address = channel.Address, Person = channel.Owner.Person,
            Team = channel.Owner.Team,
        Enabled = channel.Enabled, PreviousSecretUntil = channel.PreviousUntil, Revision = channel.Revision, CreatedAt = channel.CreatedAt,
        UpdatedAt = channel.UpdatedAt,
    };

    /// <summary>A channel that the caller may manage; of another's, not even whether it exists is told.</summary>
    public static async Task<(Channel? Channel, Refusal? Refusal)> FindAsync(
        NpgsqlConnection connection, int id, Caller caller, CancellationToken cancellation, bool locked = false) =>
        await Channel.FindAsync(connection, id, cancellation, locked) is { } channel && channel.Owner.Refuses(caller) is null
            ? (channel, null)
            : (null, Problems.NotFound("channel", id.ToString()));

    private static string NewSecret() => WebhookSignature.Secret(RandomNumberGenerator.GetBytes(SecretLength));

    private static async Task<long> CountAsync(WriteTransaction write, NoticeOwner owner, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            $"select count(*) from notices.channel where {(owner.PersonId is null ? "team_id" : "person_id")} = $1", write.Connection);
        command.Parameters.Add(new() { Value = owner.Id });
        return (long)(await command.ExecuteScalarAsync(cancellation))!;
    }

    private static async Task ExecuteAsync(WriteTransaction write, string sql, object[] arguments, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, write.Connection);
        foreach (var argument in arguments)
            command.Parameters.Add(new() { Value = argument });
        await command.ExecuteNonQueryAsync(cancellation);
    }

    private static NpgsqlParameter Bytes(byte[]? bytes) => new() { Value = (object?)bytes ?? DBNull.Value,
        NpgsqlDbType = NpgsqlDbType.Bytea };
}
