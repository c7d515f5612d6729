using System.Globalization;
using FeatureGovernance.Contracts.Drift;
using FeatureGovernance.Core;
using FeatureGovernance.Core.Drift;
using FeatureGovernance.Server.Http;
using FeatureGovernance.Server.Pages;
using Npgsql;

namespace FeatureGovernance.Server.Drift.Pages;

/// <summary>Which values are wanted, as the address says; what is absent is chosen by what there is.</summary>
/// <param name="Window"><c>hour</c>, <c>day</c> or <c>week</c>.</param>
/// <param name="Site"><c>training</c> or <c>serving</c>.</param>
/// <param name="Segment">One segment; absent for all of them together.</param>
/// <param name="Span">Days up to the newest profile, from 1 to 3,660.</param>
/// <param name="From">The begin of a closer look.</param>
/// <param name="To">Its end, exclusive.</param>
internal sealed record ValuesAsked(string? Window, string? Site, string? Segment, int? Span, DateTimeOffset? From, DateTimeOffset? To);

/// <summary>The values of a feature over time, and what else of them can be looked at.</summary>
/// <param name="Values">Null where nothing was ever reported, or the address asks for something impossible.</param>
/// <param name="Kept">The pairs of window and site of which there are profiles.</param>
/// <param name="Segments">Segments in the span, at most fifty.</param>
/// <param name="Charts">The drawings; none where the span is empty.</param>
/// <param name="IsClose">True where the address names the span's begin or end.</param>
/// <param name="Marks">Incidents of the feature in the span, the newest first.</param>
public sealed record ValuesModel(
    string Key, FeatureValues? Values, string Window, string Site, string? Segment, int Span, IReadOnlyList<(string Window, string Site)> Kept,
    IReadOnlyList<string> Segments, ValuesCharts? Charts, bool IsClose, IReadOnlyList<IncidentMark> Marks, Complaint? Complaint)
{
    /// <summary>Spans in days to choose from.</summary>
    public IReadOnlyList<(int Days, string Name)> Spans => Window switch
    {
        "hour" => [(2, "2 days"), (7, "week"), (31, "month")],
        "day" => [(31, "month"), (92, "quarter"), (366, "year")],
        _ => [(92, "quarter"), (366, "year"), (1830, "5 years")],
    };

    /// <summary>This page with another choice.</summary>
    public string With(string? window = null, string? site = null, string? segment = null, int? span = null) => Show.Query(Show.Feature(Key),
        ("window", window ?? Window), ("site", site ?? Site), ("segment", segment ?? Segment),
        ("span", window is null || window == Window ? (span ?? Span).ToString(CultureInfo.InvariantCulture) : null)) + "#values";
}

internal static class ValuesReading
{
    private const int LongestSpan = 3_660;
    private const int MostWindows = 1_000;

    // The newest of each kind, found from the end of the index.
    private const string Newest = """
        select l.length, s.site, p.starts
        from unnest(array[0, 1, 2]::smallint[]) l (length) cross join unnest(array[0, 1]::smallint[]) s (site)
        cross join lateral (
            select starts from drift.profile where feature_id = $1 and length = l.length and site = s.site order by starts desc limit 1) p
        order by l.length = 1 desc, s.site desc, l.length
        """;

