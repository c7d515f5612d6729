using FeatureGovernance.Valuation.Reading;
using MathNet.Numerics.Distributions;

namespace FeatureGovernance.UnitTests.Value;

/// <summary>A generated classification table in which it is known what each column is worth.</summary>
internal static class KnownTruth
{
    public const int Noise = 40;

    public static Table Table(int rows, int seed, int noise = Noise)
    {
        var random = new Random(seed);
        var columns = new SortedDictionary<string, double[]>(StringComparer.Ordinal);
        double[] Column(string name, Func<int, double> value) => columns[name] = [.. Enumerable.Range(0, rows).Select(value)];
        double Gaussian() => Normal.Sample(random, 0, 1);

        var signals = Enumerable.Range(0, 5).Select(i => Column($"signal_{i}", _ => Gaussian())).ToArray();
        Column("copy_of_signal_0", r => signals[0][r]);
        Column("monotone_of_signal_1", r => Math.Exp(signals[1][r]));
        Column("sum_of_2_and_3", r => signals[2][r] + signals[3][r]);
        var (a, b) = (Column("xor_a", _ => Gaussian()), Column("xor_b", _ => Gaussian()));
        var rare = Column("rare", _ => random.NextDouble() < 0.01 ? random.Next(2) == 0 ? -1 : 1 : 0);
        for (var i = 0; i < noise; i++)
            Column($"noise_{i:00}", i % 4 == 0 ? _ => random.Next(3) : _ => Gaussian());

        var label = Column("label", r =>
        {
            var score = (1.2 * signals.Sum(s => s[r])) + (1.8 * Math.Sign(a[r] * b[r])) + (8 * rare[r]);
            return random.NextDouble() < 1 / (1 + Math.Exp(-score)) ? 1 : 0;
        });
        Column("leak", r => (label[r] * 3) + Gaussian());
        Column("constant", _ => 7);
        Column("empty", _ => double.NaN);
        return new([.. columns.Select(c => new TableColumn(c.Key, c.Value, null, false))], rows, []);
    }
}
