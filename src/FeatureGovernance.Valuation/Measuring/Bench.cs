using FeatureGovernance.Valuation.LightGbm;

namespace FeatureGovernance.Valuation.Measuring;

/// <summary>A fold made ready: binned training rows, held-out cells, the full model and what it achieves.</summary>
internal sealed class Bench : IDisposable
{
    private const int MostTestRows = 5_000;
    private const int MostExplainedRows = 200;
    private const int MostContributions = 10_000_000;

    private readonly Sample sample;
    private readonly Trainer trainer;
    private readonly bool isOwner;
    private readonly double[] predictions;
    private Booster? full;
    private Forest? trees;
    private double[]? scores;

    public Bench(Sample sample, Trainer trainer, Fold fold)
        : this(sample, trainer, fold, trainer.Rows(fold.Train), 0) => isOwner = true;

    private Bench(Sample sample, Trainer trainer, Fold fold, Dataset training, int from)
    {
        (this.sample, this.trainer, Fold, TrainingRows) = (sample, trainer, fold, training);
        Test = Bounded(sample, fold.Test, from);
        Cells = trainer.Cells(Test);
        Units = sample.Task == ValuationTask.Ranking
            ? [.. Test.Where((row, i) => i == 0 || sample.Groups![row] != sample.Groups[Test[i - 1]])]
            : Test;
        predictions = new double[Test.Length * sample.Classes];
    }

    public Fold Fold { get; }

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

    /// <summary>The same fold and full model, judged by held-out rows of which this bench has none; by its own where it has all there are.</summary>
    public Bench Elsewhere()
    {
        var other = new Bench(sample, trainer, Fold, TrainingRows, 1);
        other.Judge(Model, Iterations);
        return other;
    }

    public void SetFull(Booster model, int iterations)
    {
        full?.Dispose();
        Judge(model, iterations);
    }

    private void Judge(Booster model, int iterations)
    {
        full = model;
        Iterations = iterations;
        Full = EachOf(model, iterations);
        FullQuality = Full.Average();
        Splits = model.Splits(iterations);
        (trees, scores) = (null, null);
    }

    public double QualityOf(Booster model, int iterations = -1) => EachOf(model, iterations).Average();

    /// <summary>What a model achieves on each held-out query or row.</summary>
    public double[] EachOf(Booster model, int iterations = -1) => EachOf(model, Cells, iterations);

    /// <summary>The same of a model that knows some columns only, and of the cells it is to be asked with.</summary>
    public double[] EachOf(Booster model, float[] cells, int iterations = -1)
    {
        model.Predict(cells, predictions, iterations);
        return Quality.Each(sample, Test, predictions);
    }

    /// <summary>The quality lost when the given columns are shuffled together over the held-out rows, on average over the draws.</summary>
    public double LossByPermuting(int[] columns, IEnumerable<Random> draws)
    {
        if (columns.All(c => Splits[c] == 0))
            return 0;
        trees ??= Model.Trees(Iterations);
        scores ??= trees.Scores(Cells);
        int[][] orders = [.. draws.Select(random =>
        {
            int[] order = [.. Enumerable.Range(0, Test.Length)];
            random.Shuffle(order);
            return order;
        })];
        return trees.Shuffled(columns, Cells, scores, orders).Average(shuffled => FullQuality - Quality.Each(sample, Test, Linked(shuffled)).Average());
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
        if (!isOwner)
            return;
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

    // Every so many-th row, or whole queries one after the other; the second choice takes others than the first.
    private static int[] Bounded(Sample sample, int[] test, int choice)
    {
        if (test.Length <= MostTestRows)
            return test;
        if (sample.Task != ValuationTask.Ranking)
        {
            var shift = choice * test.Length / MostTestRows / 2;
            return [.. Enumerable.Range(0, MostTestRows).Select(i => test[((long)i * test.Length / MostTestRows) + shift])];
        }

        var first = EndOfQuery(sample, test, MostTestRows);
        return choice == 0 || first == test.Length ? test[..first] : test[first..EndOfQuery(sample, test, Math.Min(test.Length, first + MostTestRows))];
    }

    private static int EndOfQuery(Sample sample, int[] test, int at)
    {
        while (at < test.Length && sample.Groups![test[at]] == sample.Groups[test[at - 1]])
            at++;
        return at;
    }
}
