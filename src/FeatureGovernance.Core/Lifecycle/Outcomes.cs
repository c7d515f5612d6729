using System.Collections.Immutable;

namespace FeatureGovernance.Core.Lifecycle;

/// <summary>A model's own metric before its features went and after.</summary>
/// <param name="Model">The model.</param>
/// <param name="Metric">Its objective.</param>
/// <param name="HigherIsBetter">Which way is better.</param>
/// <param name="Weight">The model's business weight, from 0.</param>
/// <param name="Before">The mean of what it reported before the brownout.</param>
/// <param name="After">The mean of what it reported after removal.</param>
public sealed record MetricShift(string Model, string Metric, bool HigherIsBetter, double Weight, double Before, double After)
{
    /// <summary>The part of the metric that was lost, below 0 where it gained; null where before was 0.</summary>
    public double? RelativeLoss => Before == 0 ? null : (HigherIsBetter ? Before - After : After - Before) / Math.Abs(Before);
}

/// <summary>What was predicted of a removal and what was seen; null is unknown.</summary>
/// <param name="PredictedLoss">The value at stake when it was proposed, a share of all value.</param>
/// <param name="PredictedLossUpper">The 90th percentile of that.</param>
/// <param name="PredictedSaving">The saving a day, in the organisation's currency.</param>
/// <param name="ObservedLoss">The weighted relative loss of the affected models' own metrics.</param>
/// <param name="ObservedSaving">Cost a day before notice less cost a day after removal.</param>
public sealed record RemovalOutcome(
    double? PredictedLoss, double? PredictedLossUpper, double? PredictedSaving, double? ObservedLoss, double? ObservedSaving);

/// <summary>How good the predictions of removals have been.</summary>
/// <param name="Removals">How many there were.</param>
/// <param name="LossJudged">Of how many both predicted and observed loss are known.</param>
/// <param name="LossWithinPrediction">Of how many of those the observed loss was at most the upper bound predicted.</param>
/// <param name="SavingJudged">Of how many both predicted and observed saving are known, with a prediction above 0.</param>
/// <param name="SavingRatio">The median of observed to predicted saving; null where fewer than <see cref="Outcomes.Least"/> are judged.</param>
public sealed record TrackRecord(int Removals, int LossJudged, int LossWithinPrediction, int SavingJudged, double? SavingRatio);

/// <summary>Judgements judged: what removals were to lose and save, against what they did.</summary>
public static class Outcomes
{
    /// <summary>The fewest judged removals from which a correction is drawn.</summary>
    public const int Least = 3;

    /// <summary>The relative loss over models, each by its weight; null where no model's is known.</summary>
    public static double? Loss(IReadOnlyCollection<MetricShift> shifts)
    {
        var known = shifts.Where(shift => shift.RelativeLoss is not null).ToList();
        var weight = known.Sum(shift => shift.Weight);
        return weight > 0 ? known.Sum(shift => shift.Weight * shift.RelativeLoss!.Value) / weight : null;
    }

    /// <summary>The record over removals.</summary>
    public static TrackRecord Record(IReadOnlyCollection<RemovalOutcome> removals)
    {
        var losses = removals.Where(one => one is { PredictedLossUpper: not null, ObservedLoss: not null }).ToList();
        ImmutableArray<double> ratios =
            [.. removals.Where(one => one is { PredictedSaving: > 0, ObservedSaving: not null })
                .Select(one => one.ObservedSaving!.Value / one.PredictedSaving!.Value).Order()];
        return new(
            removals.Count, losses.Count, losses.Count(one => one.ObservedLoss <= one.PredictedLossUpper), ratios.Length,
            ratios.Length < Least ? null : (ratios[(ratios.Length - 1) / 2] + ratios[ratios.Length / 2]) / 2);
    }
}
