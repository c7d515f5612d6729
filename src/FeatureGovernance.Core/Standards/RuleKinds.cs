using System.Collections.Frozen;
using System.Collections.Immutable;
using FeatureGovernance.Core.Registry;

namespace FeatureGovernance.Core.Standards;

/// <summary>Every kind of rule, by the word that a document uses for it.</summary>
public static class RuleKinds
{
    private static readonly FrozenDictionary<string, Func<FeatureRecord, string?>> Texts = new Dictionary<string, Func<FeatureRecord, string?>>
    {
        ["description"] = f => f.Description,
        ["entity"] = f => f.Entity,
        ["dataType"] = f => f.DataType == DataType.Unknown ? null : Words.Of(f.DataType),
        ["source.system"] = f => f.SourceSystem,
        ["source.table"] = f => f.SourceTable,
        ["source.column"] = f => f.SourceColumn,
        ["source.expression"] = f => f.SourceExpression,
        ["freshness"] = f => f.FreshnessSeconds?.ToString(),
        ["expected.min"] = f => f.ExpectedMin?.ToString(),
        ["expected.max"] = f => f.ExpectedMax?.ToString(),
        ["expected.maxNullRate"] = f => f.ExpectedMaxNullRate?.ToString(),
        ["default"] = f => f.HasDefault ? "stated" : null,
        ["cost"] = f => f.DeclaredCostPerDay?.ToString(),
        ["tier"] = f => f.Tier,
        ["key"] = f => f.Key,
        ["group"] = f => f.Group,
        ["name"] = f => f.Name,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>In the order in which documentation lists them.</summary>
    public static ImmutableArray<RuleKind> All { get; } = [.. RecordRules(), .. MeasuredRules.All()];

    public static FrozenDictionary<string, RuleKind> ByName { get; } = All.ToFrozenDictionary(kind => kind.Name, StringComparer.Ordinal);

    private static IEnumerable<RuleKind> RecordRules() =>
    [
        new("required", "Fields that must be filled in.", 1,
            [new("fields", ParameterType.Words, "the fields", Required: true, Stricter: Stricter.Higher,
                Choices: [.. Texts.Keys.Order(StringComparer.Ordinal)])],
            arguments =>
            {
                var fields = arguments.List("fields").Select(name => (Name: name, Read: Texts[name])).ToArray();
                return f =>
                {
                    var missing = fields.Where(field => string.IsNullOrWhiteSpace(field.Read(f))).Select(field => field.Name).ToList();
                    return missing.Count == 0 ? Outcome.Met : Outcome.Failed($"it has no {string.Join(", ", missing)}");
                };
            }),
        new("wellFormed", "A field that, where it is filled in, must match a pattern.", 1,
            [
                new("field", ParameterType.Words, "the field", Required: true, Choices: [.. Texts.Keys.Order(StringComparer.Ordinal)]),
                new("pattern", ParameterType.Pattern, "a regular expression; anchor it with ^ and $", Required: true),
            ],
            arguments =>
            {
                var (name, pattern) = (arguments.List("field")[0], arguments.Pattern("pattern"));
                return f => Texts[name](f) is not { Length: > 0 } text || pattern.IsMatch(text) ? Outcome.Met : Outcome.Failed($"its {name} is not of the form {pattern}");
            }),
        new("naming", "The form of a feature's name.", 3,
            [
                new("pattern", ParameterType.Pattern, "a regular expression; anchor it with ^ and $", Required: true),
                new("part", ParameterType.Words, "key, group or name; name where left out", Choices: ["key", "group", "name"]),
            ],
            arguments =>
            {
                var (part, pattern) = (arguments.List("part") is [var some, ..] ? some : "name", arguments.Pattern("pattern"));
                return f => pattern.IsMatch(Texts[part](f)!) ? Outcome.Met : Outcome.Failed($"its {part} is not of the form {pattern}");
            }),
        new("ownerActive", "Somebody leads the owning team, or a team above it.", 2,
            [new("minimumLeads", ParameterType.Number, "leads needed; 1 where left out", Least: 1, Most: 100, Stricter: Stricter.Higher, Default: 1)],
            arguments =>
            {
                var least = arguments.Number("minimumLeads") ?? 1;
                return f => f.Leads >= least ? Outcome.Met : Outcome.Failed(f.Leads == 0 ? "its team has no lead" : $"its team has {f.Leads} of {least} leads");
            }),
        new("descriptionQuality", "The description says more than the name does.", 1,
            [
                new("minimumWords", ParameterType.Number, "words needed; 3 where left out", Least: 1, Most: 200, Stricter: Stricter.Higher, Default: 3),
                new("notOnlyName", ParameterType.Flag, "whether words that are all in the name do not count", Stricter: Stricter.Higher),
            ],
            arguments =>
            {
                var (least, strict) = (arguments.Number("minimumWords") ?? 3, arguments.Flag("notOnlyName"));
                return f => Described(f, least, strict);
            }),
        new("costCeiling", "What it costs in a day: measured, or declared where nothing was measured.", 8,
            [new("maximumPerDay", ParameterType.Number, "money per day", Required: true, Stricter: Stricter.Lower)],
            arguments =>
            {
                var most = arguments.Number("maximumPerDay")!.Value;
                return f => (f.CostPerDay ?? f.DeclaredCostPerDay) is not { } cost ? Outcome.Unknown("its cost is not known")
                    : cost <= most ? Outcome.Met : Outcome.Failed($"it costs {cost:0.##} a day, and may cost {most:0.##}");
            }),
        new("valueFloor", "Its rank by value, once its trial is over.", 10,
            [
                new("minimumPercentile", ParameterType.Number, "0 to 100", Required: true, Most: 100, Stricter: Stricter.Higher),
                new("afterDays", ParameterType.Number, "days at its stage before it is judged; 28 where left out", Most: 3_650,
                    Stricter: Stricter.Lower, Default: 28),
            ],
            arguments =>
            {
                var (least, after) = (arguments.Number("minimumPercentile")!.Value, arguments.Number("afterDays") ?? 28);
                return f => f.StageDays < after || f.Percentile >= least ? Outcome.Met
                    : f.Percentile is not { } rank ? Outcome.Unknown("its value is not known")
                    : Outcome.Failed($"its value ranks at percentile {rank:0.#} after {f.StageDays:0} days, below {least:0.#}");
            }),
        new("noDeprecatedSources", "Nothing it is computed from is on its way out.", 8, [],
            _ => f => f.LeavingParents.IsEmpty ? Outcome.Met : Outcome.Failed($"it is computed from {string.Join(", ", f.LeavingParents.Take(3))}, on its way out")),
        new("lookAlikesExplained", "Strong look-alikes found at the proposal are explained by whyNot.", 1, [],
            _ => f => f.UnexplainedLookAlikes is not > 0 ? Outcome.Met : Outcome.Failed($"{f.UnexplainedLookAlikes} look-alike(s) exist, and nothing says why they do not serve")),
        new("expression", "An expression over the record, the scores and the evidence that must be true.", 3,
            [new("condition", ParameterType.Expression, "the expression", Required: true)],
            arguments =>
            {
                var expression = arguments.Expression("condition");
                return f => expression.Ask(f) switch
                {
                    true => Outcome.Met,
                    false => Outcome.Failed($"it does not hold that {Short(expression.Text)}"),
                    null => Outcome.Unknown($"it is not known whether {Short(expression.Text)}"),
                };
            }),
    ];

    private static Outcome Described(FeatureRecord feature, double least, bool strict)
    {
        if (string.IsNullOrWhiteSpace(feature.Description))
            return Outcome.Failed("it has no description");
        var words = feature.Description.Split([' ', '\t', '\n', '\r', '.', ',', ';', ':', '_', '-'], StringSplitOptions.RemoveEmptyEntries);
        if (words.Length < least)
            return Outcome.Failed($"its description has {words.Length} of {least:0} words");
        return strict && words.All(word => feature.Key.Contains(word, StringComparison.OrdinalIgnoreCase))
            ? Outcome.Failed("its description only repeats its name")
            : Outcome.Met;
    }

    private static string Short(string text) => text.Length <= 120 ? text : text[..120] + "…";
}
