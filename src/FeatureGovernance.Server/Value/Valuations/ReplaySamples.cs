using FeatureGovernance.Valuation;
using Npgsql;
using NpgsqlTypes;

namespace FeatureGovernance.Server.Value.Valuations;

/// <summary>A part of a model's newest evaluation sample.</summary>
/// <param name="Valuation">The valuation it is of.</param>
/// <param name="Metric">The measure it was valued by, named as in evidence.</param>
/// <param name="Features">The registered feature of each of its columns.</param>
/// <param name="InSeconds">Whether its times are seconds; else how long an incident lasts is not known in them.</param>
/// <param name="Total">The quality that shuffling its features loses, one by one, summed.</param>
internal sealed record ReplaySample(int Valuation, string Metric, int[] Features, bool InSeconds, double Total, Sample Sample);

/// <summary>What is kept of a sample.</summary>
internal sealed record PackedSample(IReadOnlyList<string> Columns, int Rows, bool InSeconds, byte[] Content);

/// <summary>
/// The table of samples kept for replays: of each model a bounded part of the one its newest valuation measured. The next one takes its
/// place.
/// </summary>
internal static class ReplaySamples
{
    public const int UsualRows = 20_000;

    private const long MostCells = 2_000_000;

    /// <summary>What is to be kept of a sample; null where the operator wants nothing kept.</summary>
    /// <param name="sample">Of a valuation for a model.</param>
    /// <param name="mostRows"><c>FEATGOV_REPLAY_ROWS</c>.</param>
    public static PackedSample? Pack(Sample sample, int mostRows)
    {
        if (mostRows <= 0)
            return null;
        var thin = SampleArchive.Thin(sample, mostRows, MostCells);
        return new(thin.Features, thin.Cells.Rows, sample.LabelRows is { InSeconds: true }, SampleArchive.Write(thin));
    }

    public static async Task KeepAsync(
        NpgsqlConnection connection, StoredValuation valuation, string metric, MeasuredValue measured, IReadOnlyDictionary<string, string> keys,
        PackedSample packed, DateTimeOffset at,
        CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("""
            insert into value.replay_sample (model_id, valuation_id, kept_at, metric, rows, in_seconds, features, total, content)
            select m.id, $2, $3, $4, $5, $9, array(select f.id from unnest($6::text[]) with ordinality as k (key, place) join registry.feature f on f.key = k.key order by place), $7, $8
            from registry.model m where m.name = $1
            on conflict (model_id) do update set
                valuation_id = excluded.valuation_id, kept_at = excluded.kept_at, metric = excluded.metric, rows = excluded.rows,
                in_seconds = excluded.in_seconds, features = excluded.features, total = excluded.total, content = excluded.content
            """, connection);
        command.Parameters.AddWithValue(valuation.Question.Model!);
        command.Parameters.AddWithValue(valuation.View.Id);
        command.Parameters.AddWithValue(at);
        command.Parameters.AddWithValue(metric);
        command.Parameters.AddWithValue(packed.Rows);
        command.Parameters.AddWithValue(packed.Columns.Select(column => keys[column]).ToArray());
        command.Parameters.AddWithValue(measured.Features.Where(feature => feature.Reasons.All(reason => reason.Code != "leak"))
            .Sum(feature => Math.Max(0, feature.Permutation)));
        command.Parameters.AddWithValue(NpgsqlDbType.Bytea, packed.Content);
        command.Parameters.AddWithValue(packed.InSeconds);
        await command.ExecuteNonQueryAsync(cancellation);
    }

    public static async Task<ReplaySample?> FindAsync(NpgsqlConnection connection, int model, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("select valuation_id, metric, features, in_seconds, total, content from value.replay_sample where model_id = $1", connection);
        command.Parameters.AddWithValue(model);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        return await reader.ReadAsync(cancellation)
            ? new(reader.GetInt32(0), reader.GetString(1), reader.GetFieldValue<int[]>(2), reader.GetBoolean(3), reader.GetDouble(4),
                SampleArchive.Read(reader.GetFieldValue<byte[]>(5)))
            : null;
    }
}
