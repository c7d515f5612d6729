using FeatureGovernance.Contracts.Value;
using FeatureGovernance.Core;
using FeatureGovernance.Server.Http;
using FeatureGovernance.Server.Jobs;
using FeatureGovernance.Valuation;
using FeatureGovernance.Valuation.Reading;
using Npgsql;
using NpgsqlTypes;

namespace FeatureGovernance.Server.Value.Valuations;

/// <summary>What to measure, as it was asked.</summary>
internal sealed record ValuationQuestion(
    string Label, string? Group, string? Time, string? Task, string? Model, string? Version, string? Metric, int? Ablations, long? Rows, int? Seconds)
{
    public string? LabelTime { get; init; }

    public string? LabelKey { get; init; }

    public string? Weight { get; init; }

    public string? Score { get; init; }

    /// <summary>What to read of the sample; all columns are features but those named.</summary>
    public SampleQuestion Sample() => new(Label, Group, Time, Words<ValuationTask>.TryParse(Task, out var task) ? task : null, MostRows: Rows)
    {
        LabelTime = LabelTime,
        Weight = Weight,
        Score = Score,
    };
}

/// <summary>A valuation with what only the server needs to know of it.</summary>
internal sealed record StoredValuation(ValuationView View, ValuationQuestion Question, string File, bool IsUpload);

/// <summary>The table of valuations.</summary>
internal static class ValuationLedger
{
    public static readonly RunTable Runs = new("value.valuation", 0x46474F57);

    private const string Columns = """
        id, state, question::text, file, is_upload, bytes, requested_by, requested_at, started_at, finished_at, phase, progress, attempts,
        cancel_requested, result::text, error
        """;

    public static async Task<int> AddAsync(
        NpgsqlConnection connection, ValuationQuestion question, string file, bool isUpload, long bytes, string by, DateTimeOffset at,
        CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            "insert into value.valuation (question, file, is_upload, bytes, requested_by, requested_at) values ($1, $2, $3, $4, $5, $6) returning id", connection);
        command.Parameters.AddWithValue(NpgsqlDbType.Json, Json.Text(question));
        foreach (var value in (object[])[file, isUpload, bytes, by, at])
            command.Parameters.Add(new() { Value = value });
        return (int)(await command.ExecuteScalarAsync(cancellation))!;
    }

    public static async Task<StoredValuation?> FindAsync(NpgsqlConnection connection, int id, CancellationToken cancellation) =>
        await ReadAsync(connection, "where id = $1", [id], cancellation) is [var found] ? found : null;

    public static Task<List<StoredValuation>> ListAsync(NpgsqlConnection connection, long before, int count, CancellationToken cancellation) =>
        ReadAsync(connection, "where id < $1 order by id desc limit $2", [before, count], cancellation);

    /// <summary>Those that are queued or running.</summary>
    public static Task<List<StoredValuation>> OpenAsync(NpgsqlConnection connection, CancellationToken cancellation) =>
        ReadAsync(connection, "where state in (0, 1) order by id limit 100", [], cancellation);

    /// <summary>Marks one as begun; false where it is not to be executed any more.</summary>
    public static async Task<bool> StartAsync(NpgsqlConnection connection, int id, DateTimeOffset at, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("""
            update value.valuation set
                state = case when cancel_requested then 4 else 1 end, started_at = $2, finished_at = case when cancel_requested then $2 end,
                attempts = attempts + 1, progress = 0, phase = null
            where id = $1 and state in (0, 1) returning not cancel_requested
            """, connection);
        command.Parameters.AddWithValue(id);
        command.Parameters.AddWithValue(at);
        return await command.ExecuteScalarAsync(cancellation) is true;
    }

    public static async Task ReportAsync(NpgsqlConnection connection, int id, string phase, double progress, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("update value.valuation set phase = $2, progress = $3 where id = $1 and state = 1", connection);
        command.Parameters.AddWithValue(id);
        command.Parameters.AddWithValue(phase);
        command.Parameters.AddWithValue(progress);
        await command.ExecuteNonQueryAsync(cancellation);
    }

    public static async Task KeepAsync(
        NpgsqlConnection connection, int id, ValuationSummary summary, IReadOnlyList<ValuedColumn> features, CancellationToken cancellation)
    {
        await using var result = new NpgsqlCommand("update value.valuation set result = $2 where id = $1", connection);
        result.Parameters.AddWithValue(id);
        result.Parameters.AddWithValue(NpgsqlDbType.Json, Json.Text(summary));
        await result.ExecuteNonQueryAsync(cancellation);
        await using var rows = new NpgsqlCommand("""
            insert into value.valuation_feature select $1, place - 1, judgement::json from unnest($2::text[]) with ordinality as t (judgement, place)
            """, connection);
        rows.Parameters.AddWithValue(id);
        rows.Parameters.AddWithValue(features.Select(f => Json.Text(f)).ToArray());
        await rows.ExecuteNonQueryAsync(cancellation);
    }

    public static async Task<List<ValuedColumn>> FeaturesAsync(NpgsqlConnection connection, int id, long after, int count, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            "select judgement::text from value.valuation_feature where valuation_id = $1 and place > $2 order by place limit $3", connection);
        foreach (var value in (object[])[id, after, count])
            command.Parameters.Add(new() { Value = value });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var features = new List<ValuedColumn>();
        while (await reader.ReadAsync(cancellation))
            features.Add(Json.Read<ValuedColumn>(reader.GetString(0))!);
        return features;
    }

    private static Task<List<StoredValuation>> ReadAsync(NpgsqlConnection connection, string where, object[] arguments, CancellationToken cancellation) =>
        Runs.ReadAsync(connection, Columns, where, arguments, Read, cancellation);

    private static StoredValuation Read(NpgsqlDataReader reader)
    {
        var question = Json.Read<ValuationQuestion>(reader.GetString(2))!;
        return new(new()
        {
            Id = reader.GetInt32(0),
            State = Words.Of((RunState)reader.GetInt16(1)),
            Model = question.Model,
            Version = question.Version,
            Label = question.Label,
            Group = question.Group,
            Time = question.Time,
            LabelTime = question.LabelTime,
            LabelKey = question.LabelKey,
            Weight = question.Weight,
            Score = question.Score,
            Task = question.Task,
            Bytes = reader.GetInt64(5),
            RequestedBy = reader.GetString(6),
            RequestedAt = reader.GetFieldValue<DateTimeOffset>(7),
            StartedAt = reader.IsDBNull(8) ? null : reader.GetFieldValue<DateTimeOffset>(8),
            FinishedAt = reader.IsDBNull(9) ? null : reader.GetFieldValue<DateTimeOffset>(9),
            Phase = reader.IsDBNull(10) ? null : reader.GetString(10),
            Progress = reader.GetDouble(11),
            Attempts = reader.GetInt16(12),
            CancelRequested = reader.GetBoolean(13),
            Result = reader.IsDBNull(14) ? null : Json.Read<ValuationSummary>(reader.GetString(14)),
            Error = reader.IsDBNull(15) ? null : reader.GetString(15),
        }, question, reader.GetString(3), reader.GetBoolean(4));
    }
}
