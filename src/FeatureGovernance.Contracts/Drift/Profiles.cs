using System.Text.Json;

namespace FeatureGovernance.Contracts.Drift;

/// <summary>The profile of one feature in one window, a line of <c>POST /telemetry/profiles</c>; sent again, it replaces the former.</summary>
public sealed record ProfileReport
{
    /// <summary>The feature's key.</summary>
    public string? Feature { get; init; }

    /// <summary>The feature's version; the current one where absent.</summary>
    public int? Version { get; init; }

    /// <summary><c>training</c> or <c>serving</c>; serving where absent.</summary>
    public string? Site { get; init; }

    /// <summary><c>hour</c>, <c>day</c> or <c>week</c>.</summary>
    public string? Window { get; init; }

    /// <summary>When the window begins, on its border in UTC (weeks on Monday).</summary>
    public DateTimeOffset? Start { get; init; }

    /// <summary>A part of the rows such as <c>country=se</c>; absent for all of them. The segments of a window do not overlap.</summary>
    public string? Segment { get; init; }

    /// <summary>How old values were when they were read, in seconds, in the middle of the window's rows; absent where it is not known.</summary>
    public double? LagSeconds { get; init; }

    /// <summary>Counts, moments and sketches, as docs/values-over-time.md gives them.</summary>
    public JsonElement? Profile { get; init; }
}

/// <summary>What landed.</summary>
/// <param name="Received">Lines.</param>
/// <param name="Landed">Profiles that were written.</param>
/// <param name="Replaced">Of these, those that replaced a former one.</param>
public sealed record ProfilesResult(int Received, int Landed, int Replaced)
{
    /// <summary>What of it lies outside what features were registered to have, at most a hundred; it landed all the same.</summary>
    public IReadOnlyList<OutsideValue> Outside { get; init; } = [];
}

/// <summary>Values outside what their feature was registered to have.</summary>
/// <param name="Line">Of the batch.</param>
/// <param name="Field">Which part of the profile says so.</param>
/// <param name="Message">The feature and window, and how far.</param>
public sealed record OutsideValue(int Line, string Field, string Message);

/// <summary>One window of a feature.</summary>
/// <param name="Start">When it begins.</param>
/// <param name="Segments">How many profiles were merged.</param>
/// <param name="Count">Values, missing ones included.</param>
/// <param name="Nulls">Missing values.</param>
/// <param name="Defaults">Values that are the default.</param>
/// <param name="Zeros">Zeros, or empty texts.</param>
/// <param name="NotNumbers">Numbers that are not a number.</param>
/// <param name="Minimum">The smallest number, or length of a text; null where there is none.</param>
/// <param name="Maximum">The largest.</param>
/// <param name="Mean">Of the finite ones.</param>
/// <param name="StandardDeviation">Of the finite ones.</param>
/// <param name="Skewness">0 where symmetric.</param>
/// <param name="ExcessKurtosis">0 where normal.</param>
/// <param name="Quantiles">At 1, 5, 25, 50, 75, 95 and 99 %; null where there are no values.</param>
/// <param name="Distinct">An estimate of the number of distinct values.</param>
/// <param name="Frequent">The most frequent values with lower bounds of their counts, at most ten.</param>
public sealed record ValueWindow(
    DateTimeOffset Start, int Segments, long Count, long Nulls, long Defaults, long Zeros, long NotNumbers, double? Minimum, double? Maximum,
    double? Mean, double? StandardDeviation, double? Skewness, double? ExcessKurtosis, IReadOnlyList<double>? Quantiles, double Distinct,
    IReadOnlyList<FrequentValue> Frequent)
{
    /// <summary>What was profiled: <c>numbers</c>; <c>texts</c>, of which lengths are measured; or <c>embeddings</c>, of which norms are measured, and dimensions are the frequent values.</summary>
    public string Values { get; init; } = "numbers";

    /// <summary>How old values were when they were read, in seconds, in the oldest part; absent where it was not told.</summary>
    public double? LagSeconds { get; init; }
}

/// <summary>A frequent value.</summary>
/// <param name="Value">As text.</param>
/// <param name="Least">It occurs at least so often.</param>
/// <param name="Most">It occurs at most so often.</param>
public sealed record FrequentValue(string Value, long Least, long Most);

/// <summary>The values of a feature over time.</summary>
/// <param name="Feature">The present key.</param>
/// <param name="Window"><c>hour</c>, <c>day</c> or <c>week</c>.</param>
/// <param name="Site"><c>training</c> or <c>serving</c>.</param>
/// <param name="Windows">By start; windows without a profile are unknown, not empty.</param>
public sealed record FeatureValues(string Feature, string Window, string Site, IReadOnlyList<ValueWindow> Windows);
