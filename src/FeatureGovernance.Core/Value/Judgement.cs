using System.Collections.Immutable;

namespace FeatureGovernance.Core.Value;

/// <summary>What is wrong with a feature, after the classes of Sculley et al. 2015, "Hidden technical debt in machine learning systems".</summary>
public enum DebtClass
{
    /// <summary>Nobody reads it, and that is known.</summary>
    Unused,

    /// <summary>It contributes next to nothing.</summary>
    Epsilon,

    /// <summary>A newer feature has taken its place.</summary>
    Legacy,

    /// <summary>What it says, another feature says.</summary>
    Redundant,

    /// <summary>It came in with a group whose other members carry the value.</summary>
    Bundled,

    /// <summary>No active team owns it.</summary>
    Orphan,

    /// <summary>It costs much more per value than its peers.</summary>
    Overpriced,

    /// <summary>Its value is falling towards the floor.</summary>
    Decaying,

    /// <summary>It is valuable where present, and often absent or stale.</summary>
    UnderCovered,
}

/// <summary>A feature that says the same.</summary>
/// <param name="Key">Its key.</param>
/// <param name="Similarity">|Spearman| or co-importance, from 0 to 1.</param>
/// <param name="Value">Its value.</param>
/// <param name="IsNewer">True where it was registered later.</param>
/// <param name="IsRepresentative">True where it is the best of their cluster, the one to keep.</param>
public sealed record Twin(string Key, double Similarity, double Value, bool IsNewer, bool IsRepresentative);

/// <summary>A feature that may say the same, where no sample tells: it moves no recommendation.</summary>
/// <param name="Key">Its key.</param>
/// <param name="SameColumn">True where both are made of the same column, by different expressions.</param>
/// <param name="TradeOff">The correlation of their shares over reports, below 0; null where they do not trade off.</param>
/// <param name="Reports">Over how many reports; 0 where they do not trade off.</param>
public sealed record Kin(string Key, bool SameColumn, double? TradeOff, int Reports);

/// <summary>How value changes: by a constant rate on the log scale.</summary>
/// <param name="Slope">Change of ln(value) per year; −0.69 is a halving.</param>
/// <param name="StandardError">Its standard error, from 0.</param>
public readonly record struct ValueTrend(double Slope, double StandardError)
{
    private const double DaysPerYear = 365.25;

    // Beyond this a forecast is a guess.
    private const double LongestForecast = 10 * DaysPerYear;

    /// <summary>Relative change per year: −0.5 is a halving.</summary>
    public double PerYear => Math.Exp(Slope) - 1;

    /// <summary>Its standard error, by the delta method.</summary>
    public double PerYearStandardError => Math.Exp(Slope) * StandardError;

    /// <summary>The trend with a relative change per year.</summary>
    public static ValueTrend Yearly(double change, double standardError) => new(Math.Log(1 + change), standardError / (1 + change));

    /// <summary>Days until a value falls to a floor, should the trend go on; null where it does not within ten years, or is there already.</summary>
    public double? DaysTo(double value, double floor) =>
        Slope < 0 && value > floor && Math.Log(floor / value) / Slope * DaysPerYear is <= LongestForecast and var days ? days : null;

    /// <summary>
    /// The probability that the yearly change is below a limit, before a sceptical prior (Spiegelhalter, Freedman and Parmar 1994, "Bayesian
    /// approaches to randomized trials"): noise makes slopes of any size where reports are few, and most features change little.
    /// </summary>
    /// <param name="change">Relative change per year, above −1.</param>
    /// <param name="spread">Standard deviation of the slopes of ordinary features, above 0.</param>
    public double ProbabilityBelow(double change, double spread)
    {
        var trust = spread * spread / ((spread * spread) + (StandardError * StandardError));
        var deviation = Math.Sqrt(trust) * StandardError;
        var (mean, limit) = (trust * Slope, Math.Log(1 + change));
        return deviation > 0 ? MathNet.Numerics.Distributions.Normal.CDF(0, 1, (limit - mean) / deviation) : mean < limit ? 1 : 0;
    }
}

/// <summary>All that is known of a feature when it is judged. A null is unknown, never zero.</summary>
public sealed record FeatureFacts
{
    /// <summary>Value over models with its uncertainty; null where no importance was ever reported.</summary>
    public ValueEstimate? Value { get; init; }

    /// <summary>An even share: 1 / number of features valued. The floor and the ceiling are multiples of it. Above 0.</summary>
    public double EvenShare { get; init; } = 1;

    /// <summary>The value's percentile among all, from 0 to 100.</summary>
    public double? Percentile { get; init; }

    /// <summary>False where a feature is judged on an evaluation sample alone, outside any model's traffic.</summary>
    public bool UsageApplies { get; init; } = true;

    /// <summary>The most reads per day that fit what was seen, all environments together; null where use is unknown.</summary>
    public double? ReadsPerDayUpperBound { get; init; }

