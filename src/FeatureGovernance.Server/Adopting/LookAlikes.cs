using FeatureGovernance.Contracts.Lifecycle;
using FeatureGovernance.Core;
using FeatureGovernance.Core.Drift;
using FeatureGovernance.Core.Lifecycle;
using FeatureGovernance.Server.Drift;
using Npgsql;

namespace FeatureGovernance.Server.Adopting;

/// <summary>Finds features that look like one: a bounded number of candidates by each index, scored exactly.</summary>
internal static class LookAlikes
{
    public const int Most = 20;

    // Profiles are some kilobytes each; those that share nothing else are not read.
    private const int Compared = 120;

    // The trigram index answers only above the threshold; a higher one keeps families of long names from flooding it.
    private const string Threshold = "select set_config('pg_trgm.similarity_threshold', '0.45', true)";

    private const string Sql = """
        with one as (
            select f.id, f.key, f.description, v.source_table, v.source_column,
                   (select string_agg(word, ' | ') from (
                        select word from unnest(tsvector_to_array(to_tsvector('simple', coalesce(f.description, '')))) word
                        where word ~ '^[[:alpha:]]{5,40}$' order by length(word) desc, word limit 6) w) as words
            from registry.feature f join registry.feature_version v on v.feature_id = f.id and v.number = f.current_version
            where f.id = $1),
        own as (
            select starts, mean, variance from drift.profile where feature_id = $1 and length = $2 order by starts desc, count desc limit 1),
        candidate as (
            select id, bool_or(by_value) as by_value
            from (
                (select o.id, false as by_value from one join registry.feature o on lower(o.key) % lower(one.key)
                 order by similarity(lower(o.key), lower(one.key)) desc limit 60)
                union all
                (select v.feature_id, false from one
                 join registry.feature_version v on v.source_table = one.source_table and v.source_column = one.source_column limit 100)
                union all
                (select o.id, false from one join registry.feature o on o.search_text @@ to_tsquery('simple', one.words)
                 where one.words is not null limit 200)
                union all
                (select p.feature_id, true from own
                 join drift.profile p on p.starts = own.starts and p.length = $2
                     and abs(p.mean - own.mean) <= 0.1 * sqrt(own.variance) and p.variance between 0.5 * own.variance and 2 * own.variance
                 where own.variance > 0 order by abs(p.mean - own.mean) limit 60)) as by_side
            group by id)
        select o.id, o.key, t.slug, o.stage, left(o.description, 300), similarity(lower(o.key), lower(one.key)),
               case when v.source_table = one.source_table and v.source_column = one.source_column then 1.0
                    when v.source_table = one.source_table then 0.5 else 0 end::float8,
               coalesce(similarity(o.description, one.description), 0), c.by_value
        from one
        cross join candidate c
        join registry.feature o on o.id = c.id
        join registry.team t on t.id = o.team_id
        join registry.feature_version v on v.feature_id = o.id and v.number = o.current_version
        where o.id <> one.id and o.stage < 4
        """;

    /// <param name="connection">Within a transaction, so that the index's threshold goes no further than it.</param>
    /// <param name="threshold">The score from which a look-alike is strong.</param>
    public static async Task<List<LookAlike>> FindAsync(NpgsqlConnection connection, int feature, double threshold, CancellationToken cancellation)
    {
        await using (var set = new NpgsqlCommand(Threshold, connection))
            await set.ExecuteNonQueryAsync(cancellation);
        await using var command = new NpgsqlCommand(Sql, connection);
        command.Parameters.Add(new() { Value = feature });
        command.Parameters.Add(new() { Value = (short)WindowLength.Day });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var candidates = new List<Candidate>();
        while (await reader.ReadAsync(cancellation))
            candidates.Add(Candidate.Read(reader));
        await reader.DisposeAsync();
        int[] best = [.. candidates.OrderByDescending(one => one.ByValue).ThenByDescending(one => one.Likeness.Score)
            .ThenBy(one => one.Key, StringComparer.Ordinal).Take(Compared).Select(one => one.Id)];
        var values = await NewestProfiles.LikenessAsync(connection, feature, best, cancellation);
        return [.. candidates.Select(one => one.View(values.TryGetValue(one.Id, out var likeness) ? likeness : null, threshold))
            .OrderByDescending(one => one.Score).ThenBy(one => one.Feature, StringComparer.Ordinal).Take(Most)];
    }

    private sealed record Candidate(int Id, string Key, string Team, Stage Stage, string? Description, Likeness Likeness, bool ByValue)
    {
        public static Candidate Read(NpgsqlDataReader row) => new(
            row.GetInt32(0), row.GetString(1), row.GetString(2), (Stage)row.GetInt16(3), row.IsDBNull(4) ? null : row.GetString(4),
            new(row.GetFloat(5), row.GetDouble(6), row.GetFloat(7)), row.GetBoolean(8));

        public LookAlike View(double? values, double threshold)
        {
            var likeness = Likeness with { Values = values };
            return new(Key, Team, Words.Of(Stage), Description, Math.Round(likeness.Score, 4), Math.Round(likeness.Name, 4), likeness.Source,
                Math.Round(likeness.Description, 4), values is { } known ? Math.Round(known, 4) : null, likeness.Score >= threshold);
        }
    }
}
