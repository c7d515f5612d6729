namespace FeatureGovernance.Core.Lifecycle;

/// <summary>What telemetry can vouch for about the reads of one feature. Where there is none, usage is unknown, not zero.</summary>
/// <param name="Since">The start of the unbroken period that reports cover.</param>
/// <param name="Until">The end of that period.</param>
/// <param name="LastRead">The latest read seen; null where none was.</param>
/// <param name="SamplingRate">The share of reads that are reported, above 0 and at most 1.</param>
public sealed record ObservedUsage(DateTimeOffset Since, DateTimeOffset Until, DateTimeOffset? LastRead, double SamplingRate = 1)
{
    /// <summary>How long, up to <see cref="Until"/>, no read was seen; never longer than what reports cover.</summary>
    public TimeSpan Quiet
    {
        get
        {
            var start = LastRead is { } read && read > Since ? read : Since;
            return Until > start ? Until - start : TimeSpan.Zero;
        }
    }

    /// <summary>
    /// The most reads that may have happened in the quiet period unseen, with 95 % confidence: the largest n for which
    /// (1 − rate)^n is at least 0.05. Zero where every read is reported.
    /// </summary>
    public double UnseenReads => SamplingRate >= 1 ? 0 : Math.Log(0.05) / Math.Log(1 - SamplingRate);

    /// <summary><see cref="UnseenReads"/> per day of the quiet period, counting less than one day as one.</summary>
    public double UnseenReadsPerDay => UnseenReads / Math.Max(1, Quiet.TotalDays);

    /// <summary>Why the reports are not enough to call usage known at this moment; null where they are.</summary>
    public string? Doubt(LifecyclePolicy policy, DateTimeOffset now)
    {
        if (SamplingRate is not (> 0 and <= 1))
            return $"the sampling rate {SamplingRate:0.####} is not a share";
        if (Until < now.AddDays(-policy.TelemetryLagDays))
            return $"the newest report is of {Until:yyyy-MM-dd}";
        return UnseenReadsPerDay > policy.ToleratedUnseenReadsPerDay
            ? $"at a sampling rate of {SamplingRate:0.####} up to {UnseenReadsPerDay:0.#} reads a day may have gone unseen"
            : null;
    }
}
