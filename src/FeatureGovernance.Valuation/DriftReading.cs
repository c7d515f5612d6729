using System.Collections.Immutable;
using FeatureGovernance.Core.Drift;
using FeatureGovernance.Core.Drift.Profiles;

namespace FeatureGovernance.Valuation;

/// <summary>One way to read what profiles tell became of a feature's values; each of several is as likely.</summary>
/// <param name="Steps">What happened; none where nothing that a replay could repeat.</param>
public sealed record ReadDrift(ImmutableArray<ValueDrift> Steps);

/// <summary>
/// Reads from the profiles before and during an incident what became of single values. Profiles do not tell that beyond doubt: values that
/// scatter more may be stretched or have noise added, values of a former day may be right or wrong. Then there is more than one reading.
/// </summary>
public static class DriftReading
{
    private const double LeastShare = 0.01;
    private const double LeastStandIn = 0.03;
    private const double LeastMove = 0.02;

    // Windows' own deviations, on average over the quantiles.
    private const double Unusual = 2;

    /// <summary>The readings.</summary>
    /// <param name="before">Windows before, each with the profiles of its segments.</param>
    /// <param name="during">Windows of the incident, likewise.</param>
    /// <param name="symptoms">What was seen.</param>
    /// <param name="fault">What is probably wrong; null where nothing is.</param>
    /// <param name="standIn">The feature's default; null where it has none.</param>
    public static ImmutableArray<ReadDrift> Of(
        IReadOnlyCollection<ProfileWindow[]> before, IReadOnlyCollection<ProfileWindow[]> during, IReadOnlySet<Symptom> symptoms, Fault? fault, double? standIn)
    {
        ArgumentNullException.ThrowIfNull(before);
        ArgumentNullException.ThrowIfNull(during);
        ArgumentNullException.ThrowIfNull(symptoms);
        if (Spread.Of([.. before.SelectMany(segments => segments)]) is not { } was || Spread.Of([.. during.SelectMany(segments => segments)]) is not { } now)
            return [];
        ImmutableArray<ValueDrift> lost = Grown(was.Nulls, now.Nulls) is var missing && missing >= LeastShare ? [new(DriftedTo.Missing, Share: missing)] : [];
        if (now.Quantiles.IsEmpty || was.Quantiles.IsEmpty)
            return [new(lost)];
        return [.. Moved(was, now, HasMoved(was, now, [.. before.Select(Spread.Of).OfType<Spread>()]), symptoms, fault, standIn)
            .Select(reading => reading with { Steps = [.. reading.Steps, .. lost] })];
    }

    // By how much each quantile moves from window to window anyway.
    private static bool HasMoved(Spread was, Spread now, IReadOnlyCollection<Spread> before)
    {
        var full = before.Where(window => !window.Quantiles.IsEmpty).ToArray();
        return was.Quantiles.Select((q, i) =>
        {
            var usual = Math.Sqrt(full.Average(window => (window.Quantiles[i] - q) * (window.Quantiles[i] - q)));
            return Math.Abs(now.Quantiles[i] - q) / Math.Max(usual, LeastMove * Math.Max(was.Width, double.Epsilon));
        }).Average() > Unusual;
    }

    private static IEnumerable<ReadDrift> Moved(
        Spread was, Spread now, bool hasMoved, IReadOnlySet<Symptom> symptoms, Fault? fault, double? standIn)
    {
        var moved = Distance(was.Quantiles, now.Quantiles);
        if (fault == Fault.SignFlip || Distance([.. was.Quantiles.Select(q => -q).Reverse()], now.Quantiles) < 0.3 * moved)
            return [new([new(DriftedTo.Scaled, -1)])];
        if (Filled(was, now, moved, standIn) is { } filled)
            return [new([filled])];
        if (now.Quantiles[0] == now.Quantiles[^1] && was.Width > 0)
            return [new([new(DriftedTo.Constant, now.Quantiles[0])])];
        if (!hasMoved)
        {
            // Values of another hour or day are spread as ever; whether they are still right, nobody can see.
            return symptoms.Overlaps([Symptom.Stale, Symptom.ClockShift]) ? [new([new(DriftedTo.Shuffled)]), new([])] : [new([])];
        }

        ReadDrift respread = new([new(DriftedTo.Respread) { Knots = [.. was.Quantiles.Zip(now.Quantiles)] }]);
        // What is multiplied moves its mean as it widens.
        var wider = was.Width > 0 ? now.Width / was.Width : 1;
        var multiplied = was.Mean != 0 && Math.Abs((now.Mean / was.Mean) - wider) < 0.15 * wider;
        return wider < 1.15 || multiplied
            ? [respread]
            : [respread, new([new(DriftedTo.Scattered, Math.Sqrt((wider * wider) - 1) * was.Deviation), new(DriftedTo.Shifted, now.Mean - was.Mean)])];
    }

    // One value stands in for many where that alone explains most of how the rest moved.
    private static ValueDrift? Filled(Spread was, Spread now, double moved, double? standIn)
    {
        foreach (var (value, share) in new[] { (0, Grown(was.Zeros, now.Zeros)), (standIn ?? 0, Grown(was.Defaults, now.Defaults)) })
        {
            if (share >= LeastStandIn && Distance(was.With(value, share), now.Quantiles) < 0.5 * moved)
                return new(DriftedTo.Constant, value, share);
        }

        return null;
    }

    private static double Grown(double was, double now) => was < 1 ? Math.Clamp((now - was) / (1 - was), 0, 1) : 0;

    private static double Distance(IReadOnlyList<double> one, IReadOnlyList<double> other) => one.Zip(other, (a, b) => Math.Abs(a - b)).Average();

    private sealed record Spread(double Nulls, double Zeros, double Defaults, ImmutableArray<double> Quantiles)
    {
        public double Mean { get; } = Quantiles.IsEmpty ? 0 : Quantiles.Average();

        public double Deviation => Math.Sqrt(Quantiles.Average(q => (q - Mean) * (q - Mean)));

        // Not the deviation, which single values far out decide.
        public double Width => Quantiles.Average(q => Math.Abs(q - Quantiles[Quantiles.Length / 2]));

        public ImmutableArray<double> With(double value, double share)
        {
            (double Value, double Weight)[] all = [.. Quantiles.Select(q => (q, (1 - share) / Quantiles.Length)), (value, share)];
            Array.Sort(all);
            var (mixed, at, sum) = (ImmutableArray.CreateBuilder<double>(), 0, all[0].Weight);
            foreach (var wanted in ProfileSeries.Shares)
            {
                while (sum < wanted && at < all.Length - 1)
                    sum += all[++at].Weight;
                mixed.Add(all[at].Value);
            }

            return mixed.DrainToImmutable();
        }

        public static Spread? Of(IReadOnlyCollection<ProfileWindow> windows)
        {
            double count = windows.Sum(window => window.Count), nulls = windows.Sum(window => window.Nulls + window.NotNumbers);
            if (count == 0)
                return null;
            ProfileWindow[] full = [.. windows.Where(window => !window.Quantiles.IsEmpty && window.Count > window.Nulls)];
            var present = Math.Max(1, count - nulls);
            double filled = full.Sum(window => window.Count - window.Nulls);
            return new(
                nulls / count, windows.Sum(window => window.Zeros) / present, windows.Sum(window => window.Defaults) / present,
                full.Length > 0 ? [.. Enumerable.Range(0, ProfileSeries.Shares.Length).Select(i => full.Sum(window => (window.Count - window.Nulls) * window.Quantiles[i]) / filled)] : []);
        }
    }
}
