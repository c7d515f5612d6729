using FeatureGovernance.Contracts.Value;
using FeatureGovernance.Core;
using FeatureGovernance.Server.Http;
using Npgsql;
using NpgsqlTypes;

namespace FeatureGovernance.Server.Value.Valuations;

/// <summary>What to measure, as it was asked.</summary>
internal sealed record ValuationQuestion(
    string Label, string? Group, string? Time, string? Task, string? Model, string? Version, string? Metric, int? Ablations, long? Rows, int? Seconds);

/// <summary>A valuation with what only the server needs to know of it.</summary>
internal sealed record StoredValuation(ValuationView View, ValuationQuestion Question, string File, bool IsUpload);

/// <summary>The table of valuations. Who works on one holds a session's advisory lock of its number.</summary>
internal static class ValuationLedger
{
    private const int LockSpace = 0x46474F57;

    public static async Task<int> AddAsync(
        NpgsqlConnection connection, ValuationQuestion question, string file, bool isUpload, long bytes, string by, DateTimeOffset at, CancellationToken cancellation)
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
    public static async Task<bool> StartAsync(NpgsqlConnection connection, int id, DateTimeOffset at, CancellationToken cancellation) =>
        await ExecuteAsync(connection, """
            update value.valuation set state = 1, started_at = $2, attempts = attempts + 1, progress = 0, phase = null
            where id = $1 and state in (0, 1) and not cancel_requested
            """, [id, at], cancellation) == 1;

    public static Task ReportAsync(NpgsqlConnection connection, int id, string phase, double progress, CancellationToken cancellation) =>
        ExecuteAsync(connection, "update value.valuation set phase = $2, progress = $3 where id = $1 and state = 1", [id, phase, progress], cancellation);

    /// <summary>Ends one that was not ended yet; false where it was.</summary>
    public static async Task<bool> EndAsync(NpgsqlConnection connection, int id, RunState state, DateTimeOffset at, string? error, CancellationToken cancellation) =>
        await ExecuteAsync(connection, """
            update value.valuation set state = $2, finished_at = $3, error = nullif($4, ''), phase = null, progress = case when $2 = 2 then 1 else progress end
            where id = $1 and state in (0, 1)
            """, [id, (short)state, at, error ?? ""], cancellation) == 1;

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

    public static Task RequestCancelAsync(NpgsqlConnection connection, int id, CancellationToken cancellation) =>
        ExecuteAsync(connection, "update value.valuation set cancel_requested = true where id = $1 and state in (0, 1)", [id], cancellation);

    public static Task<bool> CancelRequestedAsync(NpgsqlConnection connection, int id, CancellationToken cancellation) =>
        AskAsync(connection, $"select cancel_requested from value.valuation where id = {id}", cancellation);

    public static Task<bool> TryHoldAsync(NpgsqlConnection connection, int id, CancellationToken cancellation) =>
        AskAsync(connection, $"select pg_try_advisory_lock({LockSpace}, {id})", cancellation);

    public static Task<bool> ReleaseAsync(NpgsqlConnection connection, int id) =>
        AskAsync(connection, $"select pg_advisory_unlock({LockSpace}, {id})", CancellationToken.None);

    public static Task<bool> IsHeldAsync(NpgsqlConnection connection, int id, CancellationToken cancellation) => AskAsync(connection, $"""
        select exists (select from pg_locks where locktype = 'advisory' and classid = {LockSpace} and objid = {id} and granted
                       and database = (select oid from pg_database where datname = current_database()))
        """, cancellation);

    private static async Task<bool> AskAsync(NpgsqlConnection connection, string question, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(question, connection);
        return (bool)(await command.ExecuteScalarAsync(cancellation))!;
    }

    private static async Task<int> ExecuteAsync(NpgsqlConnection connection, string sql, object[] arguments, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var argument in arguments)
            command.Parameters.Add(new() { Value = argument });
        return await command.ExecuteNonQueryAsync(cancellation);
    }

    private static async Task<List<StoredValuation>> ReadAsync(NpgsqlConnection connection, string where, object[] arguments, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand($"""
            select id, state, question::text, file, is_upload, bytes, requested_by, requested_at, started_at, finished_at, phase, progress, attempts,
                   cancel_requested, result::text, error from value.valuation {where}
            """, connection);
        foreach (var argument in arguments)
            command.Parameters.Add(new() { Value = argument });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var found = new List<StoredValuation>();
        while (await reader.ReadAsync(cancellation))
        {
            var question = Json.Read<ValuationQuestion>(reader.GetString(2))!;
            found.Add(new(new()
            {
                Id = reader.GetInt32(0),
                State = Words<RunState>.Text((RunState)reader.GetInt16(1)),
                Model = question.Model,
                Version = question.Version,
                Label = question.Label,
                Group = question.Group,
                Time = question.Time,
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
            }, question, reader.GetString(3), reader.GetBoolean(4)));
        }

        return found;
    }
}
