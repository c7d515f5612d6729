using FeatureGovernance.Contracts;
using FeatureGovernance.Contracts.Audit;
using FeatureGovernance.Server.Access;
using FeatureGovernance.Server.Http;
using FeatureGovernance.Server.Pages;
using FeatureGovernance.Server.Storage;
using Npgsql;

namespace FeatureGovernance.Server.Audit.Pages;

/// <summary>Who did what, the newest first.</summary>
public sealed record AuditModel(Page<AuditEvent>? Events, string? Actor, string? SubjectKind, string? Subject, bool IsFirst, Complaint? Complaint);

internal static class AuditPages
{
    public static void MapAuditPages(this RouteGroupBuilder pages) => pages.MapGet("/audit", Get).Needs(Permission.ReadAudit);

    private static async Task<IResult> Get(
        HttpContext context, GovernanceDb db, NpgsqlDataSource source, string? actor, string? subjectKind, string? subject, string? cursor,
        CancellationToken cancellation)
    {
        static string? Given(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();
        (actor, subjectKind, subject) = (Given(actor), Given(subjectKind), Given(subject));
        var answer = await AuditEndpoints.List(context, db, source, actor, null, subjectKind, subject, null, null, null, 50, cursor, cancellation);
        var found = answer.Take(out Page<AuditEvent> page, out var refusal);
        return Rendered.As<AuditPage>(
            new AuditModel(found ? page : null, actor, subjectKind, subject, cursor is null, found ? null : Complaint.Of(refusal)),
            found ? 200 : Problems.Status(refusal.Kind));
    }
}
