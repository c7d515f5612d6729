namespace FeatureGovernance.Valuation.Labelling;

/// <summary>What confident learning finds.</summary>
/// <param name="Joint">Shares by given class and true class; they sum to 1.</param>
/// <param name="Noise">Their sum off the diagonal.</param>
/// <param name="StandardError">Over folds.</param>
/// <param name="Floor">The share of rows that contradict the models where these are surest, weighted by how often each class is predicted.</param>
/// <param name="Suspects">Rows with the class they likely have, the surest first.</param>
internal sealed record ConfidentNoise(
    double[,] Joint, double Noise, double StandardError, double Floor, (int Row, int Truth, double Probability)[] Suspects);

/// <summary>
/// Label noise by confident learning (Northcutt, Jiang and Chuang 2021, "Confident learning: estimating uncertainty in dataset labels"): a row
/// is counted for a class where its held-out probability reaches the mean of those that were given that class.
/// </summary>
internal static class ConfidentLearning
{
    // The surest rows of a class, for the floor: a tenth, yet enough to count contradictions.
    private const double Surest = 0.1;
    private const int FewestSurest = 50;

    /// <param name="given">The class of each row.</param>
    /// <param name="probabilities">Held out, rows × classes.</param>
    /// <param name="classes">How many there are, at least 2.</param>
    /// <param name="fold">In which fold each row was held out.</param>
    /// <param name="most">The most suspects to tell of.</param>
    public static ConfidentNoise Of(int[] given, double[] probabilities, int classes, int[] fold, int most)
    {
        double P(int row, int c) => probabilities[(row * classes) + c];
        var thresholds = new double[classes];
        for (var c = 0; c < classes; c++)
            thresholds[c] = Enumerable.Range(0, given.Length).Where(r => given[r] == c).Select(r => P(r, c)).DefaultIfEmpty(double.PositiveInfinity).Average();
        var confident = new int[given.Length];
        for (var row = 0; row < given.Length; row++)
        {
            confident[row] = -1;
            for (var c = 0; c < classes; c++)
            {
                if (P(row, c) >= thresholds[c] && (confident[row] < 0 || P(row, c) > P(row, confident[row])))
                    confident[row] = c;
            }
        }

        int[] all = [.. Enumerable.Range(0, given.Length)];
        var joint = Joint(all, given, confident, classes);
        double[] byFold = [.. all.GroupBy(r => fold[r]).Select(f => OffDiagonal(Joint([.. f], given, confident, classes)))];
        var mean = byFold.Average();
        var error = byFold.Length < 2 ? double.NaN : Math.Sqrt(byFold.Sum(f => (f - mean) * (f - mean)) / (byFold.Length - 1) / byFold.Length);
        return new(joint, OffDiagonal(joint), error, FloorOf(all, given, P, classes), Pruned(joint, given, P, classes, most));
    }

    // Counts by given and confident class, each given class scaled to all its rows.
    private static double[,] Joint(int[] rows, int[] given, int[] confident, int classes)
    {
        var counts = new double[classes, classes];
        var sizes = new double[classes];
        foreach (var row in rows)
        {
            sizes[given[row]]++;
            if (confident[row] >= 0)
                counts[given[row], confident[row]]++;
        }

        for (var i = 0; i < classes; i++)
        {
            var counted = 0.0;
            for (var j = 0; j < classes; j++)
                counted += counts[i, j];
            if (counted == 0)
                (counts[i, i], counted) = (1, 1);
            for (var j = 0; j < classes; j++)
                counts[i, j] *= sizes[i] / counted / rows.Length;
        }

        return counts;
    }

    private static double OffDiagonal(double[,] joint)
    {
        var sum = 0.0;
        for (var i = 0; i < joint.GetLength(0); i++)
        {
            for (var j = 0; j < joint.GetLength(1); j++)
                sum += i == j ? 0 : joint[i, j];
        }

        return sum;
    }

    // Where classes do not overlap, only wrong labels contradict (the anchor points of Liu and Tao 2016).
    private static double FloorOf(int[] rows, int[] given, Func<int, int, double> p, int classes)
    {
        var wrong = 0.0;
        foreach (var predicted in rows.GroupBy(r => Enumerable.Range(0, classes).MaxBy(c => p(r, c))))
        {
            var size = predicted.Count();
            var surest = predicted.OrderByDescending(r => p(r, predicted.Key)).Take(Math.Max(FewestSurest, (int)(size * Surest))).ToArray();
            wrong += (double)size / rows.Length * surest.Count(r => given[r] != predicted.Key) / surest.Length;
        }

        return wrong;
    }

    // "Prune by noise rate": of each pair of classes as many as the joint says, those with the widest margin.
    private static (int Row, int Truth, double Probability)[] Pruned(double[,] joint, int[] given, Func<int, int, double> p, int classes, int most)
    {
        var found = new List<(int Row, int Truth, double Margin)>();
        for (var i = 0; i < classes; i++)
        {
            int[] members = [.. Enumerable.Range(0, given.Length).Where(r => given[r] == i)];
            for (var j = 0; j < classes; j++)
            {
                if (i != j)
                {
                    found.AddRange(members.Select(r => (Row: r, Truth: j, Margin: p(r, j) - p(r, i))).Where(s => s.Margin > 0)
                        .OrderByDescending(s => s.Margin).ThenBy(s => s.Row).Take((int)Math.Round(joint[i, j] * given.Length)));
                }
            }
        }

        return
        [
            .. found.GroupBy(s => s.Row).Select(row => row.MaxBy(s => s.Margin)).OrderByDescending(s => s.Margin).ThenBy(s => s.Row)
                .Take(most).Select(s => (s.Row, s.Truth, p(s.Row, s.Truth))),
        ];
    }
}
