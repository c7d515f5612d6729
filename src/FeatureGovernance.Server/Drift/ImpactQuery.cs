using FeatureGovernance.Contracts.Drift;
using FeatureGovernance.Core.Drift.Profiles;
using FeatureGovernance.Core.Value;
using Npgsql;

namespace FeatureGovernance.Server.Drift;

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
                   count(*) over ()::int, sum(p.weight * p.loss) over (), sqrt(sum((p.weight * p.loss_deviation) ^ 2) over ()), sum(m.traffic_per_day) over ()
            from drift.impact p join registry.model m on m.id = p.model_id join registry.team t on t.id = m.team_id
            where p.incident_id = $1
            order by p.weight * p.loss desc nulls last, m.traffic_per_day desc nulls last, m.name limit $2
            """, connection);
        command.Parameters.Add(new() { Value = incident });
        command.Parameters.Add(new() { Value = MostModels });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var (models, all, total, traffic) = (new List<ModelImpact>(), 0, (ValueEstimate?)null, (double?)null);
        while (await reader.ReadAsync(cancellation))
        {
            (all, traffic) = (reader.GetInt32(11), Number(reader, 14));
            total = Number(reader, 12) is { } sum ? ValueEstimate.LogNormal(sum, Number(reader, 13) ?? 0) : null;
            var loss = Number(reader, 5) is { } mean ? ValueEstimate.LogNormal(mean, Number(reader, 6) ?? 0) : (ValueEstimate?)null;
            var (change, error) = (Number(reader, 8), Number(reader, 9) ?? 0);
            models.Add(new(
                reader.GetString(0), reader.GetString(1), reader.GetInt32(2), reader.GetDouble(3), Number(reader, 4), loss?.Mean, loss?.Lower80, loss?.Upper80,
                reader.IsDBNull(7) ? null : reader.GetString(7), change, change - (Z80 * error), change + (Z80 * error), Number(reader, 10)));
        }

        return new(all, total?.Mean, total?.Lower80, total?.Upper80, traffic, models);
    }

    /// <summary>How good the estimates of the last incidents have been.</summary>
    public static async Task<ImpactRecord> RecordAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("""
            select p.metric_change, p.metric_deviation, p.observed - p.observed_before
            from drift.impact p join drift.incident i on i.id = p.incident_id
            where p.observed is not null and p.metric_change is not null and not i.ongoing order by p.incident_id desc, p.model_id limit $1
            """, connection);
        command.Parameters.Add(new() { Value = MostJudged });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var judged = new List<JudgedImpact>();
        while (await reader.ReadAsync(cancellation))
        {
            var (expected, error) = (reader.GetDouble(0), reader.GetDouble(1));
            judged.Add(new(expected, expected - (Z80 * error), expected + (Z80 * error), reader.GetDouble(2)));
        }

        return ImpactRecord.Of(judged);
    }

    private static double? Number(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetDouble(column);
}
