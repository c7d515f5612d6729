using System.Collections.Immutable;
using System.Globalization;
using MathNet.Numerics.Distributions;

namespace FeatureGovernance.Core.Value;

/// <summary>
/// Judges a feature. Each class of debt has a confidence from 0 to 1; it holds from <see cref="JudgementLimits.EnterConfidence"/>, and where
/// it led to the previous recommendation, down to <see cref="JudgementLimits.LeaveConfidence"/>: the band keeps noise from flapping.
/// Nothing is recommended for removal on missing evidence: <c>unused</c> needs known use, the others a measured value and known use.
/// </summary>
public static class Recommendations
{
    /// <summary>Spread, in natural logarithms, with which reads, costs and similarities are compared to their limits.</summary>
    private const double LogSpread = 0.25;

    private sealed record Finding(DebtClass Class, Recommendation Leads, Reason Reason);

    /// <summary>The judgement on one feature.</summary>
    public static Judgement Judge(FeatureFacts facts, JudgementLimits? limits = null)
    {
        ArgumentNullException.ThrowIfNull(facts);
        var lines = limits ?? new();
        Finding[] held = [.. Findings(facts, lines)
            .Where(f => f.Reason.Confidence >= Threshold(facts, f.Leads, lines))
            .OrderByDescending(f => f.Leads).ThenByDescending(f => f.Reason.Confidence).ThenBy(f => f.Class)];
        Reason[] unknowns = [.. Hints(facts), .. Unknowns(facts)];

        if (held.Length == 0)
        {
            return facts.Value is { } value
                ? new(Recommendation.Keep, [], [Worth(value), .. unknowns], 1 - value.ProbabilityBelow(lines.EpsilonRatio * facts.EvenShare), null)
                : new(Recommendation.Review, [], [.. unknowns], 0.5, null);
        }

        var verdict = Verdict(facts, held, lines);
        var saving = verdict is Recommendation.Deprecate or Recommendation.Migrate ? facts.CostPerDay : null;
        return new(
            verdict,
            [.. held.Select(f => f.Class).Distinct()],
            [.. held.Select(f => f.Reason), .. unknowns],
            held.Where(f => f.Leads == verdict).Select(f => f.Reason.Confidence).DefaultIfEmpty(0.5).Max(),
            saving);
    }

    // A feature read by nobody goes even if it would be worth something; for lesser reasons none goes that is valuable or whose use is unknown.
    private static Recommendation Verdict(FeatureFacts facts, Finding[] held, JudgementLimits limits)
    {
        var strongest = held[0].Leads;
        var valuable = facts.Value is { } value && value.Mean >= limits.ValuableRatio * facts.EvenShare;
        if (strongest == Recommendation.Deprecate && held.All(f => f.Class != DebtClass.Unused) && (valuable || UseIsUnknown(facts)))
            return Recommendation.Review;
        if (strongest == Recommendation.Review && held.Any(f => f.Class == DebtClass.UnderCovered) && held.All(f => f.Class != DebtClass.Orphan))
            return Recommendation.Invest;
        return strongest;
    }

    private static IEnumerable<Finding> Findings(FeatureFacts facts, JudgementLimits limits)
    {
        var settled = facts.AgeDays >= limits.GraceDays;
        if (settled && facts.ReadsPerDayUpperBound is { } reads && facts.DaysOfUseReported >= limits.DaysOfUseNeeded)
        {
            yield return new(DebtClass.Unused, Recommendation.Deprecate, new(
                "unused",
                Text($"At most {reads:0.##} reads per day over {facts.DaysOfUseReported} reported days."),
                Below(reads, limits.UnusedReadsPerDay),
                [new("readsPerDayUpperBound", reads), new("daysReported", facts.DaysOfUseReported)]));
        }

        if (!facts.HasOwner)
            yield return new(DebtClass.Orphan, Recommendation.Review, new("orphan", "No active team owns it.", 1, []));
        if (facts.Value is not { } value)
            yield break;

        foreach (var finding in OfValue(facts, value, limits, settled))
            yield return finding;
        foreach (var finding in OfService(facts, value, limits))
            yield return finding;
    }

