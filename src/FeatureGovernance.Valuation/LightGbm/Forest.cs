using System.Globalization;

namespace FeatureGovernance.Valuation.LightGbm;

/// <summary>
/// A trained ensemble, tree by tree, so that where few columns change only the trees that split on them are walked again. It decides as
/// LightGBM does (Tree::NumericalDecision and Tree::CategoricalDecision of LightGBM 4), and its sums are raw scores, before any link.
/// </summary>
internal sealed class Forest
{
    private readonly Tree[] trees;
    private readonly int width;
    private readonly int classes;

    private Forest(Tree[] trees, int width, int classes) => (this.trees, this.width, this.classes) = (trees, width, classes);

    /// <summary>Reads the text that LightGBM's <c>save_model</c> writes.</summary>
    public static Forest Of(string model, int width, int classes)
    {
        var trees = new List<Tree>();
        Dictionary<string, string>? fields = null;
        foreach (var range in model.AsSpan().Split('\n'))
        {
            var line = model.AsSpan(range).TrimEnd('\r');
            var at = line.IndexOf('=');
            var begins = line.StartsWith("Tree=");
            if ((begins || line is "end of trees") && fields is not null)
                trees.Add(new(fields));
            if (begins)
                fields = new(StringComparer.Ordinal);
            else if (line is "end of trees")
                break;
            else if (at > 0 && fields is not null)
                fields[line[..at].ToString()] = line[(at + 1)..].ToString();
        }

        return new([.. trees], width, classes);
    }

    /// <summary>Which trees split on any of the columns.</summary>
    public int[] Using(IReadOnlyCollection<int> columns) => [.. Enumerable.Range(0, trees.Length).Where(t => trees[t].Columns.Overlaps(columns))];

    /// <summary>All trees.</summary>
    public int[] All() => [.. Enumerable.Range(0, trees.Length)];

    /// <summary>Adds what some trees say of each row, times a sign, to the raw scores.</summary>
    /// <param name="which">The trees, by number.</param>
    /// <param name="cells">Rows × width.</param>
    /// <param name="scores">Rows × classes.</param>
    /// <param name="sign">1, or −1 to take away.</param>
    public void Add(int[] which, ReadOnlySpan<float> cells, Span<double> scores, double sign)
    {
        var rows = scores.Length / classes;
        foreach (var tree in which)
        {
            var (one, k) = (trees[tree], tree % classes);
            for (var row = 0; row < rows; row++)
                scores[(row * classes) + k] += sign * one.Of(cells.Slice(row * width, width));
        }
    }

    private sealed class Tree
    {
        private const int Categorical = 1;
        private const int DefaultLeft = 2;
        private const float Zero = 1e-35f;

        private readonly int[] columns;
        private readonly double[] thresholds;
        private readonly byte[] decisions;
        private readonly int[] left;
        private readonly int[] right;
        private readonly double[] leaves;
        private readonly int[] borders;
        private readonly uint[] categories;

        public Tree(Dictionary<string, string> fields)
        {
            T[] List<T>(string name, Func<string, T> read) =>
                fields.TryGetValue(name, out var text) ? [.. text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(read)] : [];
            (columns, thresholds, decisions) = (List("split_feature", Whole), List("threshold", Real), List("decision_type", word => (byte)Whole(word)));
            (left, right, leaves) = (List("left_child", Whole), List("right_child", Whole), List("leaf_value", Real));
            (borders, categories) = (List("cat_boundaries", Whole), List("cat_threshold", word => uint.Parse(word, CultureInfo.InvariantCulture)));
            Columns = [.. columns];
        }

        public HashSet<int> Columns { get; }

        public double Of(ReadOnlySpan<float> row)
        {
            if (columns.Length == 0)
                return leaves[0];
            var node = 0;
            while (node >= 0)
                node = GoesLeft(node, row[columns[node]]) ? left[node] : right[node];
            return leaves[~node];
        }

        private bool GoesLeft(int node, double value)
        {
            var decision = decisions[node];
            if ((decision & Categorical) != 0)
                return value >= 0 && IsListed((int)thresholds[node], (int)value);
            // Bits 2 and 3 tell what counts as missing: 0 nothing, 1 zero, 2 NaN.
            var missing = decision >> 2;
            if (double.IsNaN(value))
            {
                if (missing == 2)
                    return (decision & DefaultLeft) != 0;
                value = 0;
            }

            return missing == 1 && Math.Abs(value) <= Zero ? (decision & DefaultLeft) != 0 : value <= thresholds[node];
        }

        private static int Whole(string word) => int.Parse(word, CultureInfo.InvariantCulture);

        // A split of what is missing from all else has an infinite threshold, which C spells in its own way.
        private static double Real(string word) => word switch
        {
            "inf" => double.PositiveInfinity,
            "-inf" => double.NegativeInfinity,
            _ => double.Parse(word, CultureInfo.InvariantCulture),
        };

        private bool IsListed(int set, int category)
        {
            var word = borders[set] + (category / 32);
            return word < borders[set + 1] && (categories[word] >> (category % 32) & 1) != 0;
        }
    }
}
