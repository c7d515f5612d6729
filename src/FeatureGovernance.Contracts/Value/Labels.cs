namespace FeatureGovernance.Contracts.Value;

/// <summary>A registered label at a glance. What is absent is unknown, never zero.</summary>
public sealed record LabelSummary
{
    /// <summary>Its key.</summary>
    public required string Label { get; init; }

    /// <summary>Its team.</summary>
    public required string Team { get; init; }

    /// <summary>How many models train on it, by any version.</summary>
    public required int Models { get; init; }

    /// <summary>The part of all model weight whose live version trains on it, from 0 to 1.</summary>
    public required double WeightServed { get; init; }

    /// <summary>Share of examples that get it, from 0 to 1: as reported, else as last measured.</summary>
    public double? Coverage { get; init; }

    /// <summary>Seconds from the event to the label being known: as reported, else the median last measured.</summary>
    public double? DelaySeconds { get; init; }

    /// <summary>The base rate last measured.</summary>
    public double? BaseRate { get; init; }

    /// <summary>True where that changes with time.</summary>
    public bool? BaseRateChanged { get; init; }

    /// <summary>The share of labels that are wrong, at most, from 0 to 1.</summary>
    public double? Noise { get; init; }

    /// <summary>The share wrong where models are surest, from 0 to 1.</summary>
    public double? NoiseFloor { get; init; }

    /// <summary>How many columns of the sample may know it.</summary>
    public int? Leaks { get; init; }

    /// <summary>The valuation that measured it last.</summary>
    public int? Valuation { get; init; }

    /// <summary>When that ended.</summary>
    public DateTimeOffset? MeasuredAt { get; init; }
}

/// <summary>What a valuation's sample tells of its label.</summary>
public sealed record LabelMeasurement
{
    /// <summary>The valuation.</summary>
    public required int Valuation { get; init; }

    /// <summary>When it ended.</summary>
    public required DateTimeOffset MeasuredAt { get; init; }

    /// <summary>The registered label that the column is; absent where none is known.</summary>
    public string? Label { get; init; }

    /// <summary>The label's column.</summary>
    public required string Column { get; init; }

    /// <summary><c>classification</c>, <c>regression</c> or <c>ranking</c>.</summary>
    public required string Task { get; init; }

    /// <summary>How many rows have a label.</summary>
    public required MeasuredCoverage Coverage { get; init; }

    /// <summary>How late it comes; absent where the times are not told.</summary>
    public MeasuredDelay? Delay { get; init; }

    /// <summary>How common it is, and whether that changes.</summary>
    public required MeasuredBaseRate BaseRate { get; init; }

    /// <summary>How many are wrong; absent where the features say too little to tell.</summary>
    public MeasuredNoise? Noise { get; init; }

    /// <summary>Columns that may know it, at most 1,000.</summary>
    public required IReadOnlyList<MeasuredLeak> Leaks { get; init; }

    /// <summary>The least and most of a complete and clean label's worth, from 0 to 1; absent where the noise is.</summary>
    public MeasuredWorth? Worth { get; init; }

    /// <summary>What a reader should know, each one sentence.</summary>
    public required IReadOnlyList<string> Notes { get; init; }
}

/// <summary>How many rows have a label, with the 80 % interval of the share.</summary>
public sealed record MeasuredCoverage(long Rows, long Labelled, double Share, double Lower80, double Upper80);

/// <summary>The time from the event to its label.</summary>
/// <param name="Unit"><c>seconds</c>, or <c>units</c> where the columns are bare numbers.</param>
/// <param name="Rows">Labelled rows in which both times are told.</param>
/// <param name="Negative">Rows whose label is older than their event.</param>
/// <param name="Untold">Labelled rows in which one of the times is missing.</param>
public sealed record MeasuredDelay(string Unit, long Rows, double Median, double P90, double P95, double P99, double Longest, long Negative, long Untold);

/// <summary>How common a label is.</summary>
/// <param name="Of">The class whose share it is, or <c>mean</c>.</param>
/// <param name="PValue">Of no change over time; absent without time, as all that follows.</param>
/// <param name="Spread">Standard deviation over windows beyond chance.</param>
/// <param name="Effect">The spread in standard deviations of the label.</param>
/// <param name="Changed">Surely, and by an amount that matters.</param>
/// <param name="Windows">Stretches of time with about equally many rows.</param>
public sealed record MeasuredBaseRate(
    string Of, double Rate, double Lower80, double Upper80, double? PValue, double? Spread, double? Effect, bool? Changed,
    IReadOnlyList<MeasuredWindow> Windows);

/// <summary>The base rate in a stretch of time; the rate is absent where no row has a label.</summary>
public sealed record MeasuredWindow(string From, string To, long Rows, double Coverage, double? Rate, double? Lower80, double? Upper80);

/// <summary>How many labels are wrong.</summary>
/// <param name="Rate">The share wrong, at most: what no feature explains counts too.</param>
/// <param name="StandardError">Over folds.</param>
/// <param name="Floor">The share wrong where models are surest.</param>
/// <param name="Confusions">From which class to which, the most common first, at most 100.</param>
/// <param name="Suspects">The rows most likely mislabelled, the surest first, at most 50.</param>
public sealed record MeasuredNoise(
    double Rate, double StandardError, double Floor, IReadOnlyList<MeasuredConfusion> Confusions, IReadOnlyList<MeasuredSuspect> Suspects);

/// <summary>Labels given as one class that are truly another, as a share of all.</summary>
public sealed record MeasuredConfusion(string Given, string Truth, double Share);

/// <summary>A row that is likely mislabelled, by its number in the file from 1, the header not counted.</summary>
public sealed record MeasuredSuspect(long Row, string Given, string Suggested, double Probability);

/// <summary>A column that may know the label: <c>too-good</c>, <c>outshines</c>, <c>filled-after</c> or <c>post-dates</c>.</summary>
public sealed record MeasuredLeak(string Column, string Code, string Sentence, double Strength);

/// <summary>The least and most of a complete and clean label's worth.</summary>
public sealed record MeasuredWorth(double AtLeast, double AtMost);
