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

    /// <summary>The raw score of each row: rows × classes.</summary>
    /// <param name="cells">Rows × width.</param>
    public double[] Scores(ReadOnlySpan<float> cells)
    {
        var scores = new double[cells.Length / width * classes];
        for (var row = 0; row < scores.Length / classes; row++)
        {
            for (var tree = 0; tree < trees.Length; tree++)
                scores[(row * classes) + (tree % classes)] += trees[tree].Of(cells.Slice(row * width, width));
        }

        return scores;
    }

    /// <summary>
    /// The raw scores after columns took the values that other rows have there. Only trees that ask for such a column on a row's way down can
    /// answer otherwise, so only those are walked again.
    /// </summary>
    /// <param name="columns">The columns that are shuffled together.</param>
    /// <param name="cells">Rows × width, as they are.</param>
    /// <param name="scores">Their raw scores.</param>
    /// <param name="orders">For each shuffle, the row whose values each row takes.</param>
    /// <returns>For each shuffle, rows × classes.</returns>
    public double[][] Shuffled(int[] columns, ReadOnlySpan<float> cells, double[] scores, int[][] orders)
    {
        var isShuffled = new bool[width];
        foreach (var column in columns)
            isShuffled[column] = true;
        int[] users = [.. Enumerable.Range(0, trees.Length).Where(tree => trees[tree].Columns.Overlaps(columns))];
        double[][] found = [.. orders.Select(_ => (double[])scores.Clone())];
        var (asking, before, changed) = (new int[users.Length], new double[users.Length], new float[width]);
        for (var row = 0; row < scores.Length / classes; row++)
        {
            var count = 0;
            var cellsOfRow = cells.Slice(row * width, width);
            foreach (var tree in users)
            {
                if (trees[tree].Asks(cellsOfRow, isShuffled, out before[count]))
                    asking[count++] = tree;
            }

            if (count == 0)
                continue;
            cellsOfRow.CopyTo(changed);
            for (var shuffle = 0; shuffle < orders.Length; shuffle++)
            {
                var other = orders[shuffle][row] * width;
                foreach (var column in columns)
                    changed[column] = cells[other + column];
                for (var i = 0; i < count; i++)
                    found[shuffle][(row * classes) + (asking[i] % classes)] += trees[asking[i]].Of(changed) - before[i];
            }
        }

        return found;
    }

    private readonly record struct Node(double Threshold, int Column, int Left, int Right, byte Decision);

    private sealed class Tree
    {
        private const int Categorical = 1;
        private const int DefaultLeft = 2;
        private const float Zero = 1e-35f;

        private readonly Node[] nodes;
        private readonly double[] leaves;
        private readonly int[] borders;
        private readonly uint[] categories;

        public Tree(Dictionary<string, string> fields)
        {
            T[] List<T>(string name, Func<string, T> read) =>
                fields.TryGetValue(name, out var text) ? [.. text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(read)] : [];
            var (columns, thresholds) = (List("split_feature", Whole), List("threshold", Real));
            var (decisions, left, right) = (List("decision_type", word => (byte)Whole(word)), List("left_child", Whole), List("right_child", Whole));
            nodes = [.. columns.Select((column, i) => new Node(thresholds[i], column, left[i], right[i], decisions[i]))];
            leaves = List("leaf_value", Real);
            (borders, categories) = (List("cat_boundaries", Whole), List("cat_threshold", word => uint.Parse(word, CultureInfo.InvariantCulture)));
            Columns = [.. columns];
        }

        public HashSet<int> Columns { get; }

        public double Of(ReadOnlySpan<float> row)
        {
            if (nodes.Length == 0)
                return leaves[0];
            var at = 0;
            while (at >= 0)
            {
                ref readonly var node = ref nodes[at];
                at = GoesLeft(node, row[node.Column]) ? node.Left : node.Right;
            }

            return leaves[~at];
        }

        /// <summary>True where some column is asked for on the row's way to its leaf, and what that leaf says.</summary>
        public bool Asks(ReadOnlySpan<float> row, ReadOnlySpan<bool> columns, out double value)
        {
            var (at, asks) = (0, false);
            while (at >= 0)
            {
                ref readonly var node = ref nodes[at];
                asks |= columns[node.Column];
                at = GoesLeft(node, row[node.Column]) ? node.Left : node.Right;
            }

            value = leaves[~at];
            return asks;
        }

        private bool GoesLeft(in Node node, double value)
        {
            if ((node.Decision & Categorical) != 0)
                return value >= 0 && IsListed((int)node.Threshold, (int)value);
            // Bits 2 and 3 tell what counts as missing: 0 nothing, 1 zero, 2 NaN.
            var missing = node.Decision >> 2;
            if (double.IsNaN(value))
            {
                if (missing == 2)
                    return (node.Decision & DefaultLeft) != 0;
                value = 0;
            }

            return missing == 1 && Math.Abs(value) <= Zero ? (node.Decision & DefaultLeft) != 0 : value <= node.Threshold;
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
