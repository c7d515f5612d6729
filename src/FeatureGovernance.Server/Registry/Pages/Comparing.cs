using System.Globalization;
using FeatureGovernance.Contracts.Registry;
using FeatureGovernance.Core;
using FeatureGovernance.Core.Registry;
using FeatureGovernance.Core.Value;
using FeatureGovernance.Server.Http;
using FeatureGovernance.Server.Pages;
using Npgsql;

namespace FeatureGovernance.Server.Registry.Pages;

/// <summary>Features side by side.</summary>
/// <param name="Features">In the order in which they were asked for.</param>
/// <param name="Rows">What is said of each, row by row.</param>
/// <param name="Missing">Keys that nobody registered.</param>
public sealed record CompareModel(IReadOnlyList<ComparedFeature> Features, IReadOnlyList<CompareRow> Rows, IReadOnlyList<string> Missing, Complaint? Complaint)
{
    /// <summary>This page without one of them.</summary>
    public string Without(string key) =>
        Show.Query("/compare", [.. Features.Where(one => one.Feature.Key != key).Select(one => ("feature", (string?)one.Feature.Key))]);
}

/// <summary>A feature with what was judged of it; numbers are null where they are unknown.</summary>
public sealed record ComparedFeature(
    FeatureView Feature, double? Value, double? Lower, double? Upper, double? Percentile, double? ReadsPerDay, double? Usage,
    double? CostPerDay, double? Saving,
    string? Recommendation, IReadOnlyList<string> Models, string? Twin, double? Similarity, long Incidents);

/// <summary>One thing that is said of each.</summary>
public sealed record CompareRow(string Name, IReadOnlyList<string> Cells)
{
    /// <summary>Whether not all say the same.</summary>
    public bool Differs => Cells.Distinct(StringComparer.Ordinal).Skip(1).Any();
}

internal static class Comparing
{
    private const int Most = 6;

    private const string Query = """
        select f.id, s.value, s.lower, s.upper, s.percentile, s.reads_per_day, s.usage, s.cost_per_day, s.saving_per_day, s.recommendation,
               array(select m.name from registry.manifest_entry e join registry.model m on m.live_version_id = e.model_version_id
                     where e.feature_id = f.id order by m.name limit 20),
               o.key, w.similarity,
               (select count(*) from drift.incident_feature x join drift.incident i on i.id = x.incident_id where x.feature_id = f.id and i.status in (0, 1, 2))
        from registry.feature f
        left join value.feature_score s on s.feature_id = f.id
        left join value.feature_twin w on w.feature_id = f.id
        left join registry.feature o on o.id = w.twin_id
        where f.key = any($1)
        """;

    public static async Task<IResult> Get(HttpContext context, NpgsqlDataSource source, CancellationToken cancellation)
    {
        var keys = context.Request.Query["feature"].OfType<string>().Where(key => FeatureKey.TryParse(key, out _)).Distinct(StringComparer.Ordinal).ToList();
        var many = keys.Count > Most
            ? Complaint.Of(Problems.Malformed("feature", $"{keys.Count:N0} features are too many to stand side by side.",
                $"The first {Most} are shown; choose fewer."))
            : null;
        keys = [.. keys.Take(Most)];
        await using var connection = await source.OpenConnectionAsync(cancellation);
        var judged = await JudgedAsync(connection, [.. keys], cancellation);
        var rows = await FeatureRow.ByIdAsync(connection, [.. judged.Keys], cancellation);
        var features = rows.OrderBy(row => keys.IndexOf(row.Key)).Select(row => judged[row.Id](row.View())).ToList();
        var missing = keys.Except(features.Select(one => one.Feature.Key), StringComparer.Ordinal).ToList();
        return Rendered.As<ComparePage>(new CompareModel(features, [.. Rows(features)], missing, many), many is null ? 200 : 400);
    }

    private static async Task<Dictionary<int, Func<FeatureView, ComparedFeature>>> JudgedAsync(
        NpgsqlConnection connection, string[] keys, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(Query, connection);
        command.Parameters.Add(new() { Value = keys });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        double? Number(int ordinal) => reader.IsDBNull(ordinal) ? null : reader.GetDouble(ordinal);
        var judged = new Dictionary<int, Func<FeatureView, ComparedFeature>>();
        while (await reader.ReadAsync(cancellation))
        {
            var blank = new ComparedFeature(
                null!, Number(1), Number(2), Number(3), Number(4), Number(5), Number(6), Number(7), Number(8),
                reader.IsDBNull(9) ? null : Words.Of((Recommendation)reader.GetInt16(9)), reader.GetFieldValue<string[]>(10),
                reader.IsDBNull(11) ? null : reader.GetString(11), Number(12), reader.GetInt64(13));
            judged[reader.GetInt32(0)] = view => blank with { Feature = view };
        }

        return judged;
    }

    private static IEnumerable<CompareRow> Rows(List<ComparedFeature> features)
    {
        CompareRow Row(string name, Func<ComparedFeature, string?> of) => new(name, [.. features.Select(one => of(one) is { Length: > 0 } text ? text : "–")]);
        yield return Row("Above", one => one.Percentile is { } p ? $"{Show.At(Math.Floor(p))} % of features" : null);
        yield return Row("Cost a day", one => Show.Amount(one.CostPerDay));
        yield return Row("Could save a day", one => one.Saving is null ? null : Show.Amount(one.Saving));
        yield return Row("Reads a day", one => Show.Amount(one.ReadsPerDay));
        yield return Row("Of its readers' requests", one => Show.Share(one.Usage));
        yield return Row("Models that read it", one => string.Join(", ", one.Models));
        yield return Row("Best look-alike", one => one.Twin is null ? null : $"{one.Twin}, {Show.Share(one.Similarity)} alike");
        yield return Row("Open incidents", one => Show.Count(one.Incidents));
        yield return Row("Team", one => one.Feature.Team);
        yield return Row("Kind", one => Show.Word(one.Feature.Kind));
        yield return Row("Entity", one => one.Feature.Entity);
        yield return Row("Type", one => one.Feature.DataType);
        yield return Row("Source", one =>
            string.Join('.', new[] { one.Feature.Source?.System, one.Feature.Source?.Table, one.Feature.Source?.Column }.OfType<string>()));
        yield return Row("Expression", one => one.Feature.Source?.Expression);
        yield return Row("Expected", one => VersionChanges.Text(one.Feature.Expected));
        yield return Row("Default", one => one.Feature.Default?.GetRawText());
        yield return Row("Freshness", one => one.Feature.Freshness is { } promised ? Show.Duration(promised) : null);
        yield return Row("Sensitivity", one => Show.Word(one.Feature.Sensitivity));
        yield return Row("Computed from", one => string.Join(", ", one.Feature.DerivedFrom ?? []));
        yield return Row("Version", one => one.Feature.Version.ToString(CultureInfo.InvariantCulture));
        yield return Row("Says of itself", one => one.Feature.Description);
    }
}
