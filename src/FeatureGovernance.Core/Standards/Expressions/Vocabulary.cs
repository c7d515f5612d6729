using System.Collections.Frozen;

namespace FeatureGovernance.Core.Standards.Expressions;

/// <summary>What a part of an expression is.</summary>
internal enum TermType
{
    Number,
    Text,
    Truth,
}

/// <summary>A field that expressions may name.</summary>
/// <param name="Name">As it is written.</param>
/// <param name="Summary">What it tells, with its unit.</param>
/// <param name="Term">Reads it; null is unknown.</param>
internal sealed record Field(string Name, string Summary, Term Term);

/// <summary>Every field there is: nothing else of a feature, and nothing outside it, can be named.</summary>
internal static class Vocabulary
{
    public static readonly FrozenDictionary<string, Field> Fields = All().ToFrozenDictionary(field => field.Name, StringComparer.Ordinal);

    public const string ModelPrefix = "model.";

    private static IEnumerable<Field> All() =>
    [
        Text("key", "group:name", f => f.Key),
        Text("group", "the part before the colon", f => f.Group),
        Text("name", "the part after it", f => f.Name),
        Text("team", "the owning team", f => f.Team),
        Text("kind", "feature, label or embedding", f => Words.Of(f.Kind)),
        Text("stage", "draft to removed; the stage it would enter, where a transition is judged", f => Words.Of(f.Stage)),
        Number("stageDays", "days since it entered the stage", f => f.StageDays),
        Number("ageDays", "days since it was registered", f => (f.At - f.CreatedAt).TotalDays),
        Text("tier", "its tag tier", f => f.Tier),
        Text("description", "what it says of itself", f => f.Description),
        Text("dataType", "its type, for example double", f => Words.Of(f.DataType)),
        Text("entity", "what it describes", f => f.Entity),
        Text("source.system", "where its values come from", f => f.SourceSystem),
        Text("source.table", "the table or topic", f => f.SourceTable),
        Text("source.column", "the column", f => f.SourceColumn),
        Text("source.expression", "the transformation", f => f.SourceExpression),
        Number("expected.min", "the least value expected", f => f.ExpectedMin),
        Number("expected.max", "the greatest", f => f.ExpectedMax),
        Number("expected.maxNullRate", "the share of nulls expected at most", f => f.ExpectedMaxNullRate),
        Truth("hasDefault", "whether a default is stated", f => f.HasDefault),
        Number("freshness", "promised seconds from event to value", f => f.FreshnessSeconds),
        Text("sensitivity", "public, internal, confidential or personal", f => Words.Of(f.Sensitivity)),
        Number("leads", "leads of its team and of those above", f => f.Leads),
        Number("version", "its newest version", f => f.Version),
        Number("parents", "features it is computed from", f => f.Parents),
        Number("leavingParents", "of those, on their way out or gone", f => f.LeavingParents.Length),
        Number("cost.declaredPerDay", "declared money per day", f => f.DeclaredCostPerDay),
        Number("score.value", "its part of all value, 0 to 1", f => f.Value),
        Number("score.lower", "the 10th percentile of that", f => f.ValueLower),
        Number("score.upper", "the 90th", f => f.ValueUpper),
        Number("score.percentile", "its rank by value, 0 to 100", f => f.Percentile),
        Number("score.usage", "share of its readers' requests that read it", f => f.Usage),
        Number("score.readsPerDay", "reads per day", f => f.ReadsPerDay),
        Number("score.costPerDay", "measured money per day", f => f.CostPerDay),
        Number("score.efficiency", "value per money per day", f => f.Efficiency),
        Text("score.recommendation", "keep, invest, migrate, review or deprecate", f => f.Recommendation is { } known ? Words.Of(known) : null),
        Measured("measured.freshness", "measured seconds from event to value", EvidenceKind.Freshness),
        Measured("measured.coverage", "share of entities with a value", EvidenceKind.Coverage),
        Measured("measured.nullRate", "share of nulls", EvidenceKind.NullRate),
        Measured("measured.labelDelay", "seconds until a label is known", EvidenceKind.LabelDelay),
        Measured("measured.test", "share of tests that passed", EvidenceKind.Test),
        Measured("measured.parity", "share of values on which training and serving agree", EvidenceKind.Parity),
        Truth("reviewed", "whether the use of sensitive data is approved", f => f.Of(EvidenceKind.SensitivityReview) is { Value: > 0 }),
        Text($"{ModelPrefix}name", "the model that asks", f => f.Model?.Name),
        Text($"{ModelPrefix}kind", "ranking, retrieval or other", f => f.Model is { } model ? Words.Of(model.Kind) : null),
        Text($"{ModelPrefix}team", "the team that owns it", f => f.Model?.Team),
        Text($"{ModelPrefix}surface", "where it serves", f => f.Model?.Surface),
        Number($"{ModelPrefix}weight", "its business weight", f => f.Model?.Weight),
    ];

    private static Field Text(string name, string summary, Func<FeatureRecord, string?> read) =>
        new(name, summary, new TextTerm(f => read(f) is { Length: > 0 } text ? text : null));

    private static Field Number(string name, string summary, Func<FeatureRecord, double?> read) => new(name, summary, new NumberTerm(read));

    private static Field Truth(string name, string summary, Func<FeatureRecord, bool?> read) => new(name, summary, new TruthTerm(read));

    private static Field Measured(string name, string summary, EvidenceKind kind) => Number(name, summary, f => f.Of(kind)?.Value);
}
