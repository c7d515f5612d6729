using FeatureGovernance.Contracts.Lifecycle;
using FeatureGovernance.Core;
using FeatureGovernance.Core.Lifecycle;
using Npgsql;

namespace FeatureGovernance.Server.Adopting;

/// <summary>Finds features that look like one: a bounded number of candidates by each index, scored exactly.</summary>
internal static class LookAlikes
{
    public const int Most = 20;

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
        candidate as (
            (select o.id from one join registry.feature o on lower(o.key) % lower(one.key) order by similarity(lower(o.key), lower(one.key)) desc limit 60)
            union
            (select v.feature_id from one join registry.feature_version v on v.source_table = one.source_table and v.source_column = one.source_column limit 100)
            union
            (select o.id from one join registry.feature o on o.search_text @@ to_tsquery('simple', one.words) where one.words is not null limit 200))
        select o.key, t.slug, o.stage, left(o.description, 300), similarity(lower(o.key), lower(one.key)),
               case when v.source_table = one.source_table and v.source_column = one.source_column then 1.0 when v.source_table = one.source_table then 0.5 else 0 end::float8,
               coalesce(similarity(o.description, one.description), 0)
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
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var found = new List<LookAlike>();
        while (await reader.ReadAsync(cancellation))
        {
            var likeness = new Likeness(reader.GetFloat(4), reader.GetDouble(5), reader.GetFloat(6));
            found.Add(new(reader.GetString(0), reader.GetString(1), Words.Of((Stage)reader.GetInt16(2)), reader.IsDBNull(3) ? null : reader.GetString(3),
                Math.Round(likeness.Score, 4), Math.Round(likeness.Name, 4), likeness.Source, Math.Round(likeness.Description, 4), likeness.Score >= threshold));
        }

        return [.. found.OrderByDescending(one => one.Score).ThenBy(one => one.Feature, StringComparer.Ordinal).Take(Most)];
    }
}
