using System.Text.Json;
using FeatureGovernance.Cli;
using FeatureGovernance.Statistics.Sketches;

namespace FeatureGovernance.UnitTests.Sketches;

public sealed class SketchCommandTests : IDisposable
{
    private static readonly string[] Fields = ["file", "kind", "n", "estimate", "lowerBound", "upperBound", "min", "max", "median", "items"];

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("featgov-sketch-");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public void A_quantile_sketch_prints_its_length_ends_and_median()
    {
        var sketch = new KllSketch<double>(SketchItems.Doubles);
        for (var i = 1; i <= 99; i++)
            sketch.Update(i / 4.0);
        var line = Run(Save("a.sk", sketch.ToBytes())).Lines.Single();
        line.EnumerateObject().Select(property => property.Name).Should().Equal(Fields);
        line.GetProperty("kind").GetString().Should().Be("kll_double");
        line.GetProperty("n").GetInt64().Should().Be(99);
        line.GetProperty("median").GetDouble().Should().Be(12.5);
        line.GetProperty("items").ValueKind.Should().Be(JsonValueKind.Null);
    }

    [Fact]
    public void A_distinct_sketch_prints_its_estimate_between_its_bounds()
    {
        var sketch = new HllSketch(12, HllKind.Hll6);
        for (var i = 0L; i < 9000; i++)
            sketch.Update(i);
        var line = Run(Save("a.sk", sketch.ToBytes())).Lines.Single();
        line.GetProperty("kind").GetString().Should().Be("hll6");
        line.GetProperty("estimate").GetDouble().Should().BeInRange(line.GetProperty("lowerBound").GetDouble(), line.GetProperty("upperBound").GetDouble());
        line.GetProperty("n").ValueKind.Should().Be(JsonValueKind.Null);
    }

    [Fact]
    public void Frequent_items_are_printed_heaviest_first()
    {
        var sketch = new FrequentItemsSketch<string>(SketchItems.Strings, 6);
        sketch.Update("rare");
        sketch.Update("häufig", 5);
        var line = Run(Save("a.sk", sketch.ToBytes())).Lines.Single();
        line.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("item").GetString()).Should().Equal("häufig", "rare");
        line.GetProperty("n").GetInt64().Should().Be(6);
    }

    [Fact]
    public void A_file_that_is_no_sketch_is_named_with_the_reason_and_the_others_are_printed()
    {
        var (good, bad) = (Save("good.sk", new HllSketch().ToBytes()), Save("bad.sk", [1, 2, 3, 4, 5, 6, 7, 8, 9]));
        var (exitCode, lines, errors) = Run(bad, good, Path.Combine(folder.FullName, "absent.sk"));
        exitCode.Should().Be(2);
        lines.Single().GetProperty("file").GetString().Should().Be(good);
        errors.Should().Contain($"{bad}: The family is 3").And.Contain("absent.sk");
    }

    [Fact]
    public void The_file_name_decides_what_the_bytes_leave_open()
    {
        var sketch = new KllSketch<long>(SketchItems.Longs);
        sketch.Update(0);
        var names = new[] { "my_long_values.sk", "my_doubles.sk", "x.sk" }.Select(name => Save(name, sketch.ToBytes())).ToArray();
        Run(names).Lines.Select(line => line.GetProperty("kind").GetString()).Should().Equal("kll_long", "kll_double", "kll_double");
        Run(SketchKind.KllLong, names[2]).Lines.Single().GetProperty("kind").GetString().Should().Be("kll_long");
    }

    [Fact]
    public void Infinity_is_printed_as_a_string()
    {
        var sketch = new KllSketch<float>(SketchItems.Floats);
        sketch.Update(float.PositiveInfinity);
        sketch.Update(1.5f);
        var line = Run(Save("a.sk", sketch.ToBytes())).Lines.Single();
        line.GetProperty("min").GetSingle().Should().Be(1.5f);
        line.GetProperty("max").GetString().Should().Be("Infinity");
    }

    private string Save(string name, byte[] bytes)
    {
        var path = Path.Combine(folder.FullName, name);
        File.WriteAllBytes(path, bytes);
        return path;
    }

    private static (int ExitCode, JsonElement[] Lines, string Errors) Run(params string[] files) => Run(null, files);

    private static (int ExitCode, JsonElement[] Lines, string Errors) Run(SketchKind? kind, params string[] files)
    {
        using var output = new StringWriter();
        using var errors = new StringWriter();
        var exitCode = SketchCommand.Run(files, kind, output, errors);
        var lines = output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement).ToArray();
        return (exitCode, lines, errors.ToString());
    }
}
