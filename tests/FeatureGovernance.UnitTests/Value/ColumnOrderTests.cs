using System.Globalization;
using FeatureGovernance.Valuation;
using FeatureGovernance.Valuation.Reading;
using MathNet.Numerics.Distributions;

namespace FeatureGovernance.UnitTests.Value;

/// <summary>The engine orders columns by name, so renaming them permutes them for every step, tree growing included.</summary>
public class ColumnOrderTests(ITestOutputHelper output)
{
    private const int Rows = 1500;

    [Fact]
    public void Whatever_the_order_of_the_columns_duplicates_share_credit_and_all_keep_theirs()
    {
        var columns = Columns();
        var names = columns.Keys.Where(name => name != "label").ToArray();
        string[][] orders = [names, [.. names.Reverse()], [.. names.Chunk(3).SelectMany(c => c.Reverse())]];
        var measured = orders.Select(order =>
        {
            var renamed = order.Select((name, place) => (name, New: $"c{place:00}")).ToDictionary(x => x.name, x => x.New);
            var found = ValueEngine.Measure(SampleOf(columns, renamed), new() { Ablations = 0, Repeats = 2 }, null, TestContext.Current.CancellationToken);
            return renamed.ToDictionary(r => r.Key, r => found.Features.Single(f => f.Feature == r.Value));
        }).ToArray();

        foreach (var name in names)
            output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{name} {string.Join("  ", measured.Select(m => $"{m[name].Share:0.0000} ({m[name].Lower80:0.0000}–{m[name].Upper80:0.0000})"))}"));
        foreach (var order in measured)
        {
            // The similarity of a copy is 1 up to the rounding of single precision.
            order["copy_1"].Share.Should().BeApproximately(order["strong"].Share, 1e-6);
            order["copy_2"].Share.Should().BeApproximately(order["strong"].Share, 1e-6);
            order["copy_1"].Permutation.Should().BeApproximately(order["strong"].Permutation, 1e-6);
            order["copy_1"].Shap!.Value.Should().BeApproximately(order["strong"].Shap!.Value, 1e-6);
            foreach (var name in names)
            {
                order[name].Share.Should().BeApproximately(measured[0][name].Share, 0.03, name);
                order[name].Share.Should().BeInRange(measured[0][name].Lower80 * 0.7, measured[0][name].Upper80 * 1.3, name);
            }
        }
    }

    private static SortedDictionary<string, double[]> Columns()
    {
        var random = new Random(8);
        var columns = new SortedDictionary<string, double[]>(StringComparer.Ordinal);
        double[] Column(string name, Func<int, double> value) => columns[name] = [.. Enumerable.Range(0, Rows).Select(value)];
        var strong = Column("strong", _ => Normal.Sample(random, 0, 1));
        var middle = Column("middle", _ => Normal.Sample(random, 0, 1));
        var weak = Column("weak", _ => Normal.Sample(random, 0, 1));
        // In 99 of 100 rows it has its default, and where not it tells much.
        var rare = Column("rare", _ => random.NextDouble() < 0.01 ? 1 : 0);
        Column("copy_1", r => strong[r]);
        Column("copy_2", r => strong[r]);
        for (var i = 0; i < 4; i++)
            Column($"noise_{i}", _ => Normal.Sample(random, 0, 1));
        Column("label", r => random.NextDouble() < 1 / (1 + Math.Exp(-((2 * strong[r]) + middle[r] + (0.7 * weak[r]) + (6 * rare[r])))) ? 1 : 0);
        return columns;
    }

    private static Sample SampleOf(SortedDictionary<string, double[]> columns, Dictionary<string, string> names)
    {
        TableColumn[] renamed = [.. columns.Select(c => new TableColumn(names.GetValueOrDefault(c.Key, c.Key), c.Value, null, false))];
        return SampleBuilder.Build(
            new([.. renamed], Rows, []), new(renamed.Single(c => c.Name == "label")), [], new("label", Task: ValuationTask.Classification));
    }
}
