using System.Globalization;
using FeatureGovernance.Contracts.Drift;
using FeatureGovernance.Core;
using FeatureGovernance.Core.Drift;
using FeatureGovernance.Core.Drift.Profiles;
using FeatureGovernance.Server.Http;
using FeatureGovernance.Server.Value.Valuations;
using FeatureGovernance.Valuation;
using Npgsql;
using NpgsqlTypes;

namespace FeatureGovernance.Server.Drift;

/// <summary>An incident and a model that reads its features, to be replayed.</summary>
/// <param name="Digest">What the incident is like; where that changes meanwhile, the replay is of no account.</param>
/// <param name="Wrong">The probability that values are wrong.</param>
/// <param name="Features">Those that the model reads, the most touched first.</param>
/// <param name="Symptoms">Of each, what was seen.</param>
/// <param name="StandIns">Of each, its default where that is a number.</param>
internal sealed record QueuedReplay(
    int Incident, int Model, byte[] Digest, WindowLength Length, DateTime Start, DateTime End, double Wrong, Fault? Fault,
    int[] Features, IReadOnlyList<IReadOnlySet<Symptom>> Symptoms, IReadOnlyList<double?> StandIns);

/// <summary>What is to be replayed, what a replay needs to know, and what it found.</summary>
internal static class ReplayQueue
{
    private const int MostReplays = 200;
    private const int MostFeatures = 50;
    private const int WindowsBefore = 28;
    private const int MostWindows = 60;

    /// <summary>Open incidents with models whose sample is kept, where neither has been replayed as they are; the most serious first.</summary>
    public static async Task<List<QueuedReplay>> ReadAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("""
            select i.id, p.model_id, i.digest, i.length, i.starts, i.ends, coalesce((i.verdict -> 'causes' ->> 'dataQuality')::float8, 0), i.fault,
                   x.features, x.signals, x.defaults
            from (select p.*, s.valuation_id from drift.impact p join value.replay_sample s on s.model_id = p.model_id) p
            join drift.incident i on i.id = p.incident_id
            join registry.model m on m.id = p.model_id
            cross join lateral (
                select array_agg(f.feature_id order by f.size desc, f.feature_id) as features, array_agg(f.signals::text order by f.size desc, f.feature_id) as signals,
                       array_agg(v.default_value::text order by f.size desc, f.feature_id) as defaults
                from (select * from drift.incident_feature where incident_id = i.id order by size desc, feature_id limit $2) f
                join registry.feature r on r.id = f.feature_id
                join registry.feature_version v on v.feature_id = r.id and v.number = r.current_version
                where exists (select from registry.manifest_entry e where e.feature_id = f.feature_id and e.model_version_id = m.live_version_id)) x
            where i.status in (0, 1, 2) and x.features is not null
              and (p.replayed_digest, p.replayed_valuation) is distinct from (i.digest, p.valuation_id)
            order by i.severity desc, coalesce(i.loss, 0) desc, i.id desc, p.model_id limit $1
            """, connection) { CommandTimeout = 0 };
        command.Parameters.AddWithValue(MostReplays);
        command.Parameters.AddWithValue(MostFeatures);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var queued = new List<QueuedReplay>();
        while (await reader.ReadAsync(cancellation))
        {
            queued.Add(new(
                reader.GetInt32(0), reader.GetInt32(1), reader.GetFieldValue<byte[]>(2), (WindowLength)reader.GetInt16(3), reader.GetDateTime(4),
                reader.GetDateTime(5),
                reader.GetDouble(6), reader.IsDBNull(7) ? null : (Fault)reader.GetInt16(7), reader.GetFieldValue<int[]>(8),
                [.. reader.GetFieldValue<string[]>(9).Select(Symptoms)], [.. reader.GetFieldValue<string?[]>(10).Select(Number)]));
        }

