using System.Globalization;
using FeatureGovernance.Contracts.Registry;
using FeatureGovernance.Core;
using FeatureGovernance.Core.Drift;
using FeatureGovernance.Server.Http;
using FeatureGovernance.Server.Storage;
using Npgsql;

namespace FeatureGovernance.Server.Drift;

/// <summary>
/// Compares profiles that are about to land with what their features were registered to have. Values are what they are: they land, and what
/// lies outside is told; only who asks for it has them refused.
/// </summary>
internal static class OutsideExpected
{
    /// <summary>The most that is told of one batch.</summary>
    public const int Most = 100;

    private const string Remedy = "Correct the values at their source, or register a version of the feature that expects them.";

    // Frequent values are those of texts and, as dimensions, of embeddings; only the former have categories.
    private const string Select = """
        select l.line, f.key, v.number, l.length, l.starts, l.segment, l.least, l.most, l.nulls::float8 / l.count, v.expected::text, strange.value
        from profile_line l
        join registry.feature f on f.id = l.feature_id
        join registry.feature_version v on v.feature_id = f.id and v.number = coalesce(l.version, f.current_version)
        left join lateral (
            select value from unnest(l.frequent_values) value
            where l.kind = 2 and json_typeof(v.expected -> 'categories') = 'array' and value not in (select json_array_elements_text(v.expected -> 'categories'))
            limit 1) strange on true
        where v.expected is not null and l.count > 0
          and (l.least < (v.expected ->> 'min')::float8 or l.most > (v.expected ->> 'max')::float8
               or l.nulls > (v.expected ->> 'maxNullRate')::float8 * l.count or strange.value is not null)
        order by l.line limit $1
        """;

    /// <summary>What lies outside, by line, of the profiles in the temporary table; as many at most as are told.</summary>
    public static async Task<List<FieldError>> OfAsync(WriteTransaction write, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(Select, write.Connection);
        command.Parameters.Add(new() { Value = Most });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var found = new List<FieldError>();
        while (await reader.ReadAsync(cancellation))
        {
            var (line, expected) = (reader.GetInt32(0), Json.Read<ExpectedValues>(reader.GetString(9))!);
            var segment = reader.GetString(5);
            var what = $"{reader.GetString(1)}@{reader.GetInt32(2)}, {Words.Of((WindowLength)reader.GetInt16(3))} of {reader.GetDateTime(4):yyyy-MM-ddTHH:mm'Z'}{(segment.Length > 0 ? $", {segment}" : "")}";
            if (Number(reader, 6) is { } least && least < expected.Min)
                Add("profile.quantiles", $"the smallest value is {Text(least)}, below {Text(expected.Min.Value)}");
            if (Number(reader, 7) is { } most && most > expected.Max)
                Add("profile.quantiles", $"the largest value is {Text(most)}, above {Text(expected.Max.Value)}");
            if (reader.GetDouble(8) is var missing && missing > expected.MaxNullRate)
                Add("profile.nulls", $"{Text(100 * missing)} % of the values are missing, more than {Text(100 * expected.MaxNullRate.Value)} %");
            if (!reader.IsDBNull(10))
                Add("profile.frequent", $"'{Problems.Shorten(FieldFaults.Printable(reader.GetString(10)))}' is none of the expected categories");

            void Add(string field, string fault) => found.Add(new(field, $"{what}: {fault}.", Remedy, "outside-expected", line));
        }

        return found.Count > Most ? found[..Most] : found;
    }

    private static double? Number(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetDouble(column);

    private static string Text(double number) => number.ToString("G6", CultureInfo.InvariantCulture);
}
