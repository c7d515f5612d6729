using FeatureGovernance.Statistics.Forecasting;

namespace FeatureGovernance.Core.Capacity;

/// <summary>What a pool is added up by.</summary>
/// <param name="UnitPrice">Null where unknown: then it is in no sum of money.</param>
public sealed record PoolPlace(string Unit, double? UnitPrice, string? Region, string? Team, string? ResourceClass);

/// <summary>Pools that are added up: everything, a unit, a region, a team or a resource class.</summary>
/// <param name="By"><c>all</c>, <c>unit</c>, <c>region</c>, <c>team</c> or <c>resourceClass</c>.</param>
/// <param name="Name">Which one; <c>money</c> for everything, <c>none</c> for pools that name none.</param>
/// <param name="Members">Indices of the pools.</param>
public sealed record PoolGroup(string By, string Name, IReadOnlyList<int> Members)
{
    /// <summary>True where prices weigh the pools; units are added up as they are.</summary>
    public bool IsInMoney => By != "unit";

    /// <summary>
    /// Everything, then units that several pools share, regions, teams and resource classes by name. A way of grouping that no pool names is
    /// left out; otherwise each holds every pool once, so that its totals add up to everything.
    /// </summary>
    public static IReadOnlyList<PoolGroup> Of(IReadOnlyList<PoolPlace> pools)
    {
        List<PoolGroup> groups = [new("all", "money", [.. Enumerable.Range(0, pools.Count)])];
        groups.AddRange(GroupedBy("unit", pools, pool => pool.Unit).Where(group => group.Members.Count > 1));
        groups.AddRange(GroupedBy("region", pools, pool => pool.Region));
        groups.AddRange(GroupedBy("team", pools, pool => pool.Team));
        groups.AddRange(GroupedBy("resourceClass", pools, pool => pool.ResourceClass));
        return groups;
    }

    private static IEnumerable<PoolGroup> GroupedBy(string by, IReadOnlyList<PoolPlace> pools, Func<PoolPlace, string?> key) => pools.All(
        pool => key(pool) is null)
        ? []
        : Enumerable.Range(0, pools.Count).GroupBy(i => key(pools[i]) ?? "none", StringComparer.Ordinal).OrderBy(group => group.Key, StringComparer.Ordinal)
            .Select(group => new PoolGroup(by, group.Key, [.. group]));
}

/// <summary>Makes the forecasts of pools agree with those of the sums they are in.</summary>
public static class CoherentDemand
{
    private const int FewestSteps = 24;

    /// <summary>The summed histories of groups that are worth a forecast of their own: of several pools that have a past in common.</summary>
    /// <param name="histories">Aligned at their ends.</param>
    public static List<(PoolGroup Group, IReadOnlyList<int> Members, IReadOnlyList<double> Weights, double[] History)> Sums(
        IReadOnlyList<PoolGroup> groups, IReadOnlyList<PoolPlace> places, IReadOnlyList<double[]> histories)
    {
        var sums = new List<(PoolGroup, IReadOnlyList<int>, IReadOnlyList<double>, double[])>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var group in groups)
        {
            var members = group.Members.Where(i => !group.IsInMoney || places[i].UnitPrice > 0).ToArray();
            var weights = Array.ConvertAll(members, i => group.IsInMoney ? places[i].UnitPrice!.Value : 1);
            // One sum under two names tells nothing twice.
            if (members.Length < 2 || !seen.Add($"{group.IsInMoney} {string.Join(',', members)}"))
                continue;
            var length = members.Min(i => histories[i].Length);
            if (length < FewestSteps)
                continue;
            var history = new double[length];
            for (var m = 0; m < members.Length; m++)
            {
                for (var t = 0; t < length; t++)
                    history[t] += weights[m] * histories[members[m]][^(length - t)];
            }

            if (history.Count(double.IsFinite) >= FewestSteps)
                sums.Add((group, members, weights, history));
        }

        return sums;
    }

    /// <summary>The pools' forecasts, moved so that their sums are the best that theirs and the sums' own forecasts say together.</summary>
    public static IReadOnlyList<SeriesForecast> Reconcile(
        IReadOnlyList<SeriesForecast> pools, IReadOnlyList<(IReadOnlyList<int> Members, IReadOnlyList<double> Weights, SeriesForecast Forecast)> sums)
    {
        if (sums.Count == 0)
            return pools;
        var reconciled = GroupedReconciliation.MinimumTrace(
            [.. pools.Select(Node)], [.. sums.Select(sum => new GroupedSum(sum.Members, sum.Weights, Node(sum.Forecast)))]);
        return [.. pools.Select((pool, i) => pool.Moved([.. reconciled[i].Select((mean, h) => mean - pool.Steps[h].Mean)]))];
    }

    private static GroupedNode Node(SeriesForecast forecast) =>
        new([.. forecast.Steps.Select(step => step.Mean)], forecast.PastErrors, (forecast.Steps[0].Upper80 - forecast.Steps[0].Mean) / 1.2816);
}
