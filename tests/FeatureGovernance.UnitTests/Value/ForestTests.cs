using FeatureGovernance.Valuation;
using FeatureGovernance.Valuation.Measuring;
using MathNet.Numerics.Distributions;

namespace FeatureGovernance.UnitTests.Value;

public class ForestTests
{
    private const int Rows = 1500;
    private const int Width = 5;

    [Theory]
    [InlineData(ValuationTask.Regression, 1)]
    [InlineData(ValuationTask.Classification, 1)]
    [InlineData(ValuationTask.Classification, 3)]
    public void Trees_walked_one_by_one_say_what_LightGBM_predicts(ValuationTask task, int classes)
    {
        var sample = Sample(task, classes);
        using var trainer = new Trainer(sample, 1);
        using var rows = trainer.Rows([.. Enumerable.Range(0, Rows)]);
        using var model = trainer.Train(rows, Enumerable.Range(0, Width), 40, TestContext.Current.CancellationToken);
        var trees = model.Trees(25);
        var scores = trees.Scores(sample.Cells.Cells);

        // SHAP values and their base add up to the raw score, so they tell it without the link.
        Raw(sample.Cells.Cells).Zip(scores).Should().OnlyContain(x => Math.Abs(x.First - x.Second) < 1e-9);

        // Where columns change, walking again only what asks for them is enough.
        int[] forward = [.. Enumerable.Range(0, Rows)], backward = [.. Enumerable.Range(0, Rows).Reverse()];
        foreach (var columns in (int[][])[[1], [0, 2, 4]])
        {
            var changed = (float[])sample.Cells.Cells.Clone();
            foreach (var column in columns)
            {
                for (var row = 0; row < Rows; row++)
                    changed[(row * Width) + column] = sample.Cells[backward[row], column];
            }

            var found = trees.Shuffled(columns, sample.Cells.Cells, scores, [forward, backward]);
            found[0].Zip(scores).Should().OnlyContain(x => Math.Abs(x.First - x.Second) < 1e-9);
            found[1].Zip(Raw(changed)).Should().OnlyContain(x => Math.Abs(x.First - x.Second) < 1e-9);
            if (columns.Length > 1)
                found[1].Should().NotEqual(scores);
        }

        double[] Raw(float[] cells)
        {
            var contributions = model.Contributions(cells, 25);
            return [.. Enumerable.Range(0, Rows * classes).Select(i => contributions.AsSpan(i * (Width + 1), Width + 1).ToArray().Sum())];
        }
    }

    // Numbers with missing values, a weak column, categories with a missing one, zeros, and one that is there or not.
    private static Sample Sample(ValuationTask task, int classes)
    {
        var random = new Random(7);
        var cells = new float[Rows * Width];
        var labels = new float[Rows];
        for (var row = 0; row < Rows; row++)
        {
            double a = Normal.Sample(random, 0, 1), weak = Normal.Sample(random, 0, 1);
            var category = random.Next(12);
            var zero = random.Next(3) == 0 ? 0 : Normal.Sample(random, 0, 1);
            cells[row * Width] = random.Next(5) == 0 ? float.NaN : (float)a;
            cells[(row * Width) + 1] = (float)weak;
            cells[(row * Width) + 2] = category == 11 ? float.NaN : category;
            cells[(row * Width) + 3] = (float)zero;
            cells[(row * Width) + 4] = row % 3 == 0 ? float.NaN : 1;
            var score = (row % 3 == 0 ? 0.7 : 0) + a + (0.05 * weak) + (category % 4) + zero + Normal.Sample(random, 0, 0.3);
            labels[row] = task == ValuationTask.Regression ? (float)score : classes == 1 ? (score > 1.5 ? 1 : 0) : score < 0.5 ? 0 : score < 2.5 ? 1 : 2;
        }

        return new(["a", "weak", "category", "zero", "present"], new(cells, Rows, Width), [false, false, true, false, false], labels, [], null, null,
            task, classes, []);
    }
}
