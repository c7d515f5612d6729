using System.Collections.Immutable;

namespace FeatureGovernance.Core.Capacity;

/// <summary>
/// The sum of several pools, in money or in the unit that they share, future by future: in each future the total is exactly the sum of its
/// parts, so that means add up and intervals are those of the sum.
/// </summary>
/// <param name="by">What pools are grouped by.</param>
/// <param name="name">What is added up.</param>
/// <param name="inMoney">True to weigh each pool by its price; pools without one are then left out.</param>
public sealed class TotalOutlook(string by, string name, bool inMoney, ImmutableArray<Period> periods, int futures)
{
    private readonly double[][] demand = Rows(periods.Length, futures);
    private readonly double[][] supply = Rows(periods.Length, futures);
    private readonly double[][] lacking = Rows(periods.Length, futures);
    private readonly bool[][] isShort = [.. Enumerable.Range(0, periods.Length).Select(_ => new bool[futures])];
    private readonly double[] gaps = new double[periods.Length];
    private readonly DateOnly?[] firstDays = new DateOnly?[periods.Length];
    private readonly Dictionary<string, double>?[] drivers = new Dictionary<string, double>?[periods.Length];
    private int pools;
    private int pricedPools;
    private int suppliedPools;

    /// <summary>What pools are grouped by.</summary>
    public string By => by;

    /// <summary>What is added up.</summary>
    public string Name => name;

    /// <summary>How many pools are in it.</summary>
    public int Pools => inMoney ? pricedPools : pools;

    /// <summary>True where some pool has been left out for want of a price.</summary>
    public bool IsPartial => inMoney && pricedPools < pools;

    internal void Add(int period, PeriodSums sums, DateOnly? firstDay, double? price)
    {
        if (period == 0)
        {
            pools++;
            pricedPools += price is null ? 0 : 1;
            suppliedPools += sums.Supply is null || (inMoney && price is null) ? 0 : 1;
        }

        if ((inMoney ? price : 1) is not { } weight)
            return;
        if (firstDay is not null && (firstDays[period] is null || firstDay < firstDays[period]))
            firstDays[period] = firstDay;
        for (var i = 0; i < futures; i++)
        {
            demand[period][i] += weight * sums.Demand[i];
            lacking[period][i] += weight * sums.Lacking[i];
            isShort[period][i] |= sums.Peak[i] > 0;
            if (sums.Supply is not null)
                supply[period][i] += weight * sums.Supply[i];
        }
    }

    /// <summary>Adds what closing a pool's gap costs.</summary>
    internal void AddGap(int period, double? cost) => gaps[period] += cost ?? 0;

    /// <summary>Adds what a pool's demand comes from; to be asked after the pool was added.</summary>
    public void AddDrivers(int period, IEnumerable<Driver> parts, double? price)
    {
        if ((inMoney ? price : 1) is not { } weight)
            return;
        var sums = drivers[period] ??= [];
        foreach (var part in parts)
            sums[part.Name] = sums.GetValueOrDefault(part.Name) + weight * part.Amount;
    }

    /// <summary>
    /// The total in every period. Its supply is told only where that of every pool is known; its
    /// shortfall is that any pool is short. To be asked once.
    /// </summary>
    public ImmutableArray<PeriodOutlook> Describe() => [.. periods.Select(Describe)];

    private PeriodOutlook Describe(Period period, int p)
    {
        var isKnown = suppliedPools == Pools;
        // Future by future, before anything is sorted.
        var headroom = isKnown ? PeriodSums.Headroom(demand[p], supply[p]) : null;
        var wanted = Figure.Of(demand[p]);
        var there = isKnown ? Figure.Of(supply[p]) : null;
        return new()
        {
            Period = period.Name,
            From = period.First,
            To = period.Last,
            Demand = wanted,
            Supply = there,
            Headroom = headroom,
            Shortfall = suppliedPools == 0 ? null : new(isShort[p].Count(one => one) / (double)futures, Figure.Of(lacking[p]), firstDays[p], null),
            Cost = inMoney ? new(wanted, there?.P50, suppliedPools == 0 ? null : gaps[p]) : null,
            Effects = [],
            Drivers = Drivers(p),
        };
    }

    private ImmutableArray<Driver>? Drivers(int period)
    {
        if (drivers[period] is not { } sums)
            return null;
        var all = sums.Values.Sum();
        return [.. sums.Select(one => new Driver(one.Key, one.Value, all != 0 ? one.Value / all : null))];
    }

    private static double[][] Rows(int count, int length) => [.. Enumerable.Range(0, count).Select(_ => new double[length])];
}
