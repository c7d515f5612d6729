using System.Collections.Immutable;

namespace FeatureGovernance.Core.Drift.Profiles;

/// <summary>What is known of the values of one window, as far as detection goes.</summary>
/// <param name="Count">Values, missing ones included; more than 0.</param>
/// <param name="Nulls">Missing values.</param>
/// <param name="Defaults">Values that are the default.</param>
/// <param name="Zeros">Zeros, or empty texts.</param>
/// <param name="NotNumbers">Numbers that are not a number.</param>
/// <param name="Mean">Of the numbers, or of the lengths of texts; NaN where there are none.</param>
/// <param name="Deviation">Their standard deviation; NaN below two.</param>
/// <param name="Distinct">Distinct values, estimated.</param>
/// <param name="Quantiles">At <see cref="ProfileSeries.Shares"/>; empty where there are no values.</param>
/// <param name="Frequent">The most frequent values with how often they occur at least; empty where it is not known.</param>
/// <param name="Version">The feature's version.</param>
/// <param name="LagSeconds">How old values were when they were read; NaN where it is not known.</param>
public sealed record ProfileWindow(
    long Count, long Nulls, long Defaults, long Zeros, long NotNumbers, double Mean, double Deviation, double Distinct,
    ImmutableArray<double> Quantiles, ImmutableArray<(string Value, long Count)> Frequent, int Version, double LagSeconds);

/// <summary>Where a series of profiles was taken.</summary>
/// <param name="Feature">The feature's number.</param>
/// <param name="IsTraining">Whether at training; else at serving.</param>
/// <param name="Segment">The part of the rows; empty for all.</param>
public sealed record SeriesKey(int Feature, bool IsTraining, string Segment);

/// <summary>The profiles of one feature, site and segment over the windows of a grid.</summary>
/// <param name="Key">Where they were taken.</param>
/// <param name="IsText">Whether values are texts.</param>
/// <param name="Windows">By window of the grid; null where there is no profile.</param>
public sealed record ProfileSeries(SeriesKey Key, bool IsText, ImmutableArray<ProfileWindow?> Windows)
{
    /// <summary>The shares at which quantiles are kept: middles of twenty equal parts.</summary>
    public static ImmutableArray<double> Shares { get; } = [.. Enumerable.Range(0, 20).Select(i => (i + 0.5) / 20)];

    internal double[] Numbers(Func<ProfileWindow, double> of) => [.. Windows.Select(window => window is null ? double.NaN : of(window))];

    internal double[] Counts(Func<ProfileWindow, double> of) => [.. Windows.Select(window => window is null ? 0 : of(window))];
}

/// <summary>What was found in one series, before discoveries are decided over all series.</summary>
/// <param name="Key">The series.</param>
/// <param name="Signals">What stood out.</param>
/// <param name="Tests">How many tests were made of each symptom.</param>
/// <param name="Seasonality">How much of the level follows the calendar, 0 to 1.</param>
/// <param name="RowsPerWindow">The usual number of rows.</param>
/// <param name="Launches">Windows in which another version of the feature begins.</param>
public sealed record SeriesFindings(
    SeriesKey Key, ImmutableArray<Signal> Signals, ImmutableDictionary<Symptom, long> Tests, double Seasonality, double RowsPerWindow,
    ImmutableArray<(int Window, int Version)> Launches);
