using FeatureGovernance.Core.Registry;

namespace FeatureGovernance.Core.Standards;

/// <summary>Kinds of rules that rest on evidence: measurements, tests and approvals. Evidence that is missing or too old is unknown.</summary>
internal static class MeasuredRules
{
    private static readonly Parameter Age = new("maximumAgeDays", ParameterType.Number, "how old evidence may be; any age where left out",
        Least: 1, Most: 3_650, Stricter: Stricter.Lower);

    public static IEnumerable<RuleKind> All() =>
    [
        new("freshness", "The promised freshness, and the measured one against it.", 5,
            [
                new("maximum", ParameterType.Duration, "the longest promise allowed, such as P1D", Stricter: Stricter.Lower),
                new("measured", ParameterType.Flag, "whether the measured freshness must keep the promise", Stricter: Stricter.Higher),
                new("tolerance", ParameterType.Number, "how many times the promise the measurement may be; 1 where left out", Least: 1,
                    Most: 100, Stricter: Stricter.Lower, Default: 1),
                Age,
            ],
            arguments => f => Fresh(f, arguments)),
        AtLeast("coverage", "The share of entities that have a value.", 5, EvidenceKind.Coverage, "its coverage"),
        new("nullRate", "The share of values that are null.", 5,
            [new("maximum", ParameterType.Number, "0 to 1; the feature's own expected.maxNullRate where left out", Most: 1, Stricter: Stricter.Lower), Age],
            arguments =>
            {
                var (most, age) = (arguments.Number("maximum"), arguments.Number(Age.Name));
                return f => (most ?? f.ExpectedMaxNullRate) is not { } limit ? Outcome.Unknown("no rate of nulls is agreed on")
                    : Newest(f, EvidenceKind.NullRate, age) is not { } found ? Outcome.Unknown("its rate of nulls was not measured")
                    : found.Value <= limit ? Outcome.Met : Outcome.Failed($"{100 * found.Value:G3} % of its values are null, and {100 * limit:G3} % may be");
            }),
        new("sensitivityReview", "The use of sensitive data is approved by somebody outside the owning team.", 5,
            [new("sensitivities", ParameterType.Words, "which need it; personal where left out", Stricter: Stricter.Higher,
                Choices: [.. Enum.GetValues<Sensitivity>().Select(Words.Of)]), Age],
            arguments =>
            {
                var named = arguments.List("sensitivities");
                var (needing, age) = (named.IsEmpty ? [Words.Of(Sensitivity.Personal)] : named, arguments.Number(Age.Name));
                return f => !needing.Contains(Words.Of(f.Sensitivity)) ? Outcome.Met
                    : Newest(f, EvidenceKind.SensitivityReview, age) is { Value: > 0 } ? Outcome.Met
                    : Outcome.Failed($"it is {Words.Of(f.Sensitivity)} and its use is not approved");
            }),
        AtLeast("tests", "The tests of the transformation.", 5, EvidenceKind.Test, "the share of its tests that pass"),
        AtLeast("parity", "Agreement of training and serving.", 8, EvidenceKind.Parity, "the agreement of training and serving"),
        new("labelDelay", "How long a label is waited for; asked of labels only.", 8,
            [new("maximum", ParameterType.Duration, "such as P7D", Required: true, Stricter: Stricter.Lower), Age],
            arguments =>
            {
                var (most, age) = (arguments.Number("maximum")!.Value, arguments.Number(Age.Name));
                return f => f.Kind != FeatureKind.Label ? Outcome.Met
                    : Newest(f, EvidenceKind.LabelDelay, age) is not { } found ? Outcome.Unknown("its delay was not measured")
                    : found.Value <= most ? Outcome.Met : Outcome.Failed($"it is known after {Span(found.Value)}, and may take {Span(most)}");
            }),
    ];

    private static RuleKind AtLeast(string name, string summary, double effort, EvidenceKind kind, string what) => new(name, summary, effort,
        [new("minimum", ParameterType.Number, "0 to 1; 1 where left out", Most: 1, Stricter: Stricter.Higher, Default: 1), Age],
        arguments =>
        {
            var (least, age) = (arguments.Number("minimum") ?? 1, arguments.Number(Age.Name));
            return f => Newest(f, kind, age) is not { } found ? Outcome.Unknown($"{what} was not reported{(age is { } days ? $" in {days:0} days" : "")}")
                : found.Value >= least ? Outcome.Met : Outcome.Failed($"{what} is {found.Value:0.####}, below {least:0.####}");
        });

    private static Outcome Fresh(FeatureRecord feature, Arguments arguments)
    {
        if (feature.FreshnessSeconds is not { } promise)
            return Outcome.Failed("it promises no freshness");
        if (arguments.Number("maximum") is { } most && promise > most)
            return Outcome.Failed($"it promises {Span(promise)}, and {Span(most)} is the longest allowed");
        if (!arguments.Flag("measured"))
            return Outcome.Met;
        return Newest(feature, EvidenceKind.Freshness, arguments.Number(Age.Name)) is not { } found ? Outcome.Unknown("its freshness was not measured")
            : found.Value <= promise * (arguments.Number("tolerance") ?? 1) ? Outcome.Met
            : Outcome.Failed($"it promises {Span(promise)} and takes {Span(found.Value)}");
    }

    private static Evidence? Newest(FeatureRecord feature, EvidenceKind kind, double? age) =>
        feature.Of(kind) is { } found && (age is null || (feature.At - found.At).TotalDays <= age) ? found : null;

    private static string Span(double seconds) => seconds switch
    {
        < 120 => $"{seconds:0.#} seconds",
        < 7_200 => $"{seconds / 60:0.#} minutes",
        < 172_800 => $"{seconds / 3_600:0.#} hours",
        _ => $"{seconds / 86_400:0.#} days",
    };
}
