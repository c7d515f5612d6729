using FeatureGovernance.Contracts.Drift;
using FeatureGovernance.Core;
using FeatureGovernance.Core.Drift.Profiles;
using FeatureGovernance.Server.Access;
using FeatureGovernance.Server.Http;
using FeatureGovernance.Server.Pages;
using FeatureGovernance.Server.Registry;
using Npgsql;

namespace FeatureGovernance.Server.Drift.Pages;

/// <summary>An incident with what was seen, why, whom it hurts, and what the caller may do about it.</summary>
/// <param name="Values">Values of one of its features around it, with incidents marked; null where that feature is gone.</param>
/// <param name="Shown">The feature whose values are drawn.</param>
/// <param name="Record">How good such estimates have been.</param>
/// <param name="MayDo">The statuses that the caller may put it into.</param>
/// <param name="Kept">What was typed into the form that was turned down, by field.</param>
public sealed record IncidentModel(
    IncidentView Incident, ValuesModel? Values, string Shown, ImpactRecord Record, IReadOnlyList<string> MayDo, Complaint? Complaint,
    IReadOnlyDictionary<string, string> Kept)
{
    /// <summary>For how many days an incident may be put off.</summary>
    public static readonly IReadOnlyList<(int Days, string Name)> Snoozes = [(1, "a day"), (3, "three days"), (7, "a week"), (30, "a month")];
}

internal static class IncidentReading
{
    // Before an incident: enough to see what is usual. After it: whether it stayed away.
    private const int WindowsBefore = 28;
    private const int WindowsAfter = 10;

    public static async Task<IResult> Get(
        int id, string? feature, HttpContext context, NpgsqlDataSource source, TimeProvider clock, CancellationToken cancellation) =>
        await ModelAsync(id, feature, context, source, clock, cancellation) is { } model
            ? Rendered.As<IncidentPage>(model)
            : (Refused)IncidentEndpoints.Unknown(id);

    /// <summary>The page again, as things stand now, with the complaint and what was typed.</summary>
    public static async Task<IResult> AgainAsync(
        int id, Refusal refusal, IFormCollection form, HttpContext context, NpgsqlDataSource source, TimeProvider clock, CancellationToken cancellation) =>
        await ModelAsync(id, null, context, source, clock, cancellation) is { } model
            ? Rendered.As<IncidentPage>(
                model with { Complaint = Complaint.Of(refusal), Kept = form.ToDictionary(field => field.Key, field => field.Value.ToString(), StringComparer.Ordinal) },
                Problems.Status(refusal.Kind))
            : (Refused)refusal;

    private static async Task<IncidentModel?> ModelAsync(
        int id, string? feature, HttpContext context, NpgsqlDataSource source, TimeProvider clock, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        if (await IncidentQuery.FindAsync(connection, id, cancellation) is not { } incident)
            return null;
        var shown = incident.FeatureDetails.FirstOrDefault(one => one.Feature == feature)?.Feature ?? incident.Feature;
        var lead = await FeatureRow.FindAsync(connection, incident.Feature, cancellation);
        var row = shown == incident.Feature ? lead : await FeatureRow.FindAsync(connection, shown, cancellation);
        var values = row is null ? null : (await ValuesReading.OfAsync(row.Key, row.Id, Around(incident, shown), source, clock, cancellation)).Model;
        var isHis = lead is not null && context.Caller().May(Permission.HandleIncidents, lead.TeamId);
        return new(incident, values, shown, await ImpactQuery.RecordAsync(connection, cancellation),
            isHis ? MayDo(incident, clock.GetUtcNow()) : [], null, new Dictionary<string, string>());
    }

    // The rules themselves are asked, so that a button is shown exactly where pressing it would do.
    private static List<string> MayDo(IncidentView incident, DateTimeOffset now) => !Words<IncidentStatus>.TryParse(incident.Status, out var present)
        ? []
        : [.. Enum.GetValues<IncidentStatus>()
            .Where(wanted => IncidentHandling.Refuses(present, wanted, wanted == IncidentStatus.Snoozed ? now.AddDays(1) : null, "?",
                now) is null).Select(Words.Of)];

    private static ValuesAsked Around(IncidentView incident, string feature)
    {
        var length = ValuesReading.Length(incident.Window);
        var before = Math.Max(WindowsBefore, Math.Ceiling((incident.End - incident.Start) / length));
        var seen = incident.FeatureDetails.Where(one => one.Feature == feature).SelectMany(one => one.Signals).FirstOrDefault();
        return new(
            incident.Window, seen?.Site ?? incident.Sites[0], seen?.Segment is { Length: > 0 } segment ? segment : null, null,
            incident.Start - (length * before), incident.End + (length * WindowsAfter));
    }
}
