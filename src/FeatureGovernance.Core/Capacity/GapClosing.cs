using System.Collections.Immutable;

namespace FeatureGovernance.Core.Capacity;

/// <summary>A thing that could be given up.</summary>
/// <param name="Value">What would be lost, at least 0.</param>
/// <param name="Amount">What would be freed, over 0.</param>
public readonly record struct Saving(double Value, double Amount);

/// <summary>A set that frees enough.</summary>
/// <param name="Chosen">Positions in the list of candidates, rising.</param>
/// <param name="Value">What it loses.</param>
/// <param name="Amount">What it frees.</param>
/// <param name="LowerBound">No set that frees enough loses less than this.</param>
/// <param name="IsExact">True where no set loses less than this one.</param>
public sealed record GapClosure(ImmutableArray<int> Chosen, double Value, double Amount, double LowerBound, bool IsExact);

/// <summary>
/// The minimum knapsack: the set of least value that frees at least what is needed. Begins with the greedy method of Csirik, Frenk, Labbé and
/// Zhang (Acta Cybernetica 10, 1991), which loses at most twice the least, and improves it by branch and bound on the fractional relaxation.
/// </summary>
public static class GapClosing
{
    private const int MostNodes = 1_000_000;

    /// <summary>Null where all candidates together do not free enough.</summary>
    /// <param name="need">What must be freed, over 0.</param>
    /// <param name="mostNodes">How far to search; beyond it the best found is returned with the bound of the relaxation.</param>
    public static GapClosure? Close(IReadOnlyList<Saving> candidates, double need, int mostNodes = MostNodes)
    {
        var order = Enumerable.Range(0, candidates.Count)
            .OrderBy(i => candidates[i].Value / candidates[i].Amount).ThenByDescending(i => candidates[i].Amount).ThenBy(i => i).ToArray();
        var items = Array.ConvertAll(order, i => candidates[i]);
        var relaxation = new Relaxation(items);
        if (relaxation.Bound(0, need) is not { } bound)
            return null;
        var best = Greedy(items, need);
        var (found, finished) = Search(items, relaxation, need, best, mostNodes);
        var chosen = Trim(items, found, need);
        var value = chosen.Sum(i => items[i].Value);
        return new([.. chosen.Select(i => order[i]).Order()], value, chosen.Sum(i => items[i].Amount), finished ? value : Math.Min(bound, value), finished);
    }

    // Each item that would overfill ends one candidate set and is put aside; the cheapest of these sets is at most twice the best.
    private static List<int> Greedy(Saving[] items, double need)
    {
        var small = new List<int>();
        var (smallLength, last, cheapest, spent, lacking) = (0, -1, double.PositiveInfinity, 0.0, need);
        for (var i = 0; i < items.Length; i++)
        {
            if (items[i].Amount < lacking)
            {
                small.Add(i);
                spent += items[i].Value;
                lacking -= items[i].Amount;
            }
            else if (spent + items[i].Value < cheapest)
            {
                (smallLength, last, cheapest) = (small.Count, i, spent + items[i].Value);
            }
        }

        // Rounding may leave the sum of all just short of a need that equals it.
        return last < 0 ? [.. Enumerable.Range(0, items.Length)] : [.. small.Take(smallLength), last];
    }

    private static (List<int> Chosen, bool Finished) Search(Saving[] items, Relaxation relaxation, double need, List<int> best, int mostNodes)
    {
        var least = best.Sum(i => items[i].Value);
        var chain = new List<(int Item, int Before)>();
        var open = new Stack<(int Next, double Value, double Need, int Chain)>();
        open.Push((0, 0, need, -1));
        for (var nodes = 0; open.TryPop(out var node); nodes++)
        {
            if (nodes == mostNodes)
                return (best, false);
            if (node.Need <= 0)
            {
                (least, best) = node.Value < least ? (node.Value, Unwind(chain, node.Chain)) : (least, best);
                continue;
            }

            if (relaxation.Bound(node.Next, node.Need) is not { } rest || node.Value + rest >= least * (1 - 1e-12))
                continue;
            open.Push(node with { Next = node.Next + 1 });
            chain.Add((node.Next, node.Chain));
            var item = items[node.Next];
            open.Push((node.Next + 1, node.Value + item.Value, node.Need - item.Amount, chain.Count - 1));
        }

        return (best, true);
    }

    private static List<int> Unwind(List<(int Item, int Before)> chain, int at)
    {
        var chosen = new List<int>();
        for (; at >= 0; at = chain[at].Before)
            chosen.Add(chain[at].Item);
        return chosen;
    }

    // What is not needed is not given up, even where it would cost nothing.
    private static List<int> Trim(Saving[] items, List<int> chosen, double need)
    {
        var spare = chosen.Sum(i => items[i].Amount) - need;
        var kept = new List<int>();
        foreach (var i in chosen.OrderByDescending(i => items[i].Value).ThenBy(i => items[i].Amount))
        {
            if (items[i].Amount <= spare)
                spare -= items[i].Amount;
            else
                kept.Add(i);
        }

        return kept;
    }

    /// <summary>The bound where the last item may be taken in part; items are in order of value over amount.</summary>
    private sealed class Relaxation
    {
        private readonly Saving[] items;
        private readonly double[] amounts;
        private readonly double[] values;

        public Relaxation(Saving[] items)
        {
            this.items = items;
            amounts = new double[items.Length + 1];
            values = new double[items.Length + 1];
            for (var i = 0; i < items.Length; i++)
            {
                amounts[i + 1] = amounts[i] + items[i].Amount;
                values[i + 1] = values[i] + items[i].Value;
            }
        }

        /// <summary>The least that items from a position on can cost to free an amount; null where they cannot.</summary>
        public double? Bound(int from, double need)
        {
            var target = amounts[from] + need;
            if (target > amounts[^1] * (1 + 1e-12))
                return null;
            var found = Array.BinarySearch(amounts, from, amounts.Length - from, target);
            if (found >= 0)
                return values[found] - values[from];
            var over = Math.Min(~found, amounts.Length - 1);
            var part = Math.Clamp((target - amounts[over - 1]) / items[over - 1].Amount, 0, 1);
            return values[over - 1] - values[from] + (part * items[over - 1].Value);
        }
    }
}
