using FeatureGovernance.Contracts.Value;
using FeatureGovernance.Core;
using FeatureGovernance.Core.Value;
using FeatureGovernance.Server.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace FeatureGovernance.Server.Value;

/// <summary>
/// What removing a set loses and saves, from the newest scores. A share counts by what no remaining look-alike says: share · (1 − similarity²)
/// while one of its cluster stays in the model, and in full once all are gone.
/// </summary>
internal static class RemovalQuestion
{
    private const int MostFeatures = 1_000;
    private const int MostModels = 1_000;

    // A pair's quality lost in the metric is that of its newest permutation; of a single ablation only where it has no look-alike, for
    // what it lost then is not what the cluster would lose.
    private const string Losses = """
        with gone as (select unnest($1::int[]) as id),
        cluster as (
            select feature_id, twin_id as best, similarity from value.feature_twin
            union all
            select distinct twin_id, twin_id, 1.0 from value.feature_twin),
        part as (
            select p.*, c.best is not null as clustered, coalesce((
                select max(least(c.similarity, o.similarity)) ^ 2 from cluster o
                join value.pair_share q on q.feature_id = o.feature_id and q.model_id = p.model_id
                where o.best = c.best and not (o.feature_id = any($1))), 0) as explained
            from value.pair_share p join gone g on g.id = p.feature_id left join cluster c on c.feature_id = p.feature_id
            where $2::int is null or p.model_id = $2),
        measured as (
            select distinct on (p.feature_id, p.model_id) p.feature_id, p.model_id, i.value * (1 - p.explained) as lost, i.standard_error * (1 - p.explained) as error, t.name
            from part p join telemetry.importance i on i.feature_id = p.feature_id and i.model_id = p.model_id and (i.method = 1 or i.method = 0 and not p.clustered)
            join telemetry.metric t on t.id = i.metric_id
            order by p.feature_id, p.model_id, i.method desc, i.evaluated_at desc),
        reads as (
            select feature_id, model_id, sum(reads / days) / nullif(sum(sum(reads / days)) over (partition by feature_id), 0) as part
            from value.pair_state where feature_id = any($1) group by feature_id, model_id)
        select m.name, max(p.weight), count(*)::int, sum(p.share), sum(p.share * (1 - p.explained)), sqrt(sum((p.deviation * (1 - p.explained)) ^ 2)),
               case when count(d.feature_id) = count(*) and count(distinct d.name) = 1 then max(d.name) end, sum(d.lost), sqrt(sum(d.error ^ 2)),
               count(d.error) = count(*), sum(s.cost_per_day * r.part)
        from part p
        join registry.model m on m.id = p.model_id
        left join measured d on d.feature_id = p.feature_id and d.model_id = p.model_id
        left join reads r on r.feature_id = p.feature_id and r.model_id = p.model_id
        left join value.feature_score s on s.feature_id = p.feature_id
        group by m.id order by max(p.weight) * sum(p.share * (1 - p.explained)) desc, m.name
        """;

    private const string Features = """
        select f.key, s.cost_per_day, exists (select from value.pair_share p where p.feature_id = f.id and ($2::int is null or p.model_id = $2)),
               $2::int is not null and exists (
                   select from registry.model m join registry.manifest_entry e on e.model_version_id = m.live_version_id
                   where e.feature_id = f.id and m.id <> $2)
        from registry.feature f left join value.feature_score s on s.feature_id = f.id
        where f.id = any($1) order by f.key
        """;

    public static async Task<Results<Ok<RemovalAnswer>, Refused>> Answer(RemovalRequest body, NpgsqlDataSource source, CancellationToken cancellation)
    {
        var faults = new FieldFaults();
        var count = body.Features?.Count ?? 0;
        faults.Check(count is >= 1 and <= MostFeatures, "features", $"There are {count:N0} features.", $"Name 1 to {MostFeatures:N0}.");
        faults.Slug("model", body.Model, required: false);
        if (faults.Refusal is { } malformed)
            return (Refused)malformed;
        await using var connection = await source.OpenConnectionAsync(cancellation);
        var (features, model, unknown) = await ResolveAsync(connection, body, cancellation);
        return unknown is not null ? (Refused)unknown : TypedResults.Ok(await AnswerAsync(connection, features, model, cancellation));
    }

