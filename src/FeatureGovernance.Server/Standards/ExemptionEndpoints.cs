using FeatureGovernance.Contracts;
using FeatureGovernance.Contracts.Standards;
using FeatureGovernance.Core;
using FeatureGovernance.Server.Access;
using FeatureGovernance.Server.Audit;
using FeatureGovernance.Server.Http;
using FeatureGovernance.Server.Registry;
using FeatureGovernance.Server.Storage;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using NpgsqlTypes;

namespace FeatureGovernance.Server.Standards;

/// <summary>Leave to fail a rule for a while: asked for by the owning team, decided by somebody else who leads it, never for ever.</summary>
internal static class ExemptionEndpoints
{
    private const int LongestDays = 366;

    private static readonly string[] States = ["requested", "approved", "rejected", "revoked", "expired"];

    private const string StateSql = "case when e.state <= 1 and e.expires_at <= $1 then 'expired' else (array['requested', 'approved', 'rejected', 'revoked'])[e.state + 1] end";

    private const string Select = $"""
        select e.id, e.rule, f.key, e.group_name, t.slug, o.slug, {StateSql}, e.reason, e.requester, e.requested_at, e.expires_at, e.decided_by, e.decided_at,
               e.comment, e.revision, e.owner_id
        from standards.exemption e
        join registry.team o on o.id = e.owner_id
        left join registry.feature f on f.id = e.feature_id
        left join registry.team t on t.id = e.team_id
        """;

    public static void MapExemptions(this RouteGroupBuilder api)
    {
        var exemptions = api.MapGroup("/exemptions").WithTags("Standards");
        exemptions.MapPost("", Post).Needs(Permission.RegisterFeatures).Mutates().WithSummary("Ask to be let off a rule for a while");
        exemptions.MapGet("", List).Needs(Permission.Read).WithSummary("Exemptions, newest first");
        exemptions.MapGet("/{id:int}", Get).Needs(Permission.Read).WithSummary("One exemption");
        exemptions.MapPost("/{id:int}/decision", Decide).Needs(Permission.ManageStandards).Mutates().WithSummary("Approve, reject or revoke; never one's own");
    }

