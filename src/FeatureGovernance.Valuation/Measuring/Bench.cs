using FeatureGovernance.Valuation.LightGbm;

namespace FeatureGovernance.Valuation.Measuring;

/// <summary>A fold made ready: binned training rows, held-out cells, the full model and what it achieves.</summary>
internal sealed class Bench : IDisposable
{
    private const int MostTestRows = 5_000;
    private const int MostExplainedRows = 200;
    private const int MostContributions = 10_000_000;

    private readonly Sample sample;
    private readonly double[] predictions;
    private Booster? full;
    private Forest? trees;
    private double[] scores = [];

    public Bench(Sample sample, Trainer trainer, Fold fold)
    {
        this.sample = sample;
        TrainingRows = trainer.Rows(fold.Train);
        Test = Bounded(sample, fold.Test);
        Cells = trainer.Cells(Test);
        Units = sample.Task == ValuationTask.Ranking
            ? [.. Test.Where((row, i) => i == 0 || sample.Groups![row] != sample.Groups[Test[i - 1]])]
            : Test;
        predictions = new double[Test.Length * sample.Classes];
    }

    public Dataset TrainingRows { get; }

    public int[] Test { get; }

    /// <summary>What is judged: the first row of each held-out query, or each held-out row.</summary>
    public int[] Units { get; }

    public float[] Cells { get; }

    /// <summary>What the full model achieves on each held-out query or row.</summary>
    public double[] Full { get; private set; } = [];

    public double FullQuality { get; private set; }

    public double[] Splits { get; private set; } = [];

    public int Iterations { get; private set; } = -1;

    public Booster Model => full ?? throw new InvalidOperationException("The full model was not set.");

    public void SetFull(Booster model, int iterations)
    {
        full?.Dispose();
        full = model;
        Iterations = iterations;
        Full = EachOf(model, iterations);
        FullQuality = Full.Average();
        Splits = model.Splits(iterations);
        (trees, scores) = (null, []);
    }

    public double QualityOf(Booster model, int iterations = -1) => EachOf(model, iterations).Average();

    /// <summary>What a model achieves on each held-out query or row.</summary>
    public double[] EachOf(Booster model, int iterations = -1)
    {
        model.Predict(Cells, predictions, iterations);
        return Quality.Each(sample, Test, predictions);
    }

    /// <summary>The quality lost when the given columns are shuffled together over the held-out rows.</summary>
    public double LossByPermuting(int[] columns, Random random)
    {
        if (columns.All(c => Splits[c] == 0))
            return 0;

        if (trees is null)
        {
            trees = Model.Trees(Iterations);
            scores = new double[predictions.Length];
            trees.Add(trees.All(), Cells, scores, 1);
        }

        var width = sample.Cells.Columns;
        var touched = trees.Using(columns);
        double[] shuffled = [.. scores];
        trees.Add(touched, Cells, shuffled, -1);
        int[] order = [.. Enumerable.Range(0, Test.Length)];
        random.Shuffle(order);
        foreach (var column in columns)
        {
            for (var i = 0; i < order.Length; i++)
                Cells[((long)i * width) + column] = sample.Cells[Test[order[i]], column];
        }

        trees.Add(touched, Cells, shuffled, 1);
        var loss = FullQuality - Quality.Each(sample, Test, Linked(shuffled)).Average();
        foreach (var column in columns)
        {
            for (var i = 0; i < order.Length; i++)
                Cells[((long)i * width) + column] = sample.Cells[Test[i], column];
        }

        return loss;
    }

    /// <summary>
    /// The mean over held-out rows of what columns contribute together, |Σ φ| on the raw scale, summed over classes; in the order given.
    /// Taken together, for trees share what twins say between them by chance.
    /// </summary>
    public double[] Contributions(IReadOnlyList<int[]> together)
    {
        var width = sample.Cells.Columns;
        var values = width + 1;
        var rows = Math.Min(Test.Length, Math.Clamp(MostContributions / (values * sample.Classes), 1, MostExplainedRows));
        int[] explained = [.. Enumerable.Range(0, rows).Select(i => (int)((long)i * Test.Length / rows))];
        var cells = new float[(long)rows * width];
        for (var i = 0; i < rows; i++)
            Array.Copy(Cells, (long)explained[i] * width, cells, (long)i * width, width);
        var found = Model.Contributions(cells, Iterations);
        return [.. together.Select(columns => columns.All(c => Splits[c] == 0) ? 0 : Enumerable.Range(0, rows * sample.Classes)
            .Sum(row => Math.Abs(columns.Sum(c => found[((long)row * values) + c]))) / rows)];
    }

    public void Dispose()
    {
        full?.Dispose();
        TrainingRows.Dispose();
    }

    // From raw scores to what LightGBM predicts, in place.
    private double[] Linked(double[] raw)
    {
        if (sample.Task != ValuationTask.Classification)
            return raw;
        for (var row = 0; row < Test.Length; row++)
        {
            var one = raw.AsSpan(row * sample.Classes, sample.Classes);
            if (one.Length == 1)
            {
                one[0] = 1 / (1 + Math.Exp(-one[0]));
                continue;
            }

            double most = double.NegativeInfinity, sum = 0;
            foreach (var score in one)
                most = Math.Max(most, score);
            foreach (ref var score in one)
                sum += score = Math.Exp(score - most);
            foreach (ref var score in one)
                score /= sum;
        }

        return raw;
    }

    private static int[] Bounded(Sample sample, int[] test)
    {
        if (test.Length <= MostTestRows)
            return test;
        if (sample.Task != ValuationTask.Ranking)
            return [.. Enumerable.Range(0, MostTestRows).Select(i => test[(long)i * test.Length / MostTestRows])];
        var last = MostTestRows;
        while (last < test.Length && sample.Groups![test[last]] == sample.Groups[test[last - 1]])
            last++;
        return test[..last];
    }
}
