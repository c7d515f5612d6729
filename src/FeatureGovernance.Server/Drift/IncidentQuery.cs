using System.Globalization;
using System.Text;
using FeatureGovernance.Contracts;
using FeatureGovernance.Contracts.Drift;
using FeatureGovernance.Core;
using FeatureGovernance.Core.Drift;
using FeatureGovernance.Core.Drift.Profiles;
using FeatureGovernance.Server.Http;
using FeatureGovernance.Statistics.Inference;
using Npgsql;

namespace FeatureGovernance.Server.Drift;

/// <summary>In which order incidents are listed.</summary>
internal enum IncidentOrder
{
    Newest,

    /// <summary>The most serious first, of those the costliest.</summary>
    Severity,
}

/// <summary>Which incidents are wanted; what is null does not matter.</summary>
internal sealed record IncidentFilter
{
    /// <summary>A feature's key, or a former one.</summary>
    public string? Feature { get; init; }

    /// <summary>The team that owns one of the features.</summary>
    public string? Team { get; init; }

    /// <summary>A model whose live version reads one of the features.</summary>
    public string? Model { get; init; }

    public IncidentStatus? Status { get; init; }

    /// <summary>True for open, acknowledged and snoozed ones, false for the others.</summary>
    public bool? Active { get; init; }

    public Cause? Cause { get; init; }

    public Severity? Severity { get; init; }

    public IncidentOrder Order { get; init; }
}

/// <summary>Reads incidents, for the API and for pages.</summary>
internal static class IncidentQuery
{
    // A snooze that has run out is over, though nobody has written it down.
    private const string Status = "(case when i.status = 2 and i.snoozed_until <= now() then 0 else i.status end)";

    // As the index of open incidents has it.
    private const string Cost = "coalesce(i.loss, 0)";

    private const int MostFeatures = 200;

    private const string Columns = $"""
        i.id, f.key, t.slug, (select count(*) from drift.incident_feature x where x.incident_id = i.id)::int, {Status}, i.severity, i.length, i.starts, i.ends,
        i.ongoing, i.kind, i.cause, i.cause_probability, i.fault, i.score, i.size, i.sources, i.segments, i.sites, i.snoozed_until, i.reason, i.decided_by,
        i.decided_at, i.found_at, i.updated_at, i.revision, i.loss
        """;

    private const string From = """
        from drift.incident i join registry.feature f on f.id = i.lead_feature_id join registry.team t on t.id = f.team_id
        """;

    /// <summary>A page of incidents.</summary>
    /// <param name="after">Where the page before ended, from <see cref="CursorAfter"/>; null for the first.</param>
    public static async Task<Page<IncidentSummary>> ListAsync(
        NpgsqlConnection connection, IncidentFilter filter, int size, Cursor? after, CancellationToken cancellation)
    {
        var (condition, values) = Where(filter, after);
        var order = filter.Order == IncidentOrder.Severity ? $"i.severity desc, {Cost} desc, i.id desc" : "i.id desc";
        await using var command = new NpgsqlCommand($"select {Columns} {From} {condition} order by {order} limit {size + 1}", connection);
        command.Parameters.AddRange(values.ToArray());
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var found = new List<IncidentSummary>();
        while (await reader.ReadAsync(cancellation))
            found.Add(Read(reader));
        var page = found.Take(size).ToList();
        return new(page, found.Count > size ? CursorAfter(page[^1], filter.Order).Encode() : null);
    }

    /// <summary>The cursor of the rows after one.</summary>
    public static Cursor CursorAfter(IncidentSummary last, IncidentOrder order) =>
        new(CursorSort(order), string.Create(CultureInfo.InvariantCulture, $"{last.Severity} {last.Loss ?? 0:R}"), last.Id);

    /// <summary>What a cursor of this order is called.</summary>
    public static string CursorSort(IncidentOrder order) => $"incident-{Words.Of(order)}";

    /// <summary>One incident with its evidence and features; null where there is none.</summary>
    public static async Task<IncidentView?> FindAsync(NpgsqlConnection connection, int id, CancellationToken cancellation)
    {
        IncidentSummary summary;
        StoredVerdict verdict;
        await using (var command = new NpgsqlCommand($"select {Columns}, i.verdict::text {From} where i.id = $1", connection))
        {
            command.Parameters.Add(new() { Value = id });
            await using var reader = await command.ExecuteReaderAsync(cancellation);
            if (!await reader.ReadAsync(cancellation))
                return null;
            summary = Read(reader);
            verdict = Json.Read<StoredVerdict>(reader.GetString(27))!;
        }

        return new(summary)
        {
            Causes = verdict.Causes,
            Faults = verdict.Faults,
            Evidence = verdict.Evidence,
            FeatureDetails = await FeaturesAsync(connection, id, cancellation),
            Impact = await ImpactQuery.FindAsync(connection, id, cancellation),
        };
    }

