using System.Text;
using FeatureGovernance.Core.Lifecycle;
using FeatureGovernance.Core.Registry;
using FeatureGovernance.Core.Value;
using FeatureGovernance.Server.Http;

namespace FeatureGovernance.Server.Registry;

/// <summary>The words by which features are chosen, in a list and wherever a query stands for its results.</summary>
internal sealed record FeatureWish(string? Q, string? Team, string? Stage, string? Kind, string? Group, string? Model, string? Recommendation);

/// <summary>
/// Conditions over <c>registry.feature f</c>, its <c>registry.team t</c> and <c>value.feature_score s</c>, with their values as parameters;
/// no input ever becomes SQL text.
/// </summary>
internal sealed class FeatureFilter
{
    private readonly StringBuilder condition = new();

    public List<object> Values { get; } = [];

    public string Condition => condition.ToString();

    /// <param name="field">What to put before the names of fields in faults, for example <c>query.</c>.</param>
    public static FeatureFilter Read(FeatureWish wish, FieldFaults faults, string field = "")
    {
        var filter = new FeatureFilter();
        faults.Text($"{field}q", wish.Q, 256);
        if (!string.IsNullOrWhiteSpace(wish.Q) && !faults.Any)
            filter.Text(wish.Q.Trim());
        filter.Equal("t.slug", wish.Team);
        filter.Equal("f.group_name", wish.Group);
        filter.Equal("f.stage", (short?)faults.Word<Stage>($"{field}stage", wish.Stage));
        filter.Equal("f.kind", (short?)faults.Word<FeatureKind>($"{field}kind", wish.Kind));
        filter.Equal("s.recommendation", (short?)faults.Word<Recommendation>($"{field}recommendation", wish.Recommendation));
        if (wish.Model is not null)
        {
            filter.Where($"""
                exists (select from registry.manifest_entry e join registry.model m on m.live_version_id = e.model_version_id
                        where e.feature_id = f.id and m.name = {filter.Add(wish.Model)})
                """);
        }

        return filter;
    }

    public string Add(object value)
    {
        Values.Add(value);
        return $"${Values.Count}";
    }

    public void Where(string text) => condition.Append(condition.Length == 0 ? "where " : " and ").Append(text);

    public void Equal(string column, object? value)
    {
        if (value is not null)
            Where($"{column} = {Add(value)}");
    }

    // Whole words anywhere in key or description, or any part of the key.
    private void Text(string q)
    {
        var words = Add(q);
        var escaped = q.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("%", "\\%", StringComparison.Ordinal)
            .Replace("_", "\\_", StringComparison.Ordinal);
        var pattern = Add($"%{escaped}%");
        Where($"(f.search_text @@ plainto_tsquery('simple', translate({words}, ':_.-', '    ')) or lower(f.key) like lower({pattern}))");
    }
}