    private static IEnumerable<Finding> OfValue(FeatureFacts facts, ValueEstimate value, JudgementLimits limits, bool settled)
    {
        var floor = limits.EpsilonRatio * facts.EvenShare;
        var epsilon = value.ProbabilityBelow(floor);
        if (settled)
        {
            yield return new(DebtClass.Epsilon, Recommendation.Deprecate, new(
                "epsilon",
                Text($"Its value is {Percent(value.Mean)} of all (80 % interval {Percent(value.Lower80)} to {Percent(value.Upper80)}), under the floor of {Percent(floor)}."),
                epsilon,
                [new("value", value.Mean), new("lower80", value.Lower80), new("upper80", value.Upper80), new("floor", floor)]));
            if (facts is { GroupMatesShare: { } mates, GroupValueRatio: >= 1 })
            {
                yield return new(DebtClass.Bundled, Recommendation.Deprecate, new(
                    "bundled",
                    Text($"Its group is worth keeping, and the other members carry {mates:P1} of the group's value."),
                    Math.Min(epsilon, mates),
                    [new("groupMatesShare", mates)]));
            }
        }

        if (facts.Twin is { IsRepresentative: true } twin)
        {
            var confidence = Above(twin.Similarity, limits.TwinSimilarity, 0.02);
            ImmutableArray<ReasonNumber> numbers = [new("similarity", twin.Similarity), new("twinValue", twin.Value), new("value", value.Mean)];
            yield return twin.IsNewer
                ? new(DebtClass.Legacy, Recommendation.Migrate,
                    new("legacy", Text($"The newer {twin.Key} says the same (similarity {twin.Similarity:0.000})."), confidence, numbers))
                : new(DebtClass.Redundant, Recommendation.Migrate,
                    new("redundant", Text($"{twin.Key} says the same (similarity {twin.Similarity:0.000}) and stands for both."), confidence, numbers));
        }

        // What is surely worth nothing is epsilon at any cost.
        var worthless = settled && epsilon >= Threshold(facts, Recommendation.Deprecate, limits);
        if (!worthless && facts is { CostPerDay: > 0 and { } cost, MedianEfficiency: > 0 and { } median, MedianCostPerDay: { } usual } && cost >= usual)
        {
            // Cheap worth nothing is epsilon; dear worth little is overpriced, and taken out only where the value is surely under an even share.
            var efficiency = value.Mean / cost;
            var little = value.ProbabilityBelow(facts.EvenShare);
            yield return new(DebtClass.Overpriced,
                settled && little >= Threshold(facts, Recommendation.Deprecate, limits) ? Recommendation.Deprecate : Recommendation.Review, new(
                "overpriced",
                Text($"Value per cost is {efficiency / median:0.###} of the median at a cost of {cost:0.##} per day."),
                Below(efficiency, limits.OverpricedRatio * median),
                [new("efficiency", efficiency), new("medianEfficiency", median), new("costPerDay", cost)]));
        }
    }

    private static IEnumerable<Finding> OfService(FeatureFacts facts, ValueEstimate value, JudgementLimits limits)
    {
        if (facts.Trend is { } trend)
        {
            var days = trend.DaysTo(value.Mean, limits.EpsilonRatio * facts.EvenShare);
            yield return new(DebtClass.Decaying, Recommendation.Review, new(
                "decaying",
                days is null
                    ? Text($"Its value changes by {trend.PerYear:P0} a year.")
                    : Text($"Its value changes by {trend.PerYear:P0} a year, and falls under the floor in {days:0} days."),
                trend.ProbabilityBelow(limits.DecayPerYear, limits.TrendSpread),
                [new("yearlyTrend", trend.PerYear), new("standardError", trend.PerYearStandardError),
                    .. days is { } known ? new ReasonNumber[] { new("daysToFloor", known) } : []]));
        }

        var served = Math.Min(facts.Coverage ?? 1, facts.Freshness ?? 1);
        if (served < 1)
        {
            var valuable = 1 - value.ProbabilityBelow(limits.ValuableRatio * facts.EvenShare);
            yield return new(DebtClass.UnderCovered, Recommendation.Invest, new(
                "under-covered",
                Text($"It is valuable, and present and fresh in {served:P1} of requests only."),
                Math.Min(valuable, 1 - Above(served, limits.CoverageNeeded, 0.02)),
                [new("coverage", facts.Coverage ?? 1), new("freshness", facts.Freshness ?? 1), new("value", value.Mean)]));
        }
    }

    private static IEnumerable<Reason> Hints(FeatureFacts facts)
    {
        if (facts is not { Kin: { } kin, Twin: null })
            yield break;
        string[] signs =
        [
            .. kin.SameColumn ? ["both are made of the same column, by different expressions"] : Array.Empty<string>(),
            .. kin.TradeOff is { } r ? [Text($"their importances trade off over {kin.Reports} reports (correlation {r:0.00})")] : Array.Empty<string>(),
        ];
        yield return new(
            "perhaps-redundant",
            Text($"{kin.Key} may say the same: {string.Join(", and ", signs)}. That is weaker evidence than a sample; measure one with both before either goes."),
            signs.Length == 2 ? 0.7 : 0.5,
            kin.TradeOff is { } correlation ? [new("tradeOff", correlation), new("reports", kin.Reports)] : []);
    }

    private static IEnumerable<Reason> Unknowns(FeatureFacts facts)
    {
        if (facts.Value is null)
            yield return new("importance-unknown", "No model has reported its importance.", 1, []);
        if (UseIsUnknown(facts))
            yield return new("usage-unknown", "Not every reader has reported its use; what is missing is unknown, not zero.", 1, []);
    }

    private static Reason Worth(ValueEstimate value) => new(
        "worth-its-place",
        Text($"Its value is {Percent(value.Mean)} of all (80 % interval {Percent(value.Lower80)} to {Percent(value.Upper80)})."),
        1,
        [new("value", value.Mean), new("lower80", value.Lower80), new("upper80", value.Upper80)]);

    private static bool UseIsUnknown(FeatureFacts facts) => facts.UsageApplies && facts.ReadsPerDayUpperBound is null;

    private static double Threshold(FeatureFacts facts, Recommendation leads, JudgementLimits limits) =>
        facts.Previous == leads ? limits.LeaveConfidence : limits.EnterConfidence;

    private static double Below(double amount, double limit) => amount <= 0 ? 1 : Normal.CDF(0, 1, Math.Log(limit / amount) / LogSpread);

    private static double Above(double amount, double limit, double spread) => Normal.CDF(0, 1, (amount - limit + spread) / (spread / 1.5));

    private static string Percent(double share) => string.Create(CultureInfo.InvariantCulture, $"{100 * share:G3} %");

    private static string Text(FormattableString sentence) => sentence.ToString(CultureInfo.InvariantCulture);
}
