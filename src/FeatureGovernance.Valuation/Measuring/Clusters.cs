using System.Numerics;

namespace FeatureGovernance.Valuation.Measuring;

/// <summary>Columns that say the same: the representative and those with |Spearman| of at least the threshold to it.</summary>
internal sealed record Cluster(int Representative, int[] Members, double[] Similarities);

/// <summary>Finds redundancy by |Spearman| (Spearman 1904) on mid-ranks of up to 5,000 rows.</summary>
internal static class Clusters
{
    public const double Threshold = 0.95;
    private const int MostRows = 5_000;

    /// <summary>
    /// Leader clustering: columns in the order given; each joins the first representative it resembles, or becomes one. Every member
    /// resembles its representative directly, so chains of weak likeness do not form clusters.
    /// </summary>
    /// <param name="sample">The sample.</param>
    /// <param name="strongestFirst">The columns to cluster, the best representative first.</param>
    public static Cluster[] Of(Sample sample, IReadOnlyList<int> strongestFirst)
    {
        var step = Math.Max(1, (sample.Cells.Rows + MostRows - 1) / MostRows);
        var ranks = strongestFirst.ToDictionary(c => c, c => UnitRanks(sample, c, step));
        var leaders = new List<(int Column, List<int> Members, List<double> Similarities)>();
        foreach (var column in strongestFirst)
        {
            var joined = false;
            foreach (var leader in leaders)
            {
                var similarity = Math.Abs(Dot(ranks[leader.Column], ranks[column]));
                if (similarity < Threshold)
                    continue;
                leader.Members.Add(column);
                leader.Similarities.Add(Math.Min(1, similarity));
                joined = true;
                break;
            }

            if (!joined)
                leaders.Add((column, [column], [1]));
        }

        return [.. leaders.Select(l => new Cluster(l.Column, [.. l.Members], [.. l.Similarities]))];
    }

    private static float[] UnitRanks(Sample sample, int column, int step)
    {
        var values = Enumerable.Range(0, (sample.Cells.Rows + step - 1) / step).Select(i => (double)sample.Cells[i * step, column]).ToArray();
        var ranks = Ranks.Of(values);
        var mean = ranks.Average();
        var norm = Math.Sqrt(ranks.Sum(r => (r - mean) * (r - mean)));
        return [.. ranks.Select(r => norm > 0 ? (float)((r - mean) / norm) : 0)];
    }

    private static double Dot(float[] a, float[] b)
    {
        var sum = Vector<float>.Zero;
        var i = 0;
        for (; i <= a.Length - Vector<float>.Count; i += Vector<float>.Count)
            sum += new Vector<float>(a, i) * new Vector<float>(b, i);
        double total = Vector.Sum(sum);
        for (; i < a.Length; i++)
            total += a[i] * b[i];
        return total;
    }
}
