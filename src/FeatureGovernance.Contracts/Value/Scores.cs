using System.Diagnostics.CodeAnalysis;

namespace FeatureGovernance.Contracts.Value;

/// <summary>A feature's newest score in a list. What is missing is unknown, never zero.</summary>
public record ScoreSummary
{
    /// <summary>The feature's key.</summary>
    public required string Feature { get; init; }

    /// <summary>Its team.</summary>
    public required string Team { get; init; }

    /// <summary>Its part of all value, from 0 to 1; over all features they sum to 1.</summary>
    public double? Value { get; init; }

    /// <summary>The 10th percentile of the value.</summary>
    public double? Lower { get; init; }

    /// <summary>The 90th percentile of the value.</summary>
    public double? Upper { get; init; }

    /// <summary>How its value ranks among all, from 0 to 100.</summary>
    public double? Percentile { get; init; }

    /// <summary>Share of its readers' requests that read it, from 0 to 1; last week outweighs last quarter.</summary>
    public double? Usage { get; init; }

    /// <summary>Reads per day in all environments, decayed alike.</summary>
    public double? ReadsPerDay { get; init; }

    /// <summary>The most reads per day that fit what was seen; missing where some live reader reports none.</summary>
    public double? ReadsPerDayUpperBound { get; init; }

    /// <summary>Money per day.</summary>
    public double? CostPerDay { get; init; }

    /// <summary>Value per money per day.</summary>
    public double? Efficiency { get; init; }

    /// <summary><c>keep</c>, <c>invest</c>, <c>migrate</c>, <c>review</c> or <c>deprecate</c>.</summary>
    public required string Recommendation { get; init; }

    /// <summary>The surest class of debt, for example <c>unused</c>.</summary>
    public string? Class { get; init; }

    /// <summary>How sure the recommendation is, from 0 to 1.</summary>
    public required double Confidence { get; init; }

    /// <summary>Money per day saved by following it.</summary>
    public double? SavingPerDay { get; init; }

    /// <summary>The run that gave the score.</summary>
    public required int RunId { get; init; }

    /// <summary>When.</summary>
    public required DateTimeOffset ScoredAt { get; init; }
}

/// <summary>A feature's newest score with all that it rests on.</summary>
public sealed record FeatureScoreView : ScoreSummary
{
    /// <summary>Needs every member set.</summary>
    public FeatureScoreView()
    {
    }

    /// <summary>The summary, to be completed.</summary>
    [SetsRequiredMembers]
    public FeatureScoreView(ScoreSummary summary)
        : base(summary)
    {
        Classes = [];
        Reasons = [];
        Unknown = [];
        Components = [];
    }

    /// <summary>What was recommended by the run before.</summary>
    public string? PreviousRecommendation { get; init; }

    /// <summary>Every class of debt that holds, the surest first.</summary>
    public required IReadOnlyList<string> Classes { get; init; }

    /// <summary>Why, with the numbers.</summary>
    public required IReadOnlyList<ScoreReason> Reasons { get; init; }

    /// <summary>What is not known: <c>importance</c>, <c>usage</c>, <c>cost</c>, <c>similarity</c>, <c>coverage</c>, <c>freshness</c>, <c>trend</c>.</summary>
    public required IReadOnlyList<string> Unknown { get; init; }

    /// <summary>The feature that says the same and stands for both.</summary>
    public string? Twin { get; init; }

    /// <summary>How alike the two are, from 0 to 1.</summary>
    public double? Similarity { get; init; }

    /// <summary>Relative change of value per year: −0.5 is a halving.</summary>
    public double? YearlyTrend { get; init; }

    /// <summary>The standard error of the trend.</summary>
    public double? YearlyTrendStandardError { get; init; }

    /// <summary>The day on which its value falls under the floor, should the trend go on; within ten years.</summary>
    public DateOnly? UnderFloorOn { get; init; }

    /// <summary>Its part in each model, the largest first; at most 1,000.</summary>
    public required IReadOnlyList<ScoreComponent> Components { get; init; }
}

/// <summary>One reason.</summary>
/// <param name="Code">Stable, kebab-case.</param>
/// <param name="Sentence">For a person.</param>
/// <param name="Confidence">From 0 to 1.</param>
/// <param name="Numbers">What it rests on, by name.</param>
public sealed record ScoreReason(string Code, string Sentence, double Confidence, IReadOnlyDictionary<string, double> Numbers);

/// <summary>A feature's part in one model.</summary>
public sealed record ScoreComponent
{
    /// <summary>The model.</summary>
    public required string Model { get; init; }

    /// <summary>The model's part of all weight, from 0 to 1; missing where the model has no evidence.</summary>
    public double? Weight { get; init; }

    /// <summary>s(f,m), from 0 to 1.</summary>
    public double? Share { get; init; }

    /// <summary>The 10th percentile of the share.</summary>
    public double? Lower { get; init; }

    /// <summary>The 90th percentile.</summary>
    public double? Upper { get; init; }

    /// <summary>How many methods measured it; 0 where the share is what its group and model suggest.</summary>
    public int? Methods { get; init; }

    /// <summary>How many reports.</summary>
    public int? Reports { get; init; }

    /// <summary>True where the methods disagree.</summary>
    public bool? Contradictory { get; init; }

    /// <summary>Reads per day, all environments.</summary>
    public double? ReadsPerDay { get; init; }

    /// <summary>Share of the model's requests that read it.</summary>
    public double? Usage { get; init; }

    /// <summary>The last day of use that was reported.</summary>
    public DateOnly? LastReported { get; init; }

    /// <summary>The last day with a read.</summary>
    public DateOnly? LastRead { get; init; }
}