    /// <summary>The values of a feature as asked for, and how the page is to be answered.</summary>
    public static async Task<(ValuesModel Model, int Status)> OfAsync(
        string key, int feature, ValuesAsked asked, NpgsqlDataSource source, TimeProvider clock, CancellationToken cancellation)
    {
        var newest = await NewestAsync(source, feature, cancellation);
        var faults = new FieldFaults();
        var first = newest.FirstOrDefault();
        var window = faults.Word<WindowLength>("window", Given(asked.Window), first.Starts == default ? WindowLength.Day : first.Window) ?? WindowLength.Day;
        var site = faults.Word<ProfileSite>("site", Given(asked.Site), newest.Where(one => one.Window == window).Select(one => (ProfileSite?)one.Site)
            .FirstOrDefault() ?? ProfileSite.Serving)
            ?? ProfileSite.Serving;
        faults.Check(asked.Span is null or (>= 1 and <= LongestSpan), "span", "The span is not a number of days.", $"Use 1 to {LongestSpan:N0}.");
        var model = new ValuesModel(key, null, Words.Of(window), Words.Of(site), Given(asked.Segment), 0,
            [.. newest.Select(one => (Words.Of(one.Window), Words.Of(one.Site)))], [], null, asked.From is not null || asked.To is not null, [], null);
        model = model with { Span = asked.Span ?? model.Spans[window == WindowLength.Day ? 0 : 1].Days };
        if (faults.Refusal is { } refusal)
            return Refuse(model, refusal);

        var end = newest.Where(one => one.Window == window && one.Site == site).Select(one => (DateTimeOffset?)(one.Starts + Length(window))).FirstOrDefault();
        if (end is null)
            return (model, 200);
        var to = asked.To ?? end.Value;
        var from = asked.From ?? to.AddDays(-model.Span);
        if ((to - from) / Length(window) > MostWindows)
            return Refuse(model, Problems.Malformed("span", $"There would be over {MostWindows:N0} windows to draw.",
                "Choose a shorter span, or longer windows."));
        var answer = await ValuesQuery.Get(key, model.Window, model.Site, model.Segment, from, to, source, clock, cancellation);
        if (!answer.Take(out FeatureValues values, out var refused))
            return Refuse(model, refused);
        model = model with
        {
            Values = values, Segments = await SegmentsAsync(source, feature, window, site, from, to, cancellation),
            Marks = await IncidentMarkQuery.OfAsync(source, feature, from, to, cancellation),
        };
        return (model with { Charts = values.Windows.Count == 0 ? null : ValuesCharts.Of(values, Length(window), model.Marks) }, 200);
    }

    private static (ValuesModel, int) Refuse(ValuesModel model, Refusal refusal) =>
        (model with { Complaint = Complaint.Of(refusal) }, Problems.Status(refusal.Kind));

    /// <summary>The length of a window by its word; a day where the word is none.</summary>
    public static TimeSpan Length(string window) => Length(Words<WindowLength>.TryParse(window, out var length) ? length : WindowLength.Day);

    private static TimeSpan Length(WindowLength window) => window switch
    {
        WindowLength.Hour => TimeSpan.FromHours(1),
        WindowLength.Day => TimeSpan.FromDays(1),
        WindowLength.Week => TimeSpan.FromDays(7),
        _ => throw new InvalidOperationException($"No length {window}."),
    };

    private static string? Given(string? text) => string.IsNullOrEmpty(text) ? null : text;

    private static async Task<List<(WindowLength Window, ProfileSite Site, DateTimeOffset Starts)>> NewestAsync(
        NpgsqlDataSource source, int feature, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand(Newest);
        command.Parameters.Add(new() { Value = feature });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var found = new List<(WindowLength, ProfileSite, DateTimeOffset)>();
        while (await reader.ReadAsync(cancellation))
            found.Add(((WindowLength)reader.GetInt16(0), (ProfileSite)reader.GetInt16(1), reader.GetFieldValue<DateTimeOffset>(2)));
        return found;
    }

    private static async Task<List<string>> SegmentsAsync(
        NpgsqlDataSource source, int feature, WindowLength window, ProfileSite site, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand("""
            select distinct segment from drift.profile
            where feature_id = $1 and length = $2 and starts >= $3 and starts < $4 and site = $5 and segment <> '' order by 1 limit 50
            """);
        foreach (var value in (object[])[feature, (short)window, from.ToUniversalTime(), to.ToUniversalTime(), (short)site])
            command.Parameters.Add(new() { Value = value });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var segments = new List<string>();
        while (await reader.ReadAsync(cancellation))
            segments.Add(reader.GetString(0));
        return segments;
    }
}
