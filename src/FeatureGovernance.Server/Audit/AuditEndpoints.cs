using System.Text.Json;
using FeatureGovernance.Contracts;
using FeatureGovernance.Contracts.Audit;
using FeatureGovernance.Server.Access;
using FeatureGovernance.Server.Http;
using FeatureGovernance.Server.Storage;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace FeatureGovernance.Server.Audit;

internal static class AuditEndpoints
{
    public static void MapAudit(this RouteGroupBuilder api)
    {
        var audit = api.MapGroup("/audit").WithTags("Audit");
        audit.MapGet("", List).Needs(Permission.ReadAudit)
            .WithSummary("Who did what, newest first; as application/x-ndjson all of it, oldest first");
        audit.MapGet("/verify", Verify).Needs(Permission.ReadAudit).WithSummary("Recompute the hash chain and report the first fault");
    }

    public static async Task<Results<Ok<Page<AuditEvent>>, AuditExport, Refused>> List(
        HttpContext context, GovernanceDb db, NpgsqlDataSource source, string? actor, string? action, string? subjectKind, string? subject,
        string? from, string? to, long? afterSequence, int? limit, string? cursor, CancellationToken cancellation)
    {
        var faults = new FieldFaults();
        var filter = AuditFilter.Read(actor, action, subjectKind, subject, from, to, afterSequence, faults);
        var size = Limits.Page(limit, faults);
        var after = Cursor.Decode(cursor, "-sequence", faults);
        if (faults.Refusal is { } refusal)
            return (Refused)refusal;
        if (AuditExport.IsWanted(context.Request))
            return new AuditExport(source, filter);

        var events = db.AuditEvents.AsNoTracking().Where(e => e.Sequence > filter.After);
        if (after is not null)
            events = events.Where(e => e.Sequence < after.Id);
        if (actor is not null)
            events = events.Where(e => e.Actor == actor);
        if (action is not null)
            events = events.Where(e => e.Action == action);
        if (subjectKind is not null)
            events = events.Where(e => e.SubjectKind == subjectKind);
        if (subject is not null)
            events = events.Where(e => e.Subject == subject);
        if (filter.From is { } earliest)
            events = events.Where(e => e.At >= earliest);
        if (filter.To is { } end)
            events = events.Where(e => e.At < end);
        var found = await events.OrderByDescending(e => e.Sequence).Take(size + 1).ToListAsync(cancellation);
        var page = found.Take(size).Select(e => new AuditEvent(
            e.Sequence, e.At, e.Actor, e.Action, e.SubjectKind, e.Subject, e.Reason, e.RequestId, e.Address,
            Json.Read<JsonElement?>(e.Before), Json.Read<JsonElement?>(e.After), Convert.ToHexStringLower(e.Hash))).ToList();
        return TypedResults.Ok(new Page<AuditEvent>(page, found.Count > size ? new Cursor("-sequence", null, page[^1].Sequence).Encode() : null));
    }

    /// <param name="anchorSequence">The number of an event whose hash was noted elsewhere.</param>
    /// <param name="anchorHash">The hash that it then had.</param>
    private static async Task<Results<Ok<AuditVerification>, Refused>> Verify(
        NpgsqlDataSource source, long? anchorSequence, string? anchorHash, CancellationToken cancellation)
    {
        var faults = new FieldFaults();
        faults.Check(anchorSequence is null or >= 1, "anchorSequence", $"There is no event {anchorSequence}.",
            "Use the number of events that a verification answered.");
        faults.Check(anchorHash is null || (anchorHash.Length == 64 && anchorHash.All(char.IsAsciiHexDigit)),
            "anchorHash", "That is no hash.", "Use lastHash as a verification answered it.");
        faults.Check(anchorSequence is null == anchorHash is null, anchorHash is null ? "anchorHash" : "anchorSequence", "An anchor is a number and a hash.",
            "Give both, or neither.");
        if (faults.Refusal is { } malformed)
            return (Refused)malformed;
        var anchor = anchorHash is null ? null : new AuditAnchor(anchorSequence!.Value, anchorHash);
        return TypedResults.Ok(await AuditVerifier.VerifyAsync(source, anchor, cancellation));
    }
}
