using System.Collections.Immutable;
using FeatureGovernance.Core.Value;

namespace FeatureGovernance.Valuation;

/// <summary>What a feature of a sample is worth.</summary>
/// <param name="Feature">Its name.</param>
/// <param name="Permutation">Held-out quality lost when its values are shuffled; in a cluster, its part of what is lost when all are.</param>
/// <param name="PermutationStandardError">Over folds.</param>
/// <param name="Ablation">Held-out quality lost when trained without it; null where not measured.</param>
/// <param name="AblationStandardError">Over folds; null where not measured.</param>
/// <param name="Share">Its part of all value, from 0 to 1; the shares of a sample sum to 1, leaks not counted.</param>
/// <param name="Lower80">10th percentile of the share.</param>
/// <param name="Upper80">90th percentile of the share.</param>
/// <param name="Cluster">The representative of the features that say the same; its own name where it stands alone.</param>
/// <param name="Recommendation">What to do.</param>
/// <param name="Reasons">Why, at least one.</param>
/// <param name="Shap">
/// Mean |SHAP| over held-out rows, on the raw scale of the model (log odds, the label's own, or a ranking score); in a cluster, its part of
/// what all contribute together. Null for a leak, which is set aside, and where it was not measured.
/// </param>
/// <param name="ShapStandardError">Over folds; null for a leak.</param>
public sealed record ValuedFeature(
    string Feature,
    double Permutation,
    double PermutationStandardError,
    double? Ablation,
    double? AblationStandardError,
    double Share,
    double Lower80,
    double Upper80,
    string Cluster,
    Recommendation Recommendation,
    ImmutableArray<Reason> Reasons,
    double? Shap,
    double? ShapStandardError);

/// <summary>The measured value of a sample's features.</summary>
/// <param name="Features">The most valuable first.</param>
/// <param name="Metric">The measure of quality.</param>
/// <param name="Quality">Held-out quality with all features, leaks set aside.</param>
/// <param name="QualityStandardError">Over held-out queries or rows.</param>
/// <param name="RemovalLoss">Held-out quality lost when everything recommended away is removed and the model trained anew.</param>
/// <param name="RemovalLossStandardError">Over held-out queries or rows, paired.</param>
/// <param name="Iterations">The boosting iterations chosen by validation.</param>
/// <param name="Trainings">How many models were trained.</param>
/// <param name="TimeInTraining">The time that took.</param>
/// <param name="Notes">What a reader should know, each one sentence.</param>
public sealed record MeasuredValue(
    ImmutableArray<ValuedFeature> Features,
    string Metric,
    double Quality,
    double QualityStandardError,
    double RemovalLoss,
    double RemovalLossStandardError,
    int Iterations,
    int Trainings,
    TimeSpan TimeInTraining,
    ImmutableArray<string> Notes)
{
    /// <summary>The reason's code of a feature whose value is not known, for want of time.</summary>
    public const string NotMeasured = "not-measured";

    /// <summary>What the model in production achieves on the same held-out rows by its own scores, with its standard error; null without scores.</summary>
    public (double Mean, double StandardError)? ScoreQuality { get; init; }
}

/// <summary>How much to measure.</summary>
public sealed record ValuationOptions
{
    /// <summary>How often each feature is shuffled per fold. Default 3.</summary>
    public int Repeats { get; init; } = 3;

    /// <summary>The most features ablated one by one, the most important first. Default 40.</summary>
    public int Ablations { get; init; } = 40;

    /// <summary>The most varying columns measured; of more, short models choose. Default 1,000.</summary>
    public int MostColumns { get; init; } = 1_000;

    /// <summary>
    /// The time allowed: the full models take at most two fifths, ablations stop at half, and at its end everything does but what is under way of
    /// one step; the notes say what was left out. Null for no bound, and results that repeat. Default null.
    /// </summary>
    public TimeSpan? Budget { get; init; }

    /// <summary>Same seed, same result. Default 1.</summary>
    public int Seed { get; init; } = 1;
}

/// <summary>How far a measurement has come.</summary>
/// <param name="Step">What is being done, for a person.</param>
/// <param name="Done">From 0 to 1.</param>
public readonly record struct ValuationProgress(string Step, double Done);
