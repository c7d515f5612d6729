namespace FeatureGovernance.Contracts.Lifecycle;

/// <summary>A removal as predicted and as it went; a null is unknown, never zero.</summary>
/// <param name="Deprecation">The proposal.</param>
/// <param name="RemovedAt">When its features were removed.</param>
/// <param name="PredictedLoss">The value at stake when it was submitted, a share of all value.</param>
/// <param name="PredictedLossLower">The 10th percentile of that.</param>
/// <param name="PredictedLossUpper">The 90th percentile of that.</param>
/// <param name="PredictedSavingPerDay">The saving a day that was predicted then.</param>
/// <param name="ObservedLoss">The relative loss of the affected models' own metrics, weighted by model; below 0 where they gained.</param>
/// <param name="CostPerDayBefore">Cost a day in the 28 days before notice.</param>
/// <param name="CostPerDayAfter">Cost a day in the 28 days after removal.</param>
/// <param name="ObservedSavingPerDay">Their difference.</param>
/// <param name="Models">Model by model: the mean of the metric before the brownout and after removal.</param>
/// <param name="ObservedUntil">Up to when it was followed.</param>
/// <param name="Settled">Whether the 28 days are over and it will not change any more.</param>
public sealed record OutcomeView(
    int Deprecation, DateTimeOffset RemovedAt, double? PredictedLoss, double? PredictedLossLower, double? PredictedLossUpper, double? PredictedSavingPerDay,
    double? ObservedLoss, double? CostPerDayBefore, double? CostPerDayAfter, double? ObservedSavingPerDay, IReadOnlyList<ModelShift> Models,
    DateTimeOffset? ObservedUntil, bool Settled);

/// <summary>One model's metric before the features went and after; the relative loss is below 0 where it gained.</summary>
public sealed record ModelShift(string Model, string Metric, bool HigherIsBetter, double Weight, double Before, double After, double? RelativeLoss);

/// <summary>How good predictions have been, over settled removals.</summary>
/// <param name="Removals">How many there were.</param>
/// <param name="LossJudged">Of how many predicted and observed loss are known.</param>
/// <param name="LossWithinPrediction">Of how many of those the loss was at most the upper bound predicted.</param>
/// <param name="SavingJudged">Of how many predicted and observed saving are known.</param>
/// <param name="SavingRatio">The median of observed to predicted saving, by which new predictions are corrected; null below three.</param>
public sealed record OutcomeRecord(int Removals, int LossJudged, int LossWithinPrediction, int SavingJudged, double? SavingRatio);

/// <summary>The record, and a page of what it is made of.</summary>
public sealed record OutcomePage(OutcomeRecord Record, IReadOnlyList<OutcomeView> Items, string? NextCursor);
