using FeatureGovernance.Contracts;
using FeatureGovernance.Contracts.Drift;
using FeatureGovernance.Core;
using FeatureGovernance.Core.Drift;
using FeatureGovernance.Core.Drift.Profiles;
using FeatureGovernance.Server.Access;
using FeatureGovernance.Server.Http;
using FeatureGovernance.Server.Pages;
using Npgsql;

namespace FeatureGovernance.Server.Drift.Pages;

/// <summary>Incidents to go through, the most serious first.</summary>
/// <param name="Filters">What narrows the list, by name.</param>
/// <param name="Incidents">The page; null where the filters are at fault.</param>
/// <param name="Details">Of each incident on the page, by number.</param>
/// <param name="Active">How many nobody has closed, by severity, and how many of those nobody has touched.</param>
/// <param name="Teams">Teams to choose from.</param>
/// <param name="Run">The newest run of detection; null before the first.</param>
/// <param name="MayRun">Whether the caller may start one.</param>
public sealed record TriageModel(
    IReadOnlyDictionary<string, string> Filters, Page<IncidentSummary>? Incidents, IReadOnlyDictionary<int, TriageDetail> Details,
    IReadOnlyList<(string Severity, long Count, long Open)> Active, IReadOnlyList<string> Teams, DriftRunView? Run, bool MayRun, Complaint? Complaint)
{
    /// <summary>What the filters may be, by name.</summary>
    public static readonly IReadOnlyList<(string Name, string Title, string Any, IReadOnlyList<string> Words)> Choices =
    [
        ("status", "Status", "Not closed", [.. Enum.GetValues<IncidentStatus>().Select(Words.Of), "any"]),
        ("severity", "Severity", "Any", [.. Enum.GetValues<Severity>().Reverse().Select(Words.Of)]),
        ("cause", "Cause", "Any", [.. Enum.GetValues<Cause>().Select(Words.Of)]),
    ];

    /// <summary>This list with one filter set, or taken away; from its first page.</summary>
    public string With(string name, string? value) => Show.Query("/incidents",
        [.. Filters.Where(one => one.Key != name && one.Key != "cursor").Select(one => (one.Key, (string?)one.Value)), (name, value)]);
}

/// <summary>What a list tells of an incident beside what it is.</summary>
/// <param name="Why">The first evidence, in words.</param>
/// <param name="Models">How many models read its features.</param>
public sealed record TriageDetail(string? Why, long Models);

internal static class Triage
{
    private const int Size = 50;

    private static readonly string[] Names = ["status", "severity", "cause", "team", "feature", "model", "order", "cursor"];

    public static async Task<IResult> Get(HttpContext context, NpgsqlDataSource source, CancellationToken cancellation)
    {
        var query = context.Request.Query;
        var filters = Names.Where(name => !string.IsNullOrWhiteSpace(query[name]))
            .ToDictionary(name => name, name => query[name].ToString(), StringComparer.Ordinal);
        return await PageAsync(filters, null, context, source, cancellation);
    }

    /// <param name="turnedDown">Why a run of detection was not begun; null where the list is only read.</param>
    public static async Task<IResult> PageAsync(
        Dictionary<string, string> filters, Refusal? turnedDown, HttpContext context, NpgsqlDataSource source, CancellationToken cancellation)
    {
        string? Filter(string name) => filters.GetValueOrDefault(name);
        var status = Filter("status");
        var answer = await IncidentEndpoints.List(
            source, Filter("feature"), Filter("team"), Filter("model"), status == "any" ? null : status, status is null ? true : null, Filter("cause"),
            Filter("severity"),
            Filter("order") ?? Words.Of(IncidentOrder.Severity), Size, Filter("cursor"), cancellation);
        var found = answer.Take(out Page<IncidentSummary> page, out var refusal);
        await using var connection = await source.OpenConnectionAsync(cancellation);
        var run = await DriftRuns.ListAsync(connection, long.MaxValue, 1, cancellation);
        var wrong = found ? turnedDown : refusal;
        return Rendered.As<TriagePage>(
            new TriageModel(filters, found ? page : null, found ? await DetailsAsync(connection, page, cancellation) : new Dictionary<int, TriageDetail>(),
                await ActiveAsync(connection, cancellation), await TeamsAsync(connection, cancellation), run is [var newest] ? newest : null,
                Permissions.Of(context.Caller().Role, Permission.RunScoring) != Reach.None, wrong is null ? null : Complaint.Of(wrong)),
            wrong is null ? 200 : Problems.Status(wrong.Kind));
    }

    /// <summary>Incidents that nobody has closed, the most serious first.</summary>
    public static async Task<List<(string Severity, long Count, long Open)>> ActiveAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("""
            select severity, count(*), count(*) filter (where status = 0) from drift.incident where status in (0, 1, 2)
            group by severity order by severity desc
            """, connection);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var active = new List<(string, long, long)>();
        while (await reader.ReadAsync(cancellation))
            active.Add((Words.Of((Severity)reader.GetInt16(0)), reader.GetInt64(1), reader.GetInt64(2)));
        return active;
    }

    private static async Task<Dictionary<int, TriageDetail>> DetailsAsync(
        NpgsqlConnection connection, Page<IncidentSummary> page, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("""
            select i.id, i.verdict -> 'evidence' -> 0 ->> 'words', (select count(*) from drift.impact where incident_id = i.id)
            from drift.incident i
            where i.id = any($1)
            """, connection);
        command.Parameters.Add(new() { Value = page.Items.Select(incident => incident.Id).ToArray() });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var details = new Dictionary<int, TriageDetail>();
        while (await reader.ReadAsync(cancellation))
            details[reader.GetInt32(0)] = new(reader.IsDBNull(1) ? null : reader.GetString(1), reader.GetInt64(2));
        return details;
    }

    private static async Task<List<string>> TeamsAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("select slug from registry.team order by slug limit 1000", connection);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var teams = new List<string>();
        while (await reader.ReadAsync(cancellation))
            teams.Add(reader.GetString(0));
        return teams;
    }
}
