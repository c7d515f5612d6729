using System.Text.Json;
using FeatureGovernance.Contracts;
using FeatureGovernance.Contracts.Registry;
using FeatureGovernance.Server.Http;
using FeatureGovernance.Server.Storage;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace FeatureGovernance.Server.Registry;

internal static class FeatureHistory
{
    public static async Task<Results<Ok<Page<HistoryEntry>>, Refused>> History(
        string key, GovernanceDb db, NpgsqlDataSource source, int? limit, string? cursor, CancellationToken cancellation)
    {
        var faults = new FieldFaults();
        var size = Limits.Page(limit, faults);
        var after = Cursor.Decode(cursor, "-sequence", faults);
        if (faults.Refusal is { } refusal)
            return (Refused)refusal;
        await using var connection = await source.OpenConnectionAsync(cancellation);
        if (await FeatureRow.FindAsync(connection, key, cancellation) is not { } row)
            return (Refused)Problems.NotFound("feature", FieldFaults.Printable(key));

        var before = after?.Id ?? long.MaxValue;
        var events = await db.AuditEvents.AsNoTracking()
            .Where(e => e.SubjectKind == "feature" && e.SubjectId == row.Id && e.Sequence < before)
            .OrderByDescending(e => e.Sequence).Take(size + 1).ToListAsync(cancellation);
        var page = events.Take(size).Select(e => new HistoryEntry(
            e.Sequence, e.At, e.Actor, e.Action, e.Reason, Json.Read<JsonElement?>(e.Before), Json.Read<JsonElement?>(e.After))).ToList();
        return TypedResults.Ok(new Page<HistoryEntry>(page, events.Count > size ? new Cursor("-sequence", null, page[^1].Sequence).Encode() : null));
    }
}
