using MathNet.Numerics.Distributions;

namespace FeatureGovernance.Core.Value;

/// <summary>What was seen of a pair's reads on one day.</summary>
/// <param name="Day">The day.</param>
/// <param name="Reads">Reads observed, from 0.</param>
/// <param name="Requests">Requests of the model that day, from 0; null where not reported.</param>
public readonly record struct DayOfUse(DateOnly Day, double Reads, double? Requests);

/// <summary>
/// Decayed sums of use, all as of <see cref="AsOf"/>: a day d counts 2^(−(AsOf − d) / half-life). A new day costs one multiplication and
/// one addition per pair, whatever the history. Days without a report add nothing, so they are unknown and not zero.
/// </summary>
/// <param name="AsOf">The latest day included.</param>
/// <param name="Days">Σ of the weights of the days reported.</param>
/// <param name="Reads">Σ weight · reads.</param>
/// <param name="RequestReads">Σ weight · reads over the days whose requests are known.</param>
/// <param name="Requests">Σ weight · requests over those days.</param>
/// <param name="DaysReported">How many days were reported, unweighted.</param>
/// <param name="LastRead">The latest day with a read; null where none was seen.</param>
public readonly record struct DecayedUse(
    DateOnly AsOf, double Days, double Reads, double RequestReads, double Requests, int DaysReported, DateOnly? LastRead)
{
    /// <summary>Nothing reported yet.</summary>
    public static DecayedUse None(DateOnly asOf) => new(asOf, 0, 0, 0, 0, 0, null);

    /// <summary>Decayed reads per reported day; null where no day was reported: unknown, not zero.</summary>
    public double? ReadsPerDay => Days > 0 ? Reads / Days : null;

    /// <summary>Share of the model's requests that read the feature, from 0 to 1; null where no day with requests was reported.</summary>
    public double? Share => Requests > 0 ? Math.Clamp(RequestReads / Requests, 0, 1) : null;
}

/// <summary>Decayed use, kept up to date in time proportional to the new day.</summary>
public static class Usage
{
    /// <summary>A half-life in days such that last week outweighs last quarter: 14.</summary>
    public const double HalfLifeDays = 14;

    /// <summary>The weight of a day of this age in days (negative ages count as 0): 2^(−age / half-life).</summary>
    public static double Weight(double ageDays, double halfLifeDays) => Math.Pow(2, -Math.Max(0, ageDays) / halfLifeDays);

    /// <summary>The same use as of a later day.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The day is earlier than <see cref="DecayedUse.AsOf"/>.</exception>
    public static DecayedUse AsOf(DecayedUse use, DateOnly day, double halfLifeDays = HalfLifeDays)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(day, use.AsOf);
        var factor = Weight(day.DayNumber - use.AsOf.DayNumber, halfLifeDays);
        return use with
        {
            AsOf = day,
            Days = use.Days * factor,
            Reads = use.Reads * factor,
            RequestReads = use.RequestReads * factor,
            Requests = use.Requests * factor,
        };
    }

    /// <summary>With one more day; the day may be later or earlier than those before, and the order of days does not matter.</summary>
    public static DecayedUse With(DecayedUse use, DayOfUse day, double halfLifeDays = HalfLifeDays)
    {
        var now = day.Day > use.AsOf ? AsOf(use, day.Day, halfLifeDays) : use;
        return Counted(now, day, Weight(now.AsOf.DayNumber - day.Day.DayNumber, halfLifeDays), 1) with
        {
            LastRead = day.Reads > 0 && !(now.LastRead > day.Day) ? day.Day : now.LastRead,
        };
    }

    /// <summary>With a day's figure replaced by a correction. <see cref="DecayedUse.LastRead"/> never moves back by a correction.</summary>
    /// <param name="use">Use that includes the day as first reported.</param>
    /// <param name="reported">The day as first reported.</param>
    /// <param name="corrected">The day as it should be; the same day.</param>
    /// <param name="halfLifeDays">The half-life in days.</param>
    public static DecayedUse Corrected(DecayedUse use, DayOfUse reported, DayOfUse corrected, double halfLifeDays = HalfLifeDays) =>
        With(Counted(use, reported, Weight(use.AsOf.DayNumber - reported.Day.DayNumber, halfLifeDays), -1), corrected, halfLifeDays);

    /// <summary>
    /// The most reads per day that fit what was observed when only a part of the reads is sampled: the Poisson upper limit
    /// Γ⁻¹(confidence; reads + 1) / (rate · days) (Garwood 1936, "Fiducial limits for the Poisson distribution"). With no read seen in
    /// 30 days at a rate of 1 % it is 10 per day at 95 %: zero observed is a bound, not a zero.
    /// </summary>
    /// <param name="observedReads">Reads observed over the days, from 0.</param>
    /// <param name="days">Days observed, above 0.</param>
    /// <param name="samplingRate">The part of all reads that is observed, above 0 and up to 1.</param>
    /// <param name="confidence">Between 0 and 1.</param>
    public static double UpperBoundReadsPerDay(double observedReads, double days, double samplingRate, double confidence = 0.95) =>
        samplingRate >= 1
            ? observedReads / days
            : Gamma.InvCDF(observedReads + 1, 1, confidence) / (samplingRate * days);

    private static DecayedUse Counted(DecayedUse use, DayOfUse day, double weight, int sign) => use with
    {
        Days = Math.Max(0, use.Days + (sign * weight)),
        Reads = Math.Max(0, use.Reads + (sign * weight * day.Reads)),
        RequestReads = Math.Max(0, use.RequestReads + (day.Requests is null ? 0 : sign * weight * day.Reads)),
        Requests = Math.Max(0, use.Requests + (sign * weight * (day.Requests ?? 0))),
        DaysReported = use.DaysReported + sign,
    };
}
