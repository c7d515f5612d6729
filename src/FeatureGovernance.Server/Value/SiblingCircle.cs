using FeatureGovernance.Core.Value;
using Npgsql;

namespace FeatureGovernance.Server.Value;

/// <summary>A feature that a model may gain by, with what shows it.</summary>
/// <param name="Siblings">How many siblings it is known of.</param>
/// <param name="Evidence">Those that gain most by it, the best first.</param>
internal sealed record ModelGain(int Feature, ExpectedGain Expected, int Siblings, IReadOnlyList<(int Model, double Share)> Evidence);

/// <summary>
/// What the models of one kind and surface have for siblings, and what those gain by: read once for all models of the circle. It holds one
/// sibling more than a model has, so that each of them can be left out of its own.
/// </summary>
internal sealed class SiblingCircle
{
    private const int MostSiblings = 50;
    private const int MostGains = 200;
    private const int MostEvidence = 5;

    private const string Siblings = """
        select o.id, case when o.kind = $1 and o.surface = $2 then 1.0 when o.surface = $2 then 0.7 else 0.5 end::float8
        from registry.model o
        where (o.kind = $1 or o.surface = $2) and exists (select from value.pair_share p where p.model_id = o.id and p.methods > 0)
        order by 2 desc, o.weight desc, o.name limit $3
        """;

    private const string Shares = """
        select p.feature_id, p.model_id, p.share, p.deviation
        from value.pair_share p join registry.feature f on f.id = p.feature_id and f.stage in (2, 3) and f.kind <> 1
        where p.model_id = any($1) and p.methods > 0 and p.share > 0
        order by p.feature_id
        """;

    // What the model reads, or has asked for and was not refused.
    private const string Had = """
        select e.feature_id from registry.model m join registry.manifest_entry e on e.model_version_id = m.live_version_id where m.id = $1
        union all
        select a.feature_id from lifecycle.adoption a where a.model_id = $1 and a.state <= 3
        """;

    private readonly List<(int Id, double Closeness)> siblings = [];
    private readonly List<Shown> features = [];

    private sealed record Shown(int Feature, int[] Models, SiblingShare[] Shares);

    public static async Task<SiblingCircle> ReadAsync(NpgsqlConnection connection, short kind, string? surface, CancellationToken cancellation)
    {
        var circle = new SiblingCircle();
        await using (var command = new NpgsqlCommand(Siblings, connection) { CommandTimeout = 0 })
        {
            command.Parameters.AddWithValue(kind);
            command.Parameters.Add(new() { Value = (object?)surface ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text });
            command.Parameters.AddWithValue(MostSiblings + 1);
            await using var reader = await command.ExecuteReaderAsync(cancellation);
            while (await reader.ReadAsync(cancellation))
                circle.siblings.Add((reader.GetInt32(0), reader.GetDouble(1)));
        }

        await circle.ReadSharesAsync(connection, cancellation);
        return circle;
    }

    /// <summary>With whom a model is compared: the closest and weightiest but itself.</summary>
    public int[] Of(int model) => [.. siblings.Select(sibling => sibling.Id).Where(id => id != LeftOut(model))];

    /// <summary>What a model may gain by, the greatest gain first, and at most as much as is kept.</summary>
    public async Task<IReadOnlyList<ModelGain>> GainsAsync(NpgsqlConnection connection, int model, CancellationToken cancellation)
    {
        var had = await HadAsync(connection, model, cancellation);
        var (leftOut, shown, candidates) = (LeftOut(model), new List<Shown>(features.Count), new List<SiblingShare[]>(features.Count));
        foreach (var feature in features)
        {
            if (!had.Contains(feature.Feature) && Without(feature, leftOut) is { Shares.Length: > 0 } other)
            {
                shown.Add(other);
                candidates.Add(other.Shares);
            }
        }

        var gains = ExpectedGains.Predict(candidates);
        return [.. Enumerable.Range(0, gains.Length).OrderByDescending(i => gains[i].Share).ThenBy(i => shown[i].Feature).Take(MostGains)
            .Select(i => new ModelGain(shown[i].Feature, gains[i], shown[i].Models.Length, Best(shown[i])))];
    }

    private int LeftOut(int model) =>
        siblings.Exists(sibling => sibling.Id == model) ? model : siblings.Count > MostSiblings ? siblings[^1].Id : 0;

    private static Shown Without(Shown feature, int model)
    {
        var at = Array.IndexOf(feature.Models, model);
        return at < 0 ? feature : new(feature.Feature, [.. feature.Models.Where((_, i) => i != at)], [.. feature.Shares.Where((_, i) => i != at)]);
    }

    private static List<(int Model, double Share)> Best(Shown feature) =>
        [.. feature.Models.Zip(feature.Shares, (model, share) => (model, share.Share)).OrderByDescending(one => one.Share).ThenBy(one => one.model)
            .Take(MostEvidence)];

    private async Task ReadSharesAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        var closeness = siblings.ToDictionary(sibling => sibling.Id, sibling => sibling.Closeness);
        await using var command = new NpgsqlCommand(Shares, connection) { CommandTimeout = 0 };
        command.Parameters.AddWithValue(closeness.Keys.ToArray());
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var (feature, models, shares) = (0, new List<int>(), new List<SiblingShare>());
        while (await reader.ReadAsync(cancellation))
        {
            if (reader.GetInt32(0) != feature)
                Close();
            feature = reader.GetInt32(0);
            models.Add(reader.GetInt32(1));
            shares.Add(new(reader.GetDouble(2), reader.GetDouble(3), closeness[models[^1]]));
        }

        Close();

        void Close()
        {
            if (models.Count > 0)
                features.Add(new(feature, [.. models], [.. shares]));
            models.Clear();
            shares.Clear();
        }
    }

    private static async Task<HashSet<int>> HadAsync(NpgsqlConnection connection, int model, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(Had, connection) { CommandTimeout = 0 };
        command.Parameters.AddWithValue(model);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var had = new HashSet<int>();
        while (await reader.ReadAsync(cancellation))
            had.Add(reader.GetInt32(0));
        return had;
    }
}
