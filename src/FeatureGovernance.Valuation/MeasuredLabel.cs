using System.Collections.Immutable;

namespace FeatureGovernance.Valuation;

/// <summary>A share with its 80 % interval, all from 0 to 1.</summary>
public readonly record struct SharedPart(double Share, double Lower80, double Upper80);

/// <summary>How many rows have a label (the join rate).</summary>
public sealed record LabelCoverage(long Rows, long Labelled, SharedPart Rate);

/// <summary>The time from the event to its label.</summary>
/// <param name="Unit"><c>seconds</c>, or <c>units</c> where the columns are bare numbers.</param>
/// <param name="Rows">Labelled rows in which both times are told.</param>
/// <param name="Median">Of the delays, as the quantiles beside it.</param>
/// <param name="Negative">Rows whose label is older than their event: a wrong join, or a clock at fault.</param>
/// <param name="Untold">Labelled rows in which one of the times is missing.</param>
public sealed record LabelDelay(
    string Unit, long Rows, double Median, double P90, double P95, double P99, double Longest, long Negative, double NegativeShare, long Untold);

/// <summary>A stretch of time with about as many rows as any other.</summary>
/// <param name="From">The first event's time: UTC in ISO 8601 for time stamps, else the number.</param>
/// <param name="To">The last event's.</param>
/// <param name="Rows">All rows, labelled or not.</param>
/// <param name="Coverage">The share of them with a label.</param>
/// <param name="Rate">The base rate there; null where no row has a label.</param>
/// <param name="Lower80">10th percentile of the rate.</param>
/// <param name="Upper80">90th percentile of the rate.</param>
public sealed record BaseRateWindow(string From, string To, long Rows, double Coverage, double? Rate, double? Lower80, double? Upper80);

/// <summary>How common the label is, and whether that changes.</summary>
/// <param name="Of">The class whose share the rate is (with several classes the one that changes most), or <c>mean</c>.</param>
/// <param name="Rate">Over all labelled rows.</param>
/// <param name="Lower80">10th percentile of the rate.</param>
/// <param name="Upper80">90th percentile of the rate.</param>
/// <param name="Windows">In the order of time; empty where no time was named.</param>
/// <param name="PValue">Of no change, over windows and as a trend; null without time.</param>
/// <param name="Spread">Standard deviation of the rate over windows beyond what chance explains; null without time.</param>
/// <param name="Effect">The spread in standard deviations of the label; null without time.</param>
/// <param name="HasChanged">Surely (p &lt; 0.01) and by an amount that matters; null without time.</param>
public sealed record BaseRate(
    string Of, double Rate, double Lower80, double Upper80, ImmutableArray<BaseRateWindow> Windows, double? PValue, double? Spread,
    double? Effect, bool? HasChanged);

/// <summary>A row whose label is likely wrong.</summary>
/// <param name="Row">Its number in the file, from 1, the header not counted.</param>
/// <param name="Given">Its label.</param>
/// <param name="Suggested">The label that models trained on other rows give it.</param>
/// <param name="Probability">For classes, that of the suggested one; for numbers, that the given one is wrong.</param>
public sealed record SuspectRow(long Row, string Given, string Suggested, double Probability);

/// <summary>How many labels are wrong.</summary>
/// <param name="Rate">The share of labels estimated wrong: an upper bound, for what no feature explains counts as wrong.</param>
/// <param name="StandardError">Over folds.</param>
/// <param name="Floor">The share wrong among the rows of which the models are surest: a lower guide, free of what is merely hard to predict.</param>
/// <param name="Confusions">From which class to which, the most common first; empty for numbers.</param>
/// <param name="Suspects">The rows most likely mislabelled, the surest first.</param>
public sealed record LabelNoise(
    double Rate, double StandardError, double Floor, ImmutableArray<LabelConfusion> Confusions, ImmutableArray<SuspectRow> Suspects);

/// <summary>Labels given as one class that are truly another.</summary>
/// <param name="Share">Of all labels.</param>
public sealed record LabelConfusion(string Given, string Truth, double Share);

/// <summary>A column that may know the label.</summary>
/// <param name="Column">Its name.</param>
/// <param name="Code"><c>too-good</c>, <c>outshines</c>, <c>filled-after</c> or <c>post-dates</c>.</param>
/// <param name="Sentence">Why, for a person.</param>
/// <param name="Strength">From 0 to 1: what it says alone, or the share of its times after the event.</param>
public sealed record LeakSuspect(string Column, string Code, string Sentence, double Strength);

/// <summary>What a sample tells of its label.</summary>
/// <param name="Label">The label's column.</param>
/// <param name="Task">What models are to do with it.</param>
/// <param name="Coverage">How many rows have one.</param>
/// <param name="Delay">How late it comes; null where its time or the event's is not told.</param>
/// <param name="BaseRate">How common it is over time.</param>
/// <param name="Noise">How many are wrong; null where the features say too little to tell.</param>
/// <param name="Leaks">Columns that may know it, the most suspect first.</param>
/// <param name="Worth">
/// The share of a complete and clean label's worth, at least and at most: coverage · (1 − noise · K / (K − 1))², the part of the information
/// that labels flipped at random leave (K classes). Null where the noise is not known.
/// </param>
/// <param name="Notes">What a reader should know, each one sentence.</param>
public sealed record MeasuredLabel(
    string Label, ValuationTask Task, LabelCoverage Coverage, LabelDelay? Delay, BaseRate BaseRate, LabelNoise? Noise, ImmutableArray<LeakSuspect> Leaks,
    (double AtLeast, double AtMost)? Worth, ImmutableArray<string> Notes);

/// <summary>How much to measure.</summary>
public sealed record LabelOptions
{
    /// <summary>The most rows told of as likely mislabelled. Default 50.</summary>
    public int Suspects { get; init; } = 50;

    /// <summary>After this no further model is trained, and the notes say what is missing; null for no bound. Default null.</summary>
    public TimeSpan? Budget { get; init; }

    /// <summary>Same seed, same result. Default 1.</summary>
    public int Seed { get; init; } = 1;
}
