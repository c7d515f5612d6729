using FeatureGovernance.Valuation;
using FeatureGovernance.Valuation.Measuring;
using MathNet.Numerics.Distributions;

namespace FeatureGovernance.UnitTests.Value;

public class ShapTests
{
    private const int Rows = 2000;

    [Theory]
    [InlineData(ValuationTask.Classification, 1)]
    [InlineData(ValuationTask.Classification, 3)]
    [InlineData(ValuationTask.Regression, 1)]
    public void Contributions_and_base_add_up_to_the_raw_score(ValuationTask task, int classes)
    {
        var sample = Sample(task, classes);
        using var trainer = new Trainer(sample, 1);
        using var rows = trainer.Rows([.. Enumerable.Range(0, Rows)]);
        using var model = trainer.Train(rows, Enumerable.Range(0, 4), 40, TestContext.Current.CancellationToken);
        foreach (var iterations in new[] { 15, -1 })
        {
            var found = model.Contributions(sample.Cells.Cells, iterations);
            var predicted = new double[Rows * classes];
            model.Predict(sample.Cells.Cells, predicted, iterations);
            for (var row = 0; row < Rows; row++)
            {
                double[] raw = [.. Enumerable.Range(0, classes).Select(k => found.Skip(((row * classes) + k) * 5).Take(5).Sum())];
                double[] linked = task == ValuationTask.Regression ? raw
                    : classes == 1 ? [1 / (1 + Math.Exp(-raw[0]))]
                    : [.. raw.Select(r => Math.Exp(r) / raw.Sum(Math.Exp))];
                predicted[(row * classes)..((row + 1) * classes)].Zip(linked).Should().OnlyContain(x => Math.Abs(x.First - x.Second) < 1e-9);
            }
        }
    }

    [Fact]
    public void Of_a_linear_law_each_column_contributes_its_mean_deviation_and_noise_all_but_nothing()
    {
        var measured = ValueEngine.Measure(Sample(ValuationTask.Regression, 1), new() { Ablations = 0, Repeats = 1 }, null,
            TestContext.Current.CancellationToken);
        var of = measured.Features.ToDictionary(f => f.Feature);

        // E |c x| = c √(2/π) for x ~ N(0, 1); a tree shrinks what it learns of the tails.
        foreach (var (feature, coefficient) in new[] { ("a", 3.0), ("b", 1.0) })
        {
            of[feature].Shap.Should().BeInRange(0.85 * coefficient * Math.Sqrt(2 / Math.PI), 1.1 * coefficient * Math.Sqrt(2 / Math.PI), feature);
            of[feature].ShapStandardError.Should().BeInRange(1e-6, 0.1 * of[feature].Shap!.Value);
        }

        // What two copies say together is shared out between them, whichever the trees took.
        of["copy_of_b"].Shap.Should().Be(of["b"].Shap);
        (of["noise"].Shap!.Value / of["a"].Shap!.Value).Should().BeLessThan(0.05);
    }

    // 3 a + b + a little noise; b is there twice, so that together both contribute b twice over.
    private static Sample Sample(ValuationTask task, int classes)
    {
        var random = new Random(3);
        var cells = new float[Rows * 4];
        var labels = new float[Rows];
        for (var row = 0; row < Rows; row++)
        {
            double a = Normal.Sample(random, 0, 1), b = Normal.Sample(random, 0, 1);
            (cells[row * 4], cells[(row * 4) + 1], cells[(row * 4) + 2], cells[(row * 4) + 3]) = ((float)a, (float)b, (float)b, (float)Normal.Sample(random, 0, 1));
            var score = (3 * a) + (2 * b) + Normal.Sample(random, 0, 0.3);
            labels[row] = task == ValuationTask.Regression ? (float)score : classes == 1 ? (score > 0 ? 1 : 0) : score < -2 ? 0 : score < 2 ? 1 : 2;
        }

        return new(["a", "b", "copy_of_b", "noise"], new(cells, Rows, 4), [false, false, false, false], labels, [], null, null, task, classes, []);
    }
}
