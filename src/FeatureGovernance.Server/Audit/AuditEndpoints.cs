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
        audit.MapGet("", List).Needs(Permission.ReadAudit).WithSummary("Who did what, newest first");
        audit.MapGet("/verify", Verify).Needs(Permission.ReadAudit).WithSummary("Recompute the hash chain and report the first fault");
    }

    private static async Task<Results<Ok<Page<AuditEvent>>, Refused>> List(
        GovernanceDb db, string? actor, string? action, string? subjectKind, string? subject, int? limit, string? cursor, CancellationToken cancellation)
    {
        var faults = new FieldFaults();
        var size = Limits.Page(limit, faults);
        var after = Cursor.Decode(cursor, "-sequence", faults);
        if (faults.Refusal is { } refusal)
            return (Refused)refusal;

        var events = db.AuditEvents.AsNoTracking();
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
        var found = await events.OrderByDescending(e => e.Sequence).Take(size + 1).ToListAsync(cancellation);
        var page = found.Take(size).Select(e => new AuditEvent(
            e.Sequence, e.At, e.Actor, e.Action, e.SubjectKind, e.Subject, e.Reason, e.RequestId, e.Address,
            Json.Read<JsonElement?>(e.Before), Json.Read<JsonElement?>(e.After), Convert.ToHexStringLower(e.Hash))).ToList();
        return TypedResults.Ok(new Page<AuditEvent>(page, found.Count > size ? new Cursor("-sequence", null, page[^1].Sequence).Encode() : null));
    }

    private static async Task<Ok<AuditVerification>> Verify(NpgsqlDataSource source, CancellationToken cancellation) =>
        TypedResults.Ok(await AuditVerifier.VerifyAsync(source, cancellation));
}
