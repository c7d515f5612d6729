using System.Collections.Immutable;
using FeatureGovernance.Core.Value;
using Npgsql;
using NpgsqlTypes;

namespace FeatureGovernance.Server.Value;

/// <summary>
/// s(f,m) of every pair that counts, by Core's pooling: methods weighed by what their overlaps teach, thin evidence shrunk to group and model.
/// One model is in memory at a time, as sums; pairs are those of the live manifest or, where there is none, those with evidence.
/// </summary>
internal static class ShareEstimation
{
    private const string Scope = """
        create temp table scope as
        select m.id as model_id, e.feature_id
        from registry.model m
        join registry.manifest_entry e on e.model_version_id = m.live_version_id
        join registry.feature f on f.id = e.feature_id and f.kind <> 1 and f.stage <> 7
        where m.kind in (0, 1) and m.weight > 0
        union
        select m.id, e.feature_id
        from registry.model m
        join value.pair_evidence e on e.model_id = m.id
        join registry.feature f on f.id = e.feature_id and f.kind <> 1 and f.stage <> 7
        where m.kind in (0, 1) and m.weight > 0 and m.live_version_id is null;
        delete from scope s where not exists (
            select from value.pair_evidence e join scope t on t.feature_id = e.feature_id and t.model_id = e.model_id where e.model_id = s.model_id);
        create index on scope (model_id);
        analyze scope;
        create temp table share_now (
            feature_id int, model_id int, weight float8, share float8, deviation float8, lower float8, upper float8,
            methods smallint, reports int, contradictory boolean)
        """;

    private const string Overlaps = """
        with method as (
            select e.feature_id, e.model_id, e.method, e.weighted_sum / e.weight as mean,
                   case when e.reports > 1 then greatest(1, n.evidence_factor * (e.weighted_squares - e.weighted_sum * e.weighted_sum / e.weight) / (e.reports - 1))
                        else 1 end / (e.weight * n.evidence_factor) as variance
            from value.pair_evidence e cross join run_now n),
        pair as (
            select a.method as first, b.method as second, a.mean - b.mean as d, a.variance + b.variance as v,
                   (1 + (a.variance + b.variance) / ($1[a.method + 1] + $1[b.method + 1])) ^ -2 as w
            from method a join method b on b.feature_id = a.feature_id and b.model_id = a.model_id and b.method > a.method)
        select first, second, sum(w), sum(w * d), sum(w * d * d), sum(w * v) from pair group by first, second
        """;

    private const string OfModel = """
        select s.feature_id, f.group_name, e.method, e.weight * n.evidence_factor, e.weighted_sum * n.evidence_factor, e.weighted_squares * n.evidence_factor, e.reports
        from scope s
        cross join run_now n
        join registry.feature f on f.id = s.feature_id
        left join value.pair_evidence e on e.feature_id = s.feature_id and e.model_id = s.model_id
        where s.model_id = $1
        order by s.feature_id, e.method
        """;

    private sealed record Pair(int Feature, string Group, PooledEvidence? Evidence);

    public static async Task ExecuteAsync(
        NpgsqlConnection connection, Dictionary<string, long> counts, Func<double, Task> report, CancellationToken cancellation)
    {
        await Sql.ExecuteAsync(connection, Scope, cancellation);
        var reliabilities = Reliabilities.Learn(await OverlapsAsync(connection, cancellation));
        var models = await ModelsAsync(connection, cancellation);
        counts["models"] = models.Count;
        counts["pairs"] = 0;
        var weights = models.Count == 0 ? [] : FeatureValue.NormaliseWeights([.. models.Select(m => m.Weight)]);
        for (var i = 0; i < models.Count; i++)
        {
            var pairs = await PairsAsync(connection, models[i].Id, reliabilities, cancellation);
            await WriteAsync(connection, models[i].Id, weights[i], pairs, Estimate(pairs, models[i].Features), cancellation);
            counts["pairs"] += pairs.Count;
            if (i % 50 == 49)
                await report((double)i / models.Count);
        }

        await Sql.ExecuteAsync(connection, "create index on share_now (feature_id); analyze share_now", cancellation);
    }