    private static async Task<List<IncidentFeature>> FeaturesAsync(NpgsqlConnection connection, int id, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("""
            select f.key, t.slug, x.size, x.signals::text
            from drift.incident_feature x join registry.feature f on f.id = x.feature_id join registry.team t on t.id = f.team_id
            where x.incident_id = $1 order by x.size desc, x.feature_id limit $2
            """, connection);
        command.Parameters.Add(new() { Value = id });
        command.Parameters.Add(new() { Value = MostFeatures });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var features = new List<IncidentFeature>();
        while (await reader.ReadAsync(cancellation))
            features.Add(new(reader.GetString(0), reader.GetString(1), reader.GetDouble(2), Json.Read<List<IncidentSignal>>(reader.GetString(3))!));
        return features;
    }

    private static (string Condition, List<NpgsqlParameter> Values) Where(IncidentFilter filter, Cursor? after)
    {
        var (condition, values) = (new StringBuilder("where true"), new List<NpgsqlParameter>());
        void Add(string text, object? value)
        {
            if (value is null)
                return;
            values.Add(new() { Value = value });
            condition.Append(" and ").Append(text.Replace("{0}", $"${values.Count}", StringComparison.Ordinal));
        }

        const string Of = "exists (select from drift.incident_feature x";
        Add($"{Of} where x.incident_id = i.id and x.feature_id = coalesce((select id from registry.feature where key = {{0}}), (select feature_id from registry.feature_alias where key = {{0}})))", filter.Feature);
        Add($"{Of} join registry.feature xf on xf.id = x.feature_id join registry.team xt on xt.id = xf.team_id where x.incident_id = i.id and xt.slug = {{0}})", filter.Team);
        Add($"{Of} join registry.manifest_entry e on e.feature_id = x.feature_id join registry.model m on m.live_version_id = e.model_version_id where x.incident_id = i.id and m.name = {{0}})", filter.Model);
        Add($"{Status} = {{0}}", (short?)filter.Status);
        Add("(i.status < 3) = {0}", filter.Active);
        Add("i.cause = {0}", (short?)filter.Cause);
        Add("i.severity = {0}", (short?)filter.Severity);
        if (filter.Order == IncidentOrder.Severity && after?.Last?.Split(' ') is [var word, var number]
            && Words<Severity>.TryParse(word, out var severity) && double.TryParse(number, CultureInfo.InvariantCulture, out var loss))
        {
            values.Add(new() { Value = loss });
            values.Add(new() { Value = (int)after.Id });
            Add($"(i.severity, {Cost}, i.id) < ({{0}}, ${values.Count - 1}, ${values.Count})", (short)severity);
        }
        else
        {
            Add("i.id < {0}", (int?)after?.Id);
        }

        return (condition.ToString(), values);
    }

    private static IncidentSummary Read(NpgsqlDataReader reader) => new()
    {
        Id = reader.GetInt32(0),
        Feature = reader.GetString(1),
        Team = reader.GetString(2),
        Features = reader.GetInt32(3),
        Status = Words.Of((IncidentStatus)reader.GetInt32(4)),
        Severity = Words.Of((Severity)reader.GetInt16(5)),
        Window = Words.Of((WindowLength)reader.GetInt16(6)),
        Start = reader.GetFieldValue<DateTimeOffset>(7),
        End = reader.GetFieldValue<DateTimeOffset>(8),
        Ongoing = reader.GetBoolean(9),
        Kind = Words.Of((ChangeKind)reader.GetInt16(10)),
        Cause = Words.Of((Cause)reader.GetInt16(11)),
        CauseProbability = reader.GetDouble(12),
        Fault = reader.IsDBNull(13) ? null : Words.Of((Fault)reader.GetInt16(13)),
        Score = reader.GetDouble(14),
        Size = reader.GetDouble(15),
        Sources = reader.GetFieldValue<string[]>(16),
        Segments = reader.GetFieldValue<string[]>(17),
        Sites = [.. reader.GetFieldValue<short[]>(18).Select(site => Words.Of((ProfileSite)site))],
        SnoozedUntil = Instant(reader, 19),
        Reason = Text(reader, 20),
        DecidedBy = Text(reader, 21),
        DecidedAt = Instant(reader, 22),
        FoundAt = reader.GetFieldValue<DateTimeOffset>(23),
        UpdatedAt = reader.GetFieldValue<DateTimeOffset>(24),
        Revision = reader.GetInt32(25),
        Loss = reader.IsDBNull(26) ? null : reader.GetDouble(26),
    };

    private static string? Text(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);

    private static DateTimeOffset? Instant(NpgsqlDataReader reader, int column) =>
        reader.IsDBNull(column) ? null : reader.GetFieldValue<DateTimeOffset>(column);
}