        return queued;
    }

    /// <summary>By feature, the windows before the incident and those of it, at serving where there are any; of each window its segments.</summary>
    public static async Task<(Dictionary<int, List<ProfileWindow[]>> Before, Dictionary<int, List<ProfileWindow[]>> During)> WindowsAsync(
        NpgsqlConnection connection, QueuedReplay one, CancellationToken cancellation)
    {
        var span = ProfileDetector.SpanOf(one.Length);
        var count = Math.Min(MostWindows, (int)((one.End - one.Start) / span));
        var grid = ProfileDetector.Grid(DateTime.SpecifyKind(one.Start - (WindowsBefore * span), DateTimeKind.Unspecified), WindowsBefore + count, one.Length);
        var (before, during) = (new Dictionary<int, List<ProfileWindow[]>>(), new Dictionary<int, List<ProfileWindow[]>>());
        foreach (var all in await ProfileBlocks.ReadAsync(connection, one.Features, grid, cancellation))
        {
            var serving = all.Where(series => !series.Key.IsTraining).ToArray();
            var told = serving.Length > 0 ? serving : [.. all];
            List<ProfileWindow[]> Of(int from, int to) =>
                [.. Enumerable.Range(from, to - from).Select(window => told.Select(series => series.Windows[window]).OfType<ProfileWindow>().ToArray())
                .Where(segments => segments.Length > 0)];
            (before[told[0].Key.Feature], during[told[0].Key.Feature]) = (Of(0, WindowsBefore), Of(WindowsBefore, grid.Count));
        }

        return (before, during);
    }

    /// <summary>What the model was reported to lose where features are shuffled, by the metric; null where that is not known of all.</summary>
    public static async Task<double?> ReportedAsync(NpgsqlConnection connection, int model, int[] features, string metric, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("""
            select case when bool_and(value is not null) then sum(greatest(value, 0)) end
            from unnest($2) as f (id)
            left join lateral (
                select i.value from telemetry.importance i join telemetry.metric t on t.id = i.metric_id
                where i.feature_id = f.id and i.model_id = $1 and i.method = 1 and t.name = $3 order by i.evaluated_at desc limit 1) newest on true
            """, connection);
        command.Parameters.AddWithValue(model);
        command.Parameters.AddWithValue(features);
        command.Parameters.AddWithValue(metric);
        return await command.ExecuteScalarAsync(cancellation) as double?;
    }

    /// <summary>Keeps what was found, or that nothing could be; false where the incident has changed meanwhile.</summary>
    public static async Task<bool> KeepAsync(
        NpgsqlConnection connection, QueuedReplay one, ReplaySample? kept, ReplayedIncident? replayed, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("""
            update drift.impact p set
                replayed_digest = i.digest, replayed_valuation = coalesce($4, (select valuation_id from value.replay_sample s where s.model_id = m.id)),
                method = case when $5::float8 is null then 0 else 1 end,
                loss = case when $5::float8 is null then p.loss else greatest($5, 0) / $7 end,
                loss_deviation = case when $5::float8 is null then p.loss_deviation else $6 / $7 end,
                metric_change = case when $5::float8 is null or m.metric_name <> $8 then metric_change when m.metric_higher_is_better then -$5 else $5 end,
                metric_deviation = case when $5::float8 is null or m.metric_name <> $8 then metric_deviation else $6 end
            from drift.incident i, registry.model m
            where p.incident_id = $1 and p.model_id = $2 and i.id = p.incident_id and m.id = p.model_id and i.digest = $3
            """, connection);
        command.Parameters.AddWithValue(one.Incident);
        command.Parameters.AddWithValue(one.Model);
        command.Parameters.AddWithValue(one.Digest);
        command.Parameters.Add(new() { Value = (object?)kept?.Valuation ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Integer });
        var told = replayed is not null && kept is { Total: > 0 } ? replayed : null;
        foreach (var number in (double?[])[told?.Loss, told?.Deviation, kept is { Total: > 0 } ? kept.Total : 1])
            command.Parameters.Add(new() { Value = (object?)number ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Double });
        command.Parameters.AddWithValue(kept?.Metric ?? "");
        return await command.ExecuteNonQueryAsync(cancellation) == 1;
    }

    private static HashSet<Symptom> Symptoms(string signals) =>
        [.. Json.Read<List<IncidentSignal>>(signals)!.Select(signal => Words<Symptom>.TryParse(signal.Symptom, out var symptom) ? symptom : (Symptom?)null)
            .OfType<Symptom>()];

    private static double? Number(string? json) =>
        double.TryParse(json?.Trim('"'), CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? number : null;
}