    private static async Task<(int[] Features, int? Model, Refusal? Unknown)> ResolveAsync(
        NpgsqlConnection connection, RemovalRequest body, CancellationToken cancellation)
    {
        var faults = new List<FieldError>();
        await using var command = new NpgsqlCommand("""
            select n.ordinal::int - 1, coalesce(f.id, a.feature_id)
            from unnest($1) with ordinality n(key, ordinal)
            left join registry.feature f on f.key = n.key left join registry.feature_alias a on a.key = n.key
            order by n.ordinal
            """, connection);
        // A text with a null character is no key, and PostgreSQL would not take it.
        command.Parameters.AddWithValue(body.Features!.Select(key => key is null || key.Contains('\0', StringComparison.Ordinal) ? "" : key).ToArray());
        var ids = new HashSet<int>();
        await using (var reader = await command.ExecuteReaderAsync(cancellation))
        {
            while (await reader.ReadAsync(cancellation))
            {
                if (!reader.IsDBNull(1))
                    ids.Add(reader.GetInt32(1));
                else if (faults.Count < 100)
                    faults.Add(new($"features[{reader.GetInt32(0)}]",
                        $"There is no feature '{Problems.Shorten(FieldFaults.Printable(body.Features![reader.GetInt32(0)] ?? ""))}'.", "Check the spelling."));
            }
        }

        int? model = null;
        if (!string.IsNullOrEmpty(body.Model))
        {
            await using var find = new NpgsqlCommand("select id from registry.model where name = $1", connection);
            find.Parameters.AddWithValue(body.Model);
            model = (int?)await find.ExecuteScalarAsync(cancellation);
            if (model is null)
                faults.Add(new("model", $"There is no model '{body.Model}'.", "Check the spelling."));
        }

        return ([.. ids], model, faults.Count == 0 ? null : new(RefusalKind.BrokenRule, "unknown-names", $"{faults.Count} names are not registered.", [.. faults]));
    }

    private static async Task<RemovalAnswer> AnswerAsync(NpgsqlConnection connection, int[] features, int? model, CancellationToken cancellation)
    {
        var models = new List<ModelLoss>();
        var (loss, credit, variance) = (new List<double>(), new List<double>(), 0.0);
        await using (var command = Ask(connection, Losses, features, model))
        await using (var reader = await command.ExecuteReaderAsync(cancellation))
        {
            while (await reader.ReadAsync(cancellation))
            {
                var weight = reader.GetDouble(1);
                var lost = ValueEstimate.LogNormal(reader.GetDouble(4), reader.GetDouble(5));
                credit.Add(weight * reader.GetDouble(3));
                loss.Add(weight * lost.Mean);
                variance += Math.Pow(weight * lost.StandardDeviation, 2);
                var metric = reader.IsDBNull(6) ? null : reader.GetString(6);
                if (models.Count < MostModels)
                    models.Add(new(reader.GetString(0), weight, reader.GetInt32(2), lost.Mean, lost.Lower80, lost.Upper80, metric,
                        metric is null ? null : reader.GetDouble(7), metric is null || !reader.GetBoolean(9) ? null : reader.GetDouble(8),
                        reader.IsDBNull(10) ? null : reader.GetDouble(10)));
            }
        }

        var total = ValueEstimate.LogNormal(ExactSum.Of(loss), Math.Sqrt(variance));
        var (saving, uncosted, unscored, read) = (0.0, new List<string>(), new List<string>(), new List<string>());
        await using var about = Ask(connection, Features, features, model);
        await using var rows = await about.ExecuteReaderAsync(cancellation);
        while (await rows.ReadAsync(cancellation))
        {
            var key = rows.GetString(0);
            if (!rows.GetBoolean(2))
                unscored.Add(key);
            if (rows.GetBoolean(3))
                read.Add(key);
            else if (rows.IsDBNull(1))
                uncosted.Add(key);
            else
                saving += rows.GetDouble(1);
        }

        return new(total.Mean, total.Lower80, total.Upper80, ExactSum.Of(credit), saving, models, uncosted, unscored, read);
    }

    private static NpgsqlCommand Ask(NpgsqlConnection connection, string sql, int[] features, int? model)
    {
        var command = new NpgsqlCommand(sql, connection);
        command.Parameters.AddWithValue(features);
        command.Parameters.Add(new() { Value = (object?)model ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Integer });
        return command;
    }
}
