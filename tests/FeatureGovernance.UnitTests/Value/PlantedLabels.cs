using FeatureGovernance.Valuation;
using FeatureGovernance.Valuation.Reading;
using MathNet.Numerics.Distributions;

namespace FeatureGovernance.UnitTests.Value;

/// <summary>Generated samples in which it is known which labels are wrong.</summary>
internal static class PlantedLabels
{
    private const int Columns = 6;

    /// <summary>Classes told by the columns, some rows given another class.</summary>
    public static (Sample Sample, HashSet<long> Wrong) OfClasses(int rows, int classes, double noise, int seed)
    {
        var random = new Random(seed);
        var x = Cells(random, rows);
        var truth = x.Select(r => classes == 2
            ? (r[0] + (0.8 * r[1]) - (0.6 * r[2]) + (0.7 * r[3] * r[4]) > 0 ? 1 : 0)
            : Enumerable.Range(0, classes).MaxBy(c => r[c] + (0.5 * r[(c + 3) % Columns]))).ToArray();
        var wrong = new HashSet<long>();
        double[] given = [.. truth.Select((t, i) =>
        {
            if (random.NextDouble() >= noise)
                return t;
            wrong.Add(i + 1);
            return (t + 1 + random.Next(classes - 1)) % classes;
        })];
        return (SampleOf(x, given, ValuationTask.Classification), wrong);
    }

    /// <summary>Numbers told by the columns, some rows given that of another row.</summary>
    public static (Sample Sample, HashSet<long> Wrong) OfNumbers(int rows, double noise, int seed)
    {
        var random = new Random(seed);
        var x = Cells(random, rows);
        double[] truth = [.. x.Select(r => (3 * r[0]) + (2 * r[1] * r[1]) + r[2] + Normal.Sample(random, 0, 0.5))];
        var wrong = new HashSet<long>();
        double[] given = [.. truth.Select((t, i) =>
        {
            if (random.NextDouble() >= noise)
                return t;
            wrong.Add(i + 1);
            return truth[random.Next(rows)];
        })];
        return (SampleOf(x, given, ValuationTask.Regression), wrong);
    }

    /// <summary>A sample of two classes at these times, with label times and further columns as given; a NaN label is missing.</summary>
    public static Sample At(
        double[] times, double[] label, double[]? labelTimes = null, double[]? groups = null, params (string Name, double[] Values, bool IsTime)[] others)
    {
        var random = new Random(1);
        TableColumn Column(string name, double[] values, bool isTime = false) => new(name, values, null, isTime);
        var roles = new Roles(
            Column("y", label), groups is null ? null : Column("g", groups), Column("t", times, isTime: true),
            labelTimes is null ? null : Column("lt", labelTimes, isTime: true));
        TableColumn[] columns =
        [
            Column("x", [.. label.Select(_ => random.NextDouble())]), .. others.Select(o => Column(o.Name, o.Values, o.IsTime)),
            .. ((TableColumn?[])[roles.Label, roles.Group, roles.Time, roles.LabelTime]).OfType<TableColumn>(),
        ];
        return SampleBuilder.Build(new(columns, label.Length, []), roles, [], new("y", Task: ValuationTask.Classification));
    }

    public static Sample With(Sample sample, string name, Func<int, float> value)
    {
        var width = sample.Cells.Columns;
        var cells = new float[sample.Cells.Rows * (width + 1)];
        for (var row = 0; row < sample.Cells.Rows; row++)
        {
            Array.Copy(sample.Cells.Cells, row * width, cells, row * (width + 1), width);
            cells[(row * (width + 1)) + width] = value(row);
        }

        return sample with { Features = sample.Features.Add(name), Categorical = sample.Categorical.Add(false), Cells = new(cells, sample.Cells.Rows, width + 1) };
    }

    private static double[][] Cells(Random random, int rows) =>
        [.. Enumerable.Range(0, rows).Select(_ => Enumerable.Range(0, Columns).Select(_ => Normal.Sample(random, 0, 1)).ToArray())];

    private static Sample SampleOf(double[][] x, double[] label, ValuationTask task)
    {
        var given = new TableColumn("label", label, null, false);
        return SampleBuilder.Build(
            new([.. Enumerable.Range(0, Columns).Select(c => new TableColumn($"x{c}", [.. x.Select(r => r[c])], null, false)), given], x.Length, []),
            new(given), [], new("label", Task: task));
    }
}
