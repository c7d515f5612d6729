using FeatureGovernance.Contracts.Lifecycle;
using FeatureGovernance.Core;
using FeatureGovernance.Core.Lifecycle;
using FeatureGovernance.Server.Http;
using FeatureGovernance.Server.Value;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace FeatureGovernance.Server.Adopting;

/// <summary>Features that sibling models gain by and this model neither reads nor has asked for, as the last scoring run found them.</summary>
internal static class Advice
{
    // What is still to be had: since the run the model may have come to read a feature, or to ask for it.
    private const string Open = """
        select f.id, f.key, t.slug, f.stage
        from registry.feature f join registry.team t on t.id = f.team_id
        where f.id = any($2) and f.stage in (2, 3)
          and not exists (select from registry.manifest_entry e join registry.model m on m.live_version_id = e.model_version_id where m.id = $1 and e.feature_id = f.id)
          and not exists (select from lifecycle.adoption a where a.model_id = $1 and a.feature_id = f.id and a.state <= 3)
        """;

    public static async Task<Results<Ok<AdoptionAdviceList>, Refused>> Get(string model, int? limit, NpgsqlDataSource source, CancellationToken cancellation)
    {
        var faults = new FieldFaults();
        faults.Slug("model", model);
        var size = Limits.Page(limit, faults);
        if (faults.Refusal is { } refusal)
            return (Refused)refusal;
        await using var connection = await source.OpenConnectionAsync(cancellation);
        await using var find = new NpgsqlCommand("select id, weight / nullif((select sum(weight) from registry.model), 0) from registry.model where name = $1", connection);
        find.Parameters.Add(new() { Value = model });
        int id;
        double weight;
        await using (var reader = await find.ExecuteReaderAsync(cancellation))
        {
            if (!await reader.ReadAsync(cancellation))
                return (Refused)Problems.NotFound("model", model);
            (id, weight) = (reader.GetInt32(0), reader.IsDBNull(1) ? 0 : reader.GetDouble(1));
        }

        var (siblings, gains) = await Gains.ReadAsync(connection, id, cancellation);
        var names = await NamesAsync(connection, siblings, cancellation);
        var open = await OpenAsync(connection, id, [.. gains.Select(gain => gain.Feature)], cancellation);
        return TypedResults.Ok(new AdoptionAdviceList(model, [.. siblings.Where(names.ContainsKey).Select(sibling => names[sibling])],
            [.. gains.Where(gain => open.ContainsKey(gain.Feature)).Take(size).Select(gain => View(open[gain.Feature], gain, names, weight))]));
    }

    private static AdoptionAdvice View((string Key, string Team, Stage Stage) feature, ModelGain gain, Dictionary<int, string> names, double weight) => new(
        feature.Key, feature.Team, Words.Of(feature.Stage), gain.Expected.Share, gain.Expected.Lower, gain.Expected.Upper,
        gain.Expected.Share * weight, gain.Siblings,
        [.. gain.Evidence.Where(one => names.ContainsKey(one.Model)).Select(one => new SiblingGain(names[one.Model], one.Share))]);

    private static async Task<Dictionary<int, string>> NamesAsync(NpgsqlConnection connection, int[] models, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("select id, name from registry.model where id = any($1)", connection);
        command.Parameters.Add(new() { Value = models });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var names = new Dictionary<int, string>();
        while (await reader.ReadAsync(cancellation))
            names[reader.GetInt32(0)] = reader.GetString(1);
        return names;
    }

    private static async Task<Dictionary<int, (string Key, string Team, Stage Stage)>> OpenAsync(
        NpgsqlConnection connection, int model, int[] features, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(Open, connection);
        command.Parameters.Add(new() { Value = model });
        command.Parameters.Add(new() { Value = features });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var found = new Dictionary<int, (string, string, Stage)>();
        while (await reader.ReadAsync(cancellation))
            found[reader.GetInt32(0)] = (reader.GetString(1), reader.GetString(2), (Stage)reader.GetInt16(3));
        return found;
    }
}
