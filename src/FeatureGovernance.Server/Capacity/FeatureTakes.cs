using FeatureGovernance.Core.Lifecycle;
using FeatureGovernance.Core.Registry;
using FeatureGovernance.Core.Value;
using Npgsql;

namespace FeatureGovernance.Server.Capacity;

/// <summary>
/// What features and models take of resources per day, from cost telemetry: a feature's mean over the days of the last 28 on which it was
/// reported. Of a feature that several models read, each takes by its reads.
/// </summary>
internal static class FeatureTakes
{
    private const string Takes = """
        select c.feature_id, r.name as resource, avg(c.amount) as amount
        from telemetry.cost_daily c join telemetry.resource r on r.id = c.resource_id
        where c.day > $1::date - 28 and c.day <= $1
        group by c.feature_id, r.name
        """;

    /// <summary>By resource, what each of these features takes, or of those recommended for deprecation or migration; by their keys.</summary>
    public static async Task<ILookup<string, (string Feature, double Amount)>> OfFeaturesAsync(
        NpgsqlConnection connection, DateOnly asOf, IEnumerable<string> features, bool recommended, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand($"""
            select t.resource, f.key, t.amount from ({Takes}) t
            join registry.feature f on f.id = t.feature_id
            left join value.feature_score s on s.feature_id = f.id
            where f.key = any($2) or ($3 and s.recommendation = any($4))
            order by f.key
            """, connection);
        command.Parameters.AddWithValue(asOf);
        command.Parameters.AddWithValue(features.ToArray());
        command.Parameters.AddWithValue(recommended);
        command.Parameters.AddWithValue(Leaving);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var takes = new List<(string Resource, string Feature, double Amount)>();
        while (await reader.ReadAsync(cancellation))
            takes.Add((reader.GetString(0), reader.GetString(1), reader.GetDouble(2)));
        return takes.ToLookup(take => take.Resource, take => (take.Feature, take.Amount), StringComparer.Ordinal);
    }

    /// <summary>By resource, what a model takes at its present traffic; and that traffic, requests per day, where it is known.</summary>
    public static async Task<(Dictionary<string, double> Takes, double? Traffic)> OfModelAsync(
        NpgsqlConnection connection, DateOnly asOf, string model, CancellationToken cancellation)
    {
        await using var traffic = new NpgsqlCommand("select traffic_per_day from registry.model where name = $1", connection);
        traffic.Parameters.AddWithValue(model);
        var perDay = await traffic.ExecuteScalarAsync(cancellation) as double?;
        await using var command = new NpgsqlCommand($"""
            with reads as (
                select feature_id, model_id, sum(reads / days) as per_day from value.pair_state where days > 0 group by feature_id, model_id),
            shares as (
                select feature_id, model_id, per_day / nullif(sum(per_day) over (partition by feature_id), 0) as share from reads)
            select t.resource, sum(t.amount * s.share) from ({Takes}) t
            join shares s on s.feature_id = t.feature_id join registry.model m on m.id = s.model_id
            where m.name = $2 and s.share is not null
            group by t.resource
            """, connection);
        command.Parameters.AddWithValue(asOf);
        command.Parameters.AddWithValue(model);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var takes = new Dictionary<string, double>(StringComparer.Ordinal);
        while (await reader.ReadAsync(cancellation))
            takes[reader.GetString(0)] = reader.GetDouble(1);
        return (takes, perDay is > 0 ? perDay : null);
    }

    /// <summary>Every feature that takes something of a resource and is still to be had, with its score.</summary>
    public static async Task<List<(string Feature, string Team, double? Value, double Amount, Recommendation? Recommendation)>> CandidatesAsync(
        NpgsqlConnection connection, DateOnly asOf, string resource, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand($"""
            select f.key, t.slug, s.value, c.amount, s.recommendation from ({Takes}) c
            join registry.feature f on f.id = c.feature_id join registry.team t on t.id = f.team_id
            left join value.feature_score s on s.feature_id = f.id
            where c.resource = $2 and c.amount > 0 and f.kind <> $3 and f.stage < $4
            order by f.key
            """, connection);
        command.Parameters.AddWithValue(asOf);
        command.Parameters.AddWithValue(resource);
        command.Parameters.AddWithValue((short)FeatureKind.Label);
        command.Parameters.AddWithValue((short)Stage.Disabled);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var found = new List<(string, string, double?, double, Recommendation?)>();
        while (await reader.ReadAsync(cancellation))
        {
            found.Add((reader.GetString(0), reader.GetString(1), reader.GetValue(2) as double?, reader.GetDouble(3),
                reader.IsDBNull(4) ? null : (Recommendation)reader.GetInt16(4)));
        }

        return found;
    }

    public static bool IsLeaving(Recommendation? recommendation) => recommendation is { } verdict && Leaving.Contains((short)verdict);

    private static short[] Leaving => [(short)Recommendation.Deprecate, (short)Recommendation.Migrate];
}