    private static ImmutableArray<PooledShare> Estimate(List<Pair> pairs, int features)
    {
        var scale = ShareScale.For(features);
        var measured = pairs.Where(p => p.Evidence is not null).ToList();
        var model = Pooling.ModelPrior(PopulationMoments.Of([.. measured.Select(p => p.Evidence!.Value)]), scale);
        var groups = measured.GroupBy(p => p.Group).ToDictionary(
            g => g.Key, g => Pooling.GroupPrior(PopulationMoments.Of([.. g.Select(p => p.Evidence!.Value)]), model));
        return Pooling.Normalise([.. pairs.Select(p => Pooling.Posterior(p.Evidence, groups.GetValueOrDefault(p.Group, model), scale))]);
    }

    private static async Task<List<MethodOverlap>> OverlapsAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(Overlaps, connection) { CommandTimeout = 0 };
        command.Parameters.AddWithValue(Reliabilities.Priors.Select(p => p.Variance).ToArray());
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var overlaps = new List<MethodOverlap>();
        while (await reader.ReadAsync(cancellation))
        {
            overlaps.Add(new(
                (EvidenceMethod)reader.GetInt16(0), (EvidenceMethod)reader.GetInt16(1), reader.GetDouble(2),
                reader.GetDouble(3), reader.GetDouble(4), reader.GetDouble(5)));
        }

        return overlaps;
    }

    private static async Task<List<(int Id, double Weight, int Features)>> ModelsAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("""
            select m.id, m.weight, s.features from registry.model m join value.model_scale s on s.model_id = m.id
            where exists (select from scope p where p.model_id = m.id) order by m.id
            """, connection) { CommandTimeout = 0 };
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var models = new List<(int, double, int)>();
        while (await reader.ReadAsync(cancellation))
            models.Add((reader.GetInt32(0), reader.GetDouble(1), reader.GetInt32(2)));
        return models;
    }

    private static async Task<List<Pair>> PairsAsync(
        NpgsqlConnection connection, int model, ImmutableArray<MethodReliability> reliabilities, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(OfModel, connection) { CommandTimeout = 0 };
        command.Parameters.AddWithValue(model);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var pairs = new List<Pair>();
        var evidence = new List<(EvidenceMethod, MethodEvidence)>();
        (int Feature, string Group)? current = null;
        while (await reader.ReadAsync(cancellation))
        {
            if (current is { } done && done.Feature != reader.GetInt32(0))
                Close(done);
            current = (reader.GetInt32(0), reader.GetString(1));
            if (!reader.IsDBNull(2))
                evidence.Add(((EvidenceMethod)reader.GetInt16(2), new(reader.GetDouble(3), reader.GetDouble(4), reader.GetDouble(5), reader.GetInt32(6))));
        }

        if (current is { } last)
            Close(last);
        return pairs;

        void Close((int Feature, string Group) pair)
        {
            pairs.Add(new(pair.Feature, pair.Group, evidence.Count == 0 ? null : Pooling.OverMethods(evidence, reliabilities)));
            evidence.Clear();
        }
    }

    private static async Task WriteAsync(
        NpgsqlConnection connection, int model, double weight, List<Pair> pairs, ImmutableArray<PooledShare> shares, CancellationToken cancellation)
    {
        await using var writer = await connection.BeginBinaryImportAsync("copy share_now from stdin (format binary)", cancellation);
        for (var i = 0; i < pairs.Count; i++)
        {
            var share = shares[i];
            await writer.StartRowAsync(cancellation);
            await writer.WriteAsync(pairs[i].Feature, NpgsqlDbType.Integer, cancellation);
            await writer.WriteAsync(model, NpgsqlDbType.Integer, cancellation);
            await writer.WriteAsync(weight, NpgsqlDbType.Double, cancellation);
            await writer.WriteAsync(share.Mean, NpgsqlDbType.Double, cancellation);
            await writer.WriteAsync(share.StandardDeviation, NpgsqlDbType.Double, cancellation);
            await writer.WriteAsync(share.Lower80, NpgsqlDbType.Double, cancellation);
            await writer.WriteAsync(share.Upper80, NpgsqlDbType.Double, cancellation);
            await writer.WriteAsync((short)share.Methods, NpgsqlDbType.Smallint, cancellation);
            await writer.WriteAsync(share.Reports, NpgsqlDbType.Integer, cancellation);
            await writer.WriteAsync(share.Contradictory, NpgsqlDbType.Boolean, cancellation);
        }

        await writer.CompleteAsync(cancellation);
    }
}