    /// <summary>How many days of use were reported.</summary>
    public int DaysOfUseReported { get; init; }

    /// <summary>Days since the feature was registered, or in which a model reported its use, whichever is more.</summary>
    public int AgeDays { get; init; }

    /// <summary>The most similar feature of the same models; null where none is similar.</summary>
    public Twin? Twin { get; init; }

    /// <summary>A feature that may say the same, on weaker evidence; null where there is no sign of one.</summary>
    public Kin? Kin { get; init; }

    /// <summary>The part of the value of its group that the feature's group mates carry, from 0 to 1, and null for a group of one.</summary>
    public double? GroupMatesShare { get; init; }

    /// <summary>Value of the group as a multiple of an even share per member.</summary>
    public double? GroupValueRatio { get; init; }

    /// <summary>Money per day; null where unknown.</summary>
    public double? CostPerDay { get; init; }

    /// <summary>The median value per money of all features; null where unknown.</summary>
    public double? MedianEfficiency { get; init; }

    /// <summary>The median cost per day of all features; null where unknown.</summary>
    public double? MedianCostPerDay { get; init; }

    /// <summary>The part of requests in which the value is present, from 0 to 1; null where unknown.</summary>
    public double? Coverage { get; init; }

    /// <summary>The part of reads that were fresh enough, from 0 to 1; null where unknown.</summary>
    public double? Freshness { get; init; }

    /// <summary>How value changes over time; null where unknown.</summary>
    public ValueTrend? Trend { get; init; }

    /// <summary>False where no active team owns the feature.</summary>
    public bool HasOwner { get; init; } = true;

    /// <summary>The recommendation of the run before; null in the first.</summary>
    public Recommendation? Previous { get; init; }
}

/// <summary>A number that a reason rests on.</summary>
/// <param name="Name">camelCase, for example <c>value</c>.</param>
/// <param name="Value">The number.</param>
public readonly record struct ReasonNumber(string Name, double Value);

/// <summary>One reason for a recommendation.</summary>
/// <param name="Code">Stable, kebab-case, for example <c>epsilon</c>.</param>
/// <param name="Sentence">For a person.</param>
/// <param name="Confidence">How sure it is, from 0 to 1.</param>
/// <param name="Numbers">What it rests on.</param>
public sealed record Reason(string Code, string Sentence, double Confidence, ImmutableArray<ReasonNumber> Numbers);

/// <summary>What to do about a feature, and why.</summary>
/// <param name="Recommendation">What to do.</param>
/// <param name="Classes">What is wrong with it, the surest first.</param>
/// <param name="Reasons">At least one.</param>
/// <param name="Confidence">From 0 to 1.</param>
/// <param name="SavingPerDay">Money per day saved by following a <c>deprecate</c> or <c>migrate</c>; null where cost is unknown.</param>
public sealed record Judgement(
    Recommendation Recommendation,
    ImmutableArray<DebtClass> Classes,
    ImmutableArray<Reason> Reasons,
    double Confidence,
    double? SavingPerDay);

/// <summary>Where the lines are drawn.</summary>
public sealed record JudgementLimits
{
    /// <summary>Below this multiple of an even share a value is epsilon. Default 0.1.</summary>
    public double EpsilonRatio { get; init; } = 0.1;

    /// <summary>From this multiple of an even share a feature is valuable. Default 1.5.</summary>
    public double ValuableRatio { get; init; } = 1.5;

    /// <summary>Reads per day below which a feature is unused. Default 1.</summary>
    public double UnusedReadsPerDay { get; init; } = 1;

    /// <summary>Days of use that must have been reported before unused is believed. Default 14.</summary>
    public int DaysOfUseNeeded { get; init; } = 14;

    /// <summary>Days in which a new feature is not judged worthless. Default 30.</summary>
    public int GraceDays { get; init; } = 30;

    /// <summary>Similarity from which two features say the same. Default 0.95.</summary>
    public double TwinSimilarity { get; init; } = 0.95;

    /// <summary>Efficiency below this part of the median is overpriced, where cost is at least the median. Default 0.1.</summary>
    public double OverpricedRatio { get; init; } = 0.1;

    /// <summary>Coverage or freshness below this holds a feature back. Default 0.9.</summary>
    public double CoverageNeeded { get; init; } = 0.9;

    /// <summary>Yearly change of value below which it is decaying. Default −0.3.</summary>
    public double DecayPerYear { get; init; } = -0.3;

    /// <summary>Standard deviation of the slopes of ln(value) per year of ordinary features. Default 0.5.</summary>
    public double TrendSpread { get; init; } = 0.5;

    /// <summary>Confidence at which a class is entered. Default 0.9.</summary>
    public double EnterConfidence { get; init; } = 0.9;

    /// <summary>Confidence at which a class that led to the previous recommendation is left. Default 0.75.</summary>
    public double LeaveConfidence { get; init; } = 0.75;
}
