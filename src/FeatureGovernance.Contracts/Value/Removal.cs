namespace FeatureGovernance.Contracts.Value;

/// <summary>The body of <c>POST /valuations/removal</c>.</summary>
public sealed record RemovalRequest
{
    /// <summary>Keys, or former ones; 1 to 1,000.</summary>
    public IReadOnlyList<string>? Features { get; init; }

    /// <summary>Only this model stops reading them; without it, all do.</summary>
    public string? Model { get; init; }
}

/// <summary>What would be lost and saved if features went.</summary>
/// <param name="Loss">Part of all value, from 0 to 1: what remains says again does not count.</param>
/// <param name="Lower">The 10th percentile of the loss.</param>
/// <param name="Upper">The 90th percentile.</param>
/// <param name="Credit">The value the features have now; the loss is less where twins remain.</param>
/// <param name="SavingPerDay">Money per day; a feature that another model still reads saves nothing.</param>
/// <param name="Models">By model, the largest loss first; the first 1,000.</param>
/// <param name="UnknownCost">Features that would go and whose cost nobody reported.</param>
/// <param name="Unscored">Features without any share: their loss is unknown, and is not in the sum.</param>
/// <param name="StillRead">Features that another model reads, and so would not go.</param>
public sealed record RemovalAnswer(
    double Loss,
    double Lower,
    double Upper,
    double Credit,
    double SavingPerDay,
    IReadOnlyList<ModelLoss> Models,
    IReadOnlyList<string> UnknownCost,
    IReadOnlyList<string> Unscored,
    IReadOnlyList<string> StillRead);

/// <summary>What one model would lose.</summary>
/// <param name="Model">The model.</param>
/// <param name="Weight">Its part of all weight.</param>
/// <param name="Features">How many of the features it has a share for.</param>
/// <param name="Loss">Part of the model's importance, from 0 to 1.</param>
/// <param name="Lower">The 10th percentile.</param>
/// <param name="Upper">The 90th percentile.</param>
/// <param name="Metric">The metric of the evaluations that <paramref name="MetricLoss"/> rests on.</param>
/// <param name="MetricLoss">Quality lost in units of the metric, where each of the features was measured in it; else null.</param>
/// <param name="MetricStandardError">Its standard error, where each measurement has one.</param>
/// <param name="CostPerDay">The model's part of the features' cost, by its reads.</param>
public sealed record ModelLoss(
    string Model, double Weight, int Features, double Loss, double Lower, double Upper, string? Metric, double? MetricLoss, double? MetricStandardError,
    double? CostPerDay);
