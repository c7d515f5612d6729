using FeatureGovernance.Contracts.Value;
using FeatureGovernance.Server.Http;
using FeatureGovernance.Server.Registry;
using Npgsql;
using NpgsqlTypes;

namespace FeatureGovernance.Server.Value.Valuations;

/// <summary>What valuations found of labels.</summary>
internal static class LabelLedger
{
    /// <summary>
    /// The registered label that a valuation's column is: the one named, else the one that the model's version trains on, else the one of the
    /// column's name, with '__' for ':' as libraries write it.
    /// </summary>
    public static async Task<(int Id, string Key)?> ResolveAsync(NpgsqlConnection connection, ValuationQuestion question, CancellationToken cancellation)
    {
        var named = question.LabelKey is { } key ? await FeatureRow.FindAsync(connection, key, cancellation) : null;
        await using var command = new NpgsqlCommand("""
            select f.id, f.key from (
                select 1 as place, $1::int as id
                union all select 2, v.label_id from registry.model m join registry.model_version v on v.model_id = m.id
                    where m.name = $2 and (v.name = $3 or ($3 = '' and v.id = m.live_version_id))
                union all select 3, id from registry.feature where kind = 1 and key in ($4, replace($4, '__', ':'))) as found
            join registry.feature f using (id) order by place limit 1
            """, connection);
        command.Parameters.Add(new() { Value = (object?)named?.Id ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Integer });
        foreach (var text in (string[])[question.Model ?? "", question.Version ?? "", question.Label])
            command.Parameters.Add(new() { Value = text });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        return await reader.ReadAsync(cancellation) ? (reader.GetInt32(0), reader.GetString(1)) : null;
    }

    public static async Task KeepAsync(NpgsqlConnection connection, LabelMeasurement found, int? label, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("""
            insert into value.label_measure
                (valuation_id, label_id, measured_at, coverage, delay_seconds, base_rate, base_rate_changed, noise, noise_floor, leaks, measurement)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
            """, connection);
        command.Parameters.AddWithValue(found.Valuation);
        command.Parameters.Add(new() { Value = (object?)label ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Integer });
        command.Parameters.AddWithValue(found.MeasuredAt);
        command.Parameters.AddWithValue(found.Coverage.Share);
        AddNumber(command, found.Delay is { Unit: "seconds" } delay ? delay.Median : null);
        command.Parameters.AddWithValue(found.BaseRate.Rate);
        command.Parameters.Add(new() { Value = (object?)found.BaseRate.Changed ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Boolean });
        AddNumber(command, found.Noise?.Rate);
        AddNumber(command, found.Noise?.Floor);
        command.Parameters.AddWithValue(found.Leaks.Count);
        command.Parameters.AddWithValue(NpgsqlDbType.Json, Json.Text(found));
        await command.ExecuteNonQueryAsync(cancellation);
    }

    public static Task<LabelMeasurement?> OfValuationAsync(NpgsqlConnection connection, int valuation, CancellationToken cancellation) =>
        FindAsync(connection, "where valuation_id = $1", valuation, cancellation);

    /// <summary>The newest of a registered label.</summary>
    public static Task<LabelMeasurement?> NewestAsync(NpgsqlConnection connection, int label, CancellationToken cancellation) =>
        FindAsync(connection, "where label_id = $1 order by valuation_id desc limit 1", label, cancellation);

    private static async Task<LabelMeasurement?> FindAsync(NpgsqlConnection connection, string where, int id, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand($"select measurement::text from value.label_measure {where}", connection);
        command.Parameters.AddWithValue(id);
        return await command.ExecuteScalarAsync(cancellation) is string text ? Json.Read<LabelMeasurement>(text) : null;
    }

    private static void AddNumber(NpgsqlCommand command, double? number) =>
        command.Parameters.Add(new() { Value = (object?)number ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Double });
}
