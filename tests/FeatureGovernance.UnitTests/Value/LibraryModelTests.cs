using System.Runtime.InteropServices;
using System.Text;
using FeatureGovernance.Core.Value.Importing;
using FeatureGovernance.Valuation;
using FeatureGovernance.Valuation.Measuring;
using MathNet.Numerics.Distributions;

namespace FeatureGovernance.UnitTests.Value;

/// <summary>Models as the libraries themselves write them, against the importance that the libraries themselves state.</summary>
public partial class LibraryModelTests
{
    private const string Native = "lib_lightgbm";
    private const int Gain = 1;

    // Three trees each by XGBoost 1.7.4 on 600 made-up rows, a fifth of "days_since_visit" missing, "never_split" constant. "classes" is pruned
    // (gamma), so that it holds deleted nodes; "categories" splits "country" by sets; "dart" nests its trees one level deeper. The numbers are
    // those of get_score(importance_type='total_gain') of that library; they are sums in single precision.
    [Theory]
    [InlineData("classes.ubj", 194.89846801757812, 43.264312744140625, 81.41263580322266)]
    [InlineData("classes.json", 194.89846801757812, 43.264312744140625, 81.41263580322266)]
    [InlineData("categories.ubj", 194.25796508789062, 66.6380386352539, 224.6951904296875)]
    [InlineData("categories.json", 194.25796508789062, 66.6380386352539, 224.6951904296875)]
    [InlineData("categories.dump.json", 194.25796508789062, 66.6380386352539, 224.6951904296875)]
    [InlineData("dart.ubj", 234.1201171875, 52.45082092285156, 74.39899444580078)]
    public void XGBoost_models_give_the_total_gain_that_the_library_states(string file, double age, double days, double country)
    {
        var values = ValuesOf(EvidenceFormat.Xgboost, Model($"xgboost-1.7.4-{file}"));
        (string, double)[] stated = [("user__age", age), ("days_since_visit", days), ("country", country)];
        foreach (var (feature, gain) in stated)
            values[feature].Should().BeApproximately(gain, 1e-4, feature);
        values.GetValueOrDefault("never_split").Should().Be(0);
    }

    [Fact]
    public void LightGBM_models_give_the_total_gain_that_the_library_states()
    {
        var sample = Mixed();
        using var trainer = new Trainer(sample, 1);
        using var rows = trainer.Rows([.. Enumerable.Range(0, sample.Cells.Rows)]);
        using var model = trainer.Train(rows, Enumerable.Range(0, 4), 20, TestContext.Current.CancellationToken);
        var text = model.Text(20);
        var values = ValuesOf(EvidenceFormat.Lightgbm, Encoding.UTF8.GetBytes(text));
        var stated = LibraryGains(text, 4);
        // LightGBM names columns by number where nobody does.
        for (var column = 0; column < stated.Length; column++)
            values[$"Column_{column}"].Should().BeApproximately(stated[column], 1e-5 * (1 + stated[column]), $"column {column}");
        stated.Take(3).Should().OnlyContain(gain => gain > 0);
        stated[3].Should().Be(0, "it is constant");
    }

    private static Dictionary<string, double> ValuesOf(EvidenceFormat format, byte[] file)
    {
        var (evidence, refusal) = EvidenceFile.Read(format, file, null, null);
        refusal.Should().BeNull();
        return evidence!.Values.ToDictionary(v => v.Name, v => v.Value);
    }

    private static byte[] Model(string name)
    {
        using var stream = typeof(LibraryModelTests).Assembly.GetManifestResourceStream(name)!;
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return bytes.ToArray();
    }

    // Missing values, categories and a constant column.
    private static Sample Mixed()
    {
        const int Rows = 800;
        var random = new Random(5);
        var (cells, labels) = (new float[Rows * 4], new float[Rows]);
        for (var row = 0; row < Rows; row++)
        {
            var (a, b, category) = (Normal.Sample(random, 0, 1), Normal.Sample(random, 0, 1), random.Next(6));
            float[] cellsOfRow = [(float)a, random.Next(5) == 0 ? float.NaN : (float)b, category, 1];
            cellsOfRow.CopyTo(cells, row * 4);
            labels[row] = a - b + (category % 3) + Normal.Sample(random, 0, 1) > 1 ? 1 : 0;
        }

        return new(["a", "b", "category", "still"], new(cells, Rows, 4), [false, false, true, false], labels, [], null, null,
            ValuationTask.Classification, 1, []);
    }

    private static unsafe double[] LibraryGains(string model, int columns)
    {
        LGBM_BoosterLoadModelFromString(model, out _, out var booster).Should().Be(0);
        var gains = new double[columns];
        fixed (double* result = gains)
            LGBM_BoosterFeatureImportance(booster, -1, Gain, result).Should().Be(0);
        LGBM_BoosterFree(booster).Should().Be(0);
        return gains;
    }

    [LibraryImport(Native, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int LGBM_BoosterLoadModelFromString(string model, out int iterations, out nint booster);

    [LibraryImport(Native)]
    private static unsafe partial int LGBM_BoosterFeatureImportance(nint booster, int iterations, int importanceType, double* result);

    [LibraryImport(Native)]
    private static partial int LGBM_BoosterFree(nint booster);
}
