using FeatureGovernance.Contracts.Drift;
using FeatureGovernance.Core;
using FeatureGovernance.Core.Drift.Profiles;
using Npgsql;

namespace FeatureGovernance.Server.Drift;

/// <summary>By what an impact was estimated. The numbers are stored.</summary>
internal enum ImpactMethod
{
    Profiles,
    Replay,
}

/// <summary>Reads what incidents cost models, for the API and for pages.</summary>
internal static class ImpactQuery
{
    private const int MostModels = 200;
    private const int MostJudged = 10_000;
    private const double Z80 = 1.2815515655446004;

    /// <summary>The models an incident touches, those that lose most by weight first, then by traffic; and all of them together.</summary>
    public static async Task<IncidentImpact> FindAsync(NpgsqlConnection connection, int incident, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("""
            select m.name, t.slug, p.features, p.weight, m.traffic_per_day, p.loss, p.loss_deviation, p.metric, p.metric_change, p.metric_deviation,
                   p.observed - p.observed_before,
                   count(*) over ()::int, sum(p.weight * p.loss) over (), sqrt(sum((p.weight * p.loss_deviation) ^ 2) over ()), sum(m.traffic_per_day) over (), p.method
            from drift.impact p join registry.model m on m.id = p.model_id join registry.team t on t.id = m.team_id
            where p.incident_id = $1
            order by p.weight * p.loss desc nulls last, m.traffic_per_day desc nulls last, m.name limit $2
            """, connection);
        command.Parameters.Add(new() { Value = incident });
        command.Parameters.Add(new() { Value = MostModels });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var (models, all, total, traffic) = (new List<ModelImpact>(), 0, ((double Loss, (double Lower, double Upper) Interval)?)null, (double?)null);
        while (await reader.ReadAsync(cancellation))
        {
            (all, traffic) = (reader.GetInt32(11), Number(reader, 14));
            total = Number(reader, 12) is { } sum ? (sum, ImpactEstimate.Interval(sum, Number(reader, 13) ?? 0)) : null;
            var method = (ImpactMethod)reader.GetInt16(15);
            var (loss, change) = (Number(reader, 5), Number(reader, 8));
            var ((lossLower, lossUpper), (lower, upper)) = (Between(loss, Number(reader, 6), ImpactMethod.Profiles), Between(change, Number(reader, 9), method));
            models.Add(new(
                reader.GetString(0), reader.GetString(1), reader.GetInt32(2), reader.GetDouble(3), Number(reader, 4), loss, lossLower, lossUpper,
                reader.IsDBNull(7) ? null : reader.GetString(7), change, lower, upper, Number(reader, 10), Words.Of(method)));
        }

        return new(all, total?.Loss, total?.Interval.Lower, total?.Interval.Upper, traffic, models);
    }

    /// <summary>How good the estimates of the last incidents have been, by the method they stand by now.</summary>
    public static async Task<ImpactRecord> RecordAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("""
            select p.metric_change, p.metric_deviation, p.observed - p.observed_before, p.method
            from drift.impact p join drift.incident i on i.id = p.incident_id
            where p.observed is not null and p.metric_change is not null and not i.ongoing order by p.incident_id desc, p.model_id limit $1
            """, connection);
        command.Parameters.Add(new() { Value = MostJudged });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var judged = new List<JudgedImpact>();
        while (await reader.ReadAsync(cancellation))
        {
            var expected = reader.GetDouble(0);
            var (lower, upper) = Between(expected, reader.GetDouble(1), (ImpactMethod)reader.GetInt16(3));
            judged.Add(new(expected, lower!.Value, upper!.Value, reader.GetDouble(2)));
        }

        return ImpactRecord.Of(judged);
    }

    // Replayed changes vary about their mean, and may be of either sign; those by profiles vary by factors.
    private static (double? Lower, double? Upper) Between(double? middle, double? deviation, ImpactMethod method)
    {
        if (middle is not { } expected)
            return (null, null);
        return method == ImpactMethod.Replay
            ? (expected - (Z80 * (deviation ?? 0)), expected + (Z80 * (deviation ?? 0)))
            : ImpactEstimate.Interval(expected, deviation ?? 0);
    }

    private static double? Number(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetDouble(column);
}
