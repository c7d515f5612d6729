using System.Collections.Immutable;

namespace FeatureGovernance.Core.Capacity;

/// <summary>Turns futures of a pool into what a plan says of it.</summary>
public static class PoolOutlook
{
    /// <summary>Applies changes to futures in place, and tells what each did to the mean of each step.</summary>
    public static double[][] Change(double[][] demand, IReadOnlyList<DemandChange> changes, TimeStep[] steps)
    {
        var effects = new double[changes.Count][];
        for (var k = 0; k < changes.Count; k++)
        {
            effects[k] = new double[steps.Length];
            var byStep = Array.ConvertAll(steps, changes[k].At);
            foreach (var path in demand)
            {
                for (var h = 0; h < steps.Length; h++)
                {
                    var changed = byStep[h].Of(path[h]);
                    effects[k][h] += (changed - path[h]) / demand.Length;
                    path[h] = changed;
                }
            }
        }

        return effects;
    }

    /// <summary>The pool in every period.</summary>
    /// <param name="demand">Per future and step, the mean per day.</param>
    /// <param name="supply">The same; null where unknown.</param>
    /// <param name="effects">Per change and step, as <see cref="Change"/> told.</param>
    /// <param name="totals">Those that the pool is added to, future by future.</param>
    public static ImmutableArray<PeriodOutlook> Of(
        PoolTerms terms, TimeStep[] steps, double[][] demand, double[][]? supply, IReadOnlyList<(string Label, double[] ByStep)> effects,
        ImmutableArray<Period> periods, IReadOnlyList<TotalOutlook> totals)
    {
        var risks = supply is null ? null : RiskByStep(terms, demand, supply, steps.Length);
        var outlook = ImmutableArray.CreateBuilder<PeriodOutlook>(periods.Length);
        for (var p = 0; p < periods.Length; p++)
        {
            var period = periods[p];
            var days = Array.ConvertAll(steps, step => step.DaysIn(period));
            var (first, last) = (Array.FindIndex(days, d => d > 0), Array.FindLastIndex(days, d => d > 0));
            var sums = Sums(terms, days, first, last, demand, supply);
            var firstDay = risks is null ? null : FirstDay(risks, terms.Risk, steps, first, last, period);
            foreach (var total in totals)
                total.Add(p, sums, firstDay, terms.UnitPrice);
            var described = Describe(terms, period, sums, firstDay,
                [.. effects.Select(effect => new Effect(effect.Label, Weigh(effect.ByStep, days, first, last)))]);
            foreach (var total in totals)
                total.AddGap(p, described.Cost?.Gap);
            outlook.Add(described);
        }

        return outlook.MoveToImmutable();
    }

    private static PeriodSums Sums(PoolTerms terms, int[] days, int first, int last, double[][] demand, double[][]? supply)
    {
        var sums = new PeriodSums(demand.Length, supply is not null);
        for (var i = 0; i < demand.Length; i++)
        {
            for (var h = first; h <= last; h++)
            {
                sums.Demand[i] += demand[i][h] * days[h];
                if (supply is null)
                    continue;
                sums.Supply![i] += supply[i][h] * days[h];
                var lacking = Lacking(terms, demand[i][h], supply[i][h]);
                sums.Lacking[i] += lacking * days[h];
                sums.Peak[i] = Math.Max(sums.Peak[i], lacking);
            }
        }

        return sums;
    }

    private static PeriodOutlook Describe(
        PoolTerms terms, Period period, PeriodSums sums, DateOnly? firstDay, ImmutableArray<Effect> effects)
    {
        var headroom = sums.Supply is null ? null : PeriodSums.Headroom(sums.Demand, sums.Supply);
        var demand = Figure.Of(sums.Demand);
        var supply = sums.Supply is null ? null : Figure.Of(sums.Supply);
        Shortfall? shortfall = null;
        if (supply is not null)
        {
            var probability = sums.Peak.Count(lacking => lacking > 0) / (double)sums.Peak.Length;
            shortfall = new(probability, Figure.Of(sums.Lacking), firstDay, ToAdd(sums.Peak, terms.Risk));
        }

        return new()
        {
            Period = period.Name,
            From = period.First,
            To = period.Last,
            Demand = demand,
            Supply = supply,
            Headroom = headroom,
            Shortfall = shortfall,
            Cost = terms.UnitPrice is { } price
                ? new(new(demand.P10 * price, demand.P50 * price, demand.P90 * price, demand.Mean * price), supply?.P50 * price,
                    shortfall?.ToAdd * period.Days * price)
                : null,
            Effects = effects,
        };
    }

    // The least that leaves as many futures short as are accepted, and no more; the peaks are sorted in place.
    private static double ToAdd(double[] peaks, double risk)
    {
        Array.Sort(peaks);
        return peaks[peaks.Length - 1 - (int)(risk * peaks.Length + 1e-9)];
    }

    // A trifle of rounding lacks nothing.
    private static double Lacking(PoolTerms terms, double demand, double supply)
    {
        var required = demand * (1 + terms.Headroom);
        return required - supply > 1e-9 * required ? required - supply : 0;
    }

    private static double[] RiskByStep(PoolTerms terms, double[][] demand, double[][] supply, int steps)
    {
        var risks = new double[steps];
        for (var h = 0; h < steps; h++)
        {
            var isShort = 0;
            for (var i = 0; i < demand.Length; i++)
                isShort += Lacking(terms, demand[i][h], supply[i][h]) > 0 ? 1 : 0;
            risks[h] = isShort / (double)demand.Length;
        }

        return risks;
    }

    private static DateOnly? FirstDay(double[] risks, double accepted, TimeStep[] steps, int first, int last, Period period)
    {
        for (var h = first; h <= last; h++)
        {
            if (risks[h] > accepted)
                return steps[h].First > period.First ? steps[h].First : period.First;
        }

        return null;
    }

    private static double Weigh(double[] byStep, int[] days, int first, int last)
    {
        var sum = 0.0;
        for (var h = first; h <= last; h++)
            sum += byStep[h] * days[h];
        return sum;
    }
}

/// <summary>Per future, what a period comes to.</summary>
internal sealed class PeriodSums(int futures, bool hasSupply)
{
    public double[] Demand { get; } = new double[futures];

    public double[]? Supply { get; } = hasSupply ? new double[futures] : null;

    /// <summary>Unit-days lacking.</summary>
    public double[] Lacking { get; } = new double[futures];

    /// <summary>The most that is lacking per day in any step.</summary>
    public double[] Peak { get; } = new double[futures];

    /// <summary>Median of supply over demand less 1, future by future: to be asked before either is sorted. Null where demand may be 0.</summary>
    public static double? Headroom(double[] demand, double[] supply)
    {
        if (demand.Any(value => value <= 0))
            return null;
        var ratios = new double[demand.Length];
        for (var i = 0; i < ratios.Length; i++)
            ratios[i] = (supply[i] / demand[i]) - 1;
        return Figure.Of(ratios).P50;
    }
}