    private static async Task<Results<Created<ExemptionView>, Refused>> Post(
        ExemptionRequest body, HttpContext context, WriteTransaction write, StandardShelf shelf, CancellationToken cancellation)
    {
        var faults = new FieldFaults();
        faults.Text("rule", body.Rule, 64, required: true);
        faults.Text("reason", body.Reason, FieldFaults.LongText, required: true);
        faults.Text("group", body.Group, 128);
        faults.Slug("team", body.Team, required: false);
        faults.Check(new[] { body.Feature, body.Group, body.Team }.Count(name => !string.IsNullOrEmpty(name)) == 1, "feature",
            "Not exactly one of feature, group and team is named.", "Name one of the three.");
        faults.Check(body.ExpiresAt is { } expires && expires > write.Now && expires <= write.Now.AddDays(LongestDays), "expiresAt",
            "The end is missing, past or too far off.", $"Give an instant at most {LongestDays} days ahead.");
        var book = await shelf.OpenAsync(write.Connection, write.Now, cancellation);
        var rules = book.Standards.SelectMany(one => one.Standard.Rules).Where(rule => rule.Id == body.Rule).ToList();
        if (body.Rule is not null && rules.Count == 0)
            faults.Add("rule", $"No standard in force has a rule '{Problems.Shorten(FieldFaults.Printable(body.Rule))}'.",
                "GET /standards/{name} lists the rules.", "unknown-rule");
        if (faults.Refusal is { } malformed)
            return (Refused)malformed;
        if (rules.Any(rule => !rule.Exemptible))
            return (Refused)new Refusal(RefusalKind.BrokenRule, "not-exemptible", $"Rule '{body.Rule}' allows no exemption.",
                [new("rule", "The standard says exemptible: false.", "Meet the rule.")]);

        var (feature, team, refusal) = await SubjectAsync(body, write, cancellation);
        if (team is null)
            return (Refused)refusal!;
        if (context.Caller().Refuses(Permission.RegisterFeatures, team.Value.Id, team.Value.Slug) is { } notYours)
            return (Refused)notYours;
        await using var command = new NpgsqlCommand("""
            insert into standards.exemption (rule, feature_id, group_name, team_id, owner_id, reason, requester, requested_at, expires_at)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9) returning id
            """, write.Connection);
        command.Parameters.Add(new() { Value = body.Rule });
        command.Parameters.Add(new() { Value = (object?)feature ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Integer });
        command.Parameters.Add(new() { Value = (object?)body.Group ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
        command.Parameters.Add(new() { Value = body.Team is null ? DBNull.Value : team.Value.Id, NpgsqlDbType = NpgsqlDbType.Integer });
        command.Parameters.Add(new() { Value = team.Value.Id });
        command.Parameters.Add(new() { Value = body.Reason!.Trim() });
        command.Parameters.Add(new() { Value = context.Caller().Actor });
        command.Parameters.Add(new() { Value = write.Now });
        command.Parameters.Add(new() { Value = WriteTransaction.Truncate(body.ExpiresAt!.Value.ToUniversalTime()) });
        var id = (int)(await command.ExecuteScalarAsync(cancellation))!;
        var (view, _) = (await FindAsync(write.Connection, id, write.Now, cancellation))!.Value;
        write.Record(NewEvent.Of("exemption.requested", "exemption", id, $"exemption {id}", null, view, view.Reason));
        context.SetRevision(1);
        return TypedResults.Created($"/api/v1/exemptions/{id}", view);
    }

    /// <summary>What it is for, and who owns that.</summary>
    private static async Task<(int? Feature, (int Id, string Slug)? Team, Refusal? Refusal)> SubjectAsync(ExemptionRequest body,
        WriteTransaction write, CancellationToken cancellation)
    {
        if (body.Feature is not null)
        {
            return await FeatureRow.FindAsync(write.Connection, body.Feature, cancellation) is { } row
                ? (row.Id, (row.TeamId, row.Team), null)
                : (null, null, Problems.Malformed("feature", $"There is no feature '{Problems.Shorten(FieldFaults.Printable(body.Feature))}'.", "Check the name."));
        }

        if (body.Team is not null)
        {
            return await write.Db.Teams.AsNoTracking().SingleOrDefaultAsync(team => team.Slug == body.Team, cancellation) is { } found
                ? (null, (found.Id, found.Slug), null)
                : (null, null, Problems.Malformed("team", $"There is no team '{body.Team}'.", "Check the name."));
        }

        var owners = await write.Db.Features.Where(feature => feature.GroupName == body.Group).Select(feature => feature.Team).Distinct().Take(2)
            .ToListAsync(cancellation);
        return owners switch
        {
            [var only] => (null, (only.Id, only.Slug), null),
            [] => (null, null, Problems.Malformed("group", "The group has no feature.", "Check the name.")),
            _ => (null, null, Problems.Malformed("group", "The group's features belong to several teams.", "Ask for each feature, or for each team.")),
        };
    }

    private static async Task<Results<Ok<ExemptionView>, Refused>> Get(int id, HttpContext context, NpgsqlDataSource source, TimeProvider clock,
        CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        if (await FindAsync(connection, id, clock.GetUtcNow(), cancellation) is not { } found)
            return (Refused)Problems.NotFound("exemption", $"{id}");
        context.SetRevision(found.View.Revision);
        return TypedResults.Ok(found.View);
    }

    private static async Task<Results<Ok<Page<ExemptionView>>, Refused>> List(
        NpgsqlDataSource source, TimeProvider clock, string? rule, string? feature, string? team, string? state, int? limit, string? cursor,
            CancellationToken cancellation)
    {
        var faults = new FieldFaults();
        var size = Limits.Page(limit, faults);
        var after = Cursor.Decode(cursor, "-id", faults);
        faults.Text("rule", rule, 64);
        faults.Text("feature", feature, 300);
        faults.Slug("team", team, required: false);
        faults.Check(state is null || States.Contains(state), "state", "The state is not known here.", $"Use one of: {string.Join(", ", States)}.");
        if (faults.Refusal is { } refusal)
            return (Refused)refusal;
        await using var command = source.CreateCommand($"""
            {Select} where e.id < $2 and ($3 is null or e.rule = $3) and ($4 is null or f.key = $4) and ($5 is null or o.slug = $5) and ($6 is null or {StateSql} = $6)
            order by e.id desc limit $7
            """);
        command.Parameters.Add(new() { Value = clock.GetUtcNow() });
        command.Parameters.Add(new() { Value = after?.Id ?? int.MaxValue });
        foreach (var filter in (string?[])[rule, feature, team, state])
            command.Parameters.Add(new() { Value = (object?)filter ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
        command.Parameters.Add(new() { Value = size + 1 });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var found = new List<ExemptionView>();
        while (await reader.ReadAsync(cancellation))
            found.Add(Read(reader));
        var page = found.Take(size).ToList();
        return TypedResults.Ok(new Page<ExemptionView>(page, found.Count > size ? new Cursor("-id", null, page[^1].Id).Encode() : null));
    }

    private static async Task<Results<Ok<ExemptionView>, Refused>> Decide(
        int id, ExemptionDecision body, HttpContext context, WriteTransaction write, CancellationToken cancellation)
    {
        var faults = new FieldFaults();
        faults.Check(body.Decision is "approve" or "reject" or "revoke", "decision", "The decision is not known here.", "Use one of: approve, reject, revoke.");
        faults.Text("comment", body.Comment, FieldFaults.LongText, required: body.Decision is "reject" or "revoke");
        if (faults.Refusal is { } malformed)
            return (Refused)malformed;
        if (await FindAsync(write.Connection, id, write.Now, cancellation, locked: true) is not { } found)
            return (Refused)Problems.NotFound("exemption", $"{id}");
        var (before, owner) = found;
        if (context.Precondition(before.Revision) is { } stale)
            return (Refused)stale;
        var caller = context.Caller();
        if (body.Decision != "revoke" && caller.Actor == before.Requester)
            return (Refused)new Refusal(RefusalKind.Forbidden, "own-request", "Nobody decides their own request; another lead or an administrator must.");
        if (caller.Refuses(Permission.ManageStandards, owner, before.Owner) is { } notYours)
            return (Refused)notYours;
        if (before.State != (body.Decision == "revoke" ? "approved" : "requested"))
            return (Refused)new Refusal(RefusalKind.Conflict, "illegal-exemption-step",
                $"Exemption {id} is {before.State}; there is nothing to {body.Decision}.");
        await using var command = new NpgsqlCommand("""
            update standards.exemption set state = $2, decided_by = $3, decided_at = $4, comment = coalesce($5, comment), revision = revision + 1 where id = $1
            """, write.Connection);
        command.Parameters.Add(new() { Value = id });
        command.Parameters.Add(new() { Value = (short)(body.Decision switch { "approve" => 1, "reject" => 2, _ => 3 }) });
        command.Parameters.Add(new() { Value = caller.Actor });
        command.Parameters.Add(new() { Value = write.Now });
        command.Parameters.Add(new() { Value = (object?)body.Comment?.Trim() ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
        await command.ExecuteNonQueryAsync(cancellation);
        var (after, _) = (await FindAsync(write.Connection, id, write.Now, cancellation))!.Value;
        write.Record(NewEvent.Of($"exemption.{after.State}", "exemption", id, $"exemption {id}", before, after, body.Comment));
        context.SetRevision(after.Revision);
        return TypedResults.Ok(after);
    }

    private static async Task<(ExemptionView View, int Owner)?> FindAsync(NpgsqlConnection connection, int id, DateTimeOffset now,
        CancellationToken cancellation, bool locked = false)
    {
        await using var command = new NpgsqlCommand($"{Select} where e.id = $2 {(locked ? "for update of e" : "")}", connection);
        command.Parameters.Add(new() { Value = now });
        command.Parameters.Add(new() { Value = id });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        return await reader.ReadAsync(cancellation) ? (Read(reader), reader.GetInt32(15)) : null;
    }

    private static ExemptionView Read(NpgsqlDataReader row)
    {
        string? Text(int ordinal) => row.IsDBNull(ordinal) ? null : row.GetString(ordinal);
        return new(row.GetInt32(0), row.GetString(1), Text(2), Text(3), Text(4), row.GetString(5), row.GetString(6), row.GetString(7), row.GetString(8),
            row.GetFieldValue<DateTimeOffset>(9), row.GetFieldValue<DateTimeOffset>(10), Text(11),
                row.IsDBNull(12) ? null : row.GetFieldValue<DateTimeOffset>(12), Text(13), row.GetInt32(14));
    }
}
