namespace FeatureGovernance.Contracts.Value;

/// <summary>The measurement of an evaluation sample.</summary>
public sealed record ValuationView : RunView
{
    /// <summary>The model for whose features it is evidence; absent where it is for nobody's.</summary>
    public string? Model { get; init; }

    /// <summary>The model's version.</summary>
    public string? Version { get; init; }

    /// <summary>The label's column.</summary>
    public required string Label { get; init; }

    /// <summary>The column of the query, or of rows that belong together.</summary>
    public string? Group { get; init; }

    /// <summary>The column of the time by which validation is ordered.</summary>
    public string? Time { get; init; }

    /// <summary>The column of the time at which the label became known.</summary>
    public string? LabelTime { get; init; }

    /// <summary>The registered label that it is, where one was named.</summary>
    public string? LabelKey { get; init; }

    /// <summary>The column of the rows' weights.</summary>
    public string? Weight { get; init; }

    /// <summary>The column of what the model in production predicted.</summary>
    public string? Score { get; init; }

    /// <summary><c>classification</c>, <c>regression</c> or <c>ranking</c>; absent where it was inferred.</summary>
    public string? Task { get; init; }

    /// <summary>The size of the file in bytes.</summary>
    public required long Bytes { get; init; }

    /// <summary>How often it was begun: more than once where a process stopped in the middle.</summary>
    public required int Attempts { get; init; }

    /// <summary>What was found; absent before it succeeded.</summary>
    public ValuationSummary? Result { get; init; }
}

/// <summary>What a valuation found of the sample as a whole.</summary>
/// <param name="Metric">The measure of quality; higher is better.</param>
/// <param name="Quality">Held out, with all features, leaks set aside.</param>
/// <param name="QualityStandardError">Over held-out queries or rows.</param>
/// <param name="RemovalLoss">Held-out quality lost when all that is recommended away is removed and the model trained anew.</param>
/// <param name="RemovalLossStandardError">Over held-out queries or rows, paired.</param>
/// <param name="Features">How many were judged.</param>
/// <param name="Trainings">How many models were trained.</param>
/// <param name="EvidenceBatch">The batch of telemetry that holds its evidence; absent where there is none.</param>
/// <param name="Notes">What a reader should know, each one sentence.</param>
public sealed record ValuationSummary(
    string Metric, double Quality, double QualityStandardError, double RemovalLoss, double RemovalLossStandardError, int Features, int Trainings,
    long? EvidenceBatch, IReadOnlyList<string> Notes)
{
    /// <summary>What the model in production achieves on the same held-out rows, by the same metric; absent where no score column was named.</summary>
    public double? ScoreQuality { get; init; }

    /// <summary>Over held-out queries or rows.</summary>
    public double? ScoreQualityStandardError { get; init; }
}

/// <summary>What a feature of a sample is worth.</summary>
/// <param name="Feature">The column.</param>
/// <param name="Key">The registered feature that it is; absent where the valuation is for no model.</param>
/// <param name="Permutation">Held-out quality lost when its values are shuffled.</param>
/// <param name="PermutationStandardError">Over folds.</param>
/// <param name="Ablation">Held-out quality lost when trained without it; absent where not measured.</param>
/// <param name="AblationStandardError">Over folds.</param>
/// <param name="Share">Its part of all value, from 0 to 1.</param>
/// <param name="Lower80">10th percentile of the share.</param>
/// <param name="Upper80">90th percentile of the share.</param>
/// <param name="Cluster">The representative of the features that say the same.</param>
/// <param name="Recommendation"><c>keep</c>, <c>migrate</c>, <c>deprecate</c> or <c>review</c>.</param>
/// <param name="Reasons">Why, at least one sentence.</param>
/// <param name="Shap">Mean |SHAP| over held-out rows, on the raw scale of the model; absent for a leak.</param>
/// <param name="ShapStandardError">Over folds.</param>
public sealed record ValuedColumn(
    string Feature, string? Key, double Permutation, double PermutationStandardError, double? Ablation, double? AblationStandardError,
    double Share, double Lower80, double Upper80, string Cluster, string Recommendation, IReadOnlyList<ValuedReason> Reasons,
    double? Shap = null, double? ShapStandardError = null);

/// <summary>One reason for a recommendation.</summary>
/// <param name="Code">Its stable name.</param>
/// <param name="Sentence">For a person.</param>
/// <param name="Confidence">From 0 to 1.</param>
public sealed record ValuedReason(string Code, string Sentence, double Confidence);
