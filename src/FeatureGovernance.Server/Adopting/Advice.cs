using System.Runtime.InteropServices;
using FeatureGovernance.Contracts.Lifecycle;
using FeatureGovernance.Core;
using FeatureGovernance.Core.Lifecycle;
using FeatureGovernance.Core.Value;
using FeatureGovernance.Server.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace FeatureGovernance.Server.Adopting;

/// <summary>Features that sibling models gain by and this model neither reads nor has asked for.</summary>
internal static class Advice
{
    private const int MostSiblings = 50;
    private const int MostEvidence = 5;

    private const string Siblings = """
        select o.id, o.name, case when o.kind = m.kind and o.surface = m.surface then 1.0 when o.surface = m.surface then 0.7 else 0.5 end::float8
        from registry.model m join registry.model o on o.id <> m.id and (o.kind = m.kind or o.surface = m.surface)
        where m.id = $1 and exists (select from value.pair_share p where p.model_id = o.id and p.methods > 0)
        order by 3 desc, o.weight desc, o.name limit $2
        """;

    private const string Shares = """
        select p.feature_id, p.model_id, p.share, p.deviation
        from value.pair_share p
        join registry.feature f on f.id = p.feature_id and f.stage in (2, 3) and f.kind <> 1
        where p.model_id = any($2) and p.methods > 0 and p.share > 0
          and not exists (select from registry.manifest_entry e join registry.model m on m.live_version_id = e.model_version_id where m.id = $1 and e.feature_id = p.feature_id)
          and not exists (select from lifecycle.adoption a where a.model_id = $1 and a.feature_id = p.feature_id and a.state <= 3)
        """;

    private const string Named = "select f.id, f.key, t.slug, f.stage from registry.feature f join registry.team t on t.id = f.team_id where f.id = any($1)";

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

        var siblings = await SiblingsAsync(connection, id, cancellation);
        var candidates = await CandidatesAsync(connection, id, siblings, cancellation);
        var gains = ExpectedGains.Predict([.. candidates.Select(one => one.Shown.Select(shown => shown.Share).ToArray())]);
        var best = candidates.Zip(gains).OrderByDescending(pair => pair.Second.Share).ThenBy(pair => pair.First.Feature).Take(size).ToList();
        var features = await FeaturesAsync(connection, [.. best.Select(pair => pair.First.Feature)], cancellation);
        return TypedResults.Ok(new AdoptionAdviceList(model, [.. siblings.Values.Select(sibling => sibling.Name)],
            [.. best.Select(pair => View(features[pair.First.Feature], pair.First.Shown, pair.Second, weight))]));
    }

    private static AdoptionAdvice View(
        (string Key, string Team, Stage Stage) feature, List<(string Model, SiblingShare Share)> shown, ExpectedGain gain, double weight) => new(
        feature.Key, feature.Team, Words.Of(feature.Stage), gain.Share, gain.Lower, gain.Upper, gain.Share * weight, shown.Count,
        [.. shown.OrderByDescending(one => one.Share.Share).Take(MostEvidence).Select(one => new SiblingGain(one.Model, one.Share.Share))]);

    private static async Task<Dictionary<int, (string Name, double Closeness)>> SiblingsAsync(NpgsqlConnection connection, int model, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(Siblings, connection);
        command.Parameters.Add(new() { Value = model });
        command.Parameters.Add(new() { Value = MostSiblings });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var found = new Dictionary<int, (string, double)>();
        while (await reader.ReadAsync(cancellation))
            found[reader.GetInt32(0)] = (reader.GetString(1), reader.GetDouble(2));
        return found;
    }

    private static async Task<List<Candidate>> CandidatesAsync(
        NpgsqlConnection connection, int model, Dictionary<int, (string Name, double Closeness)> siblings, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(Shares, connection);
        command.Parameters.Add(new() { Value = model });
        command.Parameters.Add(new() { Value = siblings.Keys.ToArray() });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var candidates = new Dictionary<int, Candidate>();
        while (await reader.ReadAsync(cancellation))
        {
            ref var candidate = ref CollectionsMarshal.GetValueRefOrAddDefault(candidates, reader.GetInt32(0), out _);
            candidate ??= new(reader.GetInt32(0), []);
            var (name, closeness) = siblings[reader.GetInt32(1)];
            candidate.Shown.Add((name, new(reader.GetDouble(2), reader.GetDouble(3), closeness)));
        }

        return [.. candidates.Values];
    }

    // Of the thousands gone through only those that are told of need names.
    private static async Task<Dictionary<int, (string Key, string Team, Stage Stage)>> FeaturesAsync(
        NpgsqlConnection connection, int[] ids, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(Named, connection);
        command.Parameters.Add(new() { Value = ids });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var found = new Dictionary<int, (string, string, Stage)>();
        while (await reader.ReadAsync(cancellation))
            found[reader.GetInt32(0)] = (reader.GetString(1), reader.GetString(2), (Stage)reader.GetInt16(3));
        return found;
    }

    private sealed record Candidate(int Feature, List<(string Model, SiblingShare Share)> Shown);
}
