using System.Globalization;
using System.Text.Json;
using FeatureGovernance.Cli.Drift;
using FeatureGovernance.Core.Drift;

namespace FeatureGovernance.UnitTests.Drift;

public sealed class DetectCommandTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("featgov-detect-").FullName;

    public void Dispose() => Directory.Delete(folder, true);

    [Fact]
    public void An_incident_is_one_line_of_json()
    {
        var busy = Tables.Busy(1);
        var stuck = 0.0;
        var file = Write("values.csv", Enumerable.Range(0, 120 * 24).Select(hour =>
        {
            var value = busy(hour);
            stuck = hour == 90 * 24 ? value : stuck;
            return string.Create(CultureInfo.InvariantCulture, $"{Tables.Start.AddHours(hour):yyyy-MM-dd HH:mm:ss},{(hour / 24 == 90 ? stuck : value)}");
        }).Prepend("at,clicks"));

        var (code, output, errors) = Run([file], "at");

        (code, errors).Should().Be((0, ""));
        var incident = JsonDocument.Parse(output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Should().ContainSingle().Which).RootElement;
        incident.GetProperty("feature").GetString().Should().Be("clicks");
        incident.GetProperty("start").GetString().Should().Be("2025-04-06T00:00:00");
        incident.GetProperty("end").GetString().Should().Be("2025-04-07T00:00:00");
        incident.GetProperty("cause").GetString().Should().Be("dataQuality");
        incident.GetProperty("fault").GetString().Should().Be("stuck");
        incident.GetProperty("causeProbability").GetDouble().Should().BeInRange(0.5, 1);
        incident.GetProperty("score").GetDouble().Should().BePositive();
        incident.GetProperty("kind").GetString().Should().NotBeEmpty();
        incident.GetProperty("evidence").GetArrayLength().Should().BePositive();
    }

    [Theory]
    [InlineData("a,b\n1,2\n", null, "No column of times")]
    [InlineData("a,b\n1,2\n", "c", "no column 'c'")]
    [InlineData("time,b\nsoon,2\n", "time", "hold no time")]
    [InlineData("time\n2025-01-01\n", null, "no column of values")]
    [InlineData("", null, "The file is empty")]
    [InlineData("time,b\n", null, "The file has no rows")]
    [InlineData("time,b\n2025-01-01,1\n2025-01-02,2\nsoon,3\n", null, "1 of 3 rows of column 'time' hold no time, such as 'soon'")]
    [InlineData("time,b\n2025-01-01,1\n2025-01-02,2,9\n2025-01-03,1\n", null, "other numbers of columns than its first line, 'time,b'")]
    [InlineData("a,b\nNaN,1\n0.5,2\n", "a", "1 of 2 rows of column 'a' hold no time, such as 'nan'")]
    public void A_file_without_times_or_values_is_refused_with_the_remedy(string text, string? time, string message)
    {
        var file = Path.Combine(folder, "bad.csv");
        File.WriteAllText(file, text);

        var (code, output, errors) = Run([file], time);

        (code, output).Should().Be((2, ""));
        errors.Should().Contain(message);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(20)]
    public void A_few_rows_tell_nothing_and_are_no_error(int rows)
    {
        var file = Write("few.csv", Enumerable.Range(0, rows).Select(hour => $"{Tables.Start.AddHours(hour):yyyy-MM-dd HH:mm},{hour}.5").Prepend("time,x"));

        Run([file], null).Should().Be((0, "", ""));
    }

    [Fact]
    public void Times_without_end_are_refused()
    {
        var (code, output, errors) = Run([Write("far.csv", ["time,x", "2025-01-01 00:00,1", "9999-12-31 00:00,2"])], null);

        (code, output).Should().Be((2, ""));
        errors.Should().Contain("more than 100000 windows");
    }

    [Fact]
    public void Other_files_are_read_where_one_is_not_there()
    {
        var file = Write("calm.csv", Enumerable.Range(0, 48).Select(hour => $"{Tables.Start.AddHours(hour):yyyy-MM-dd HH:mm},{hour % 5}").Prepend("time,x"));

        var (code, output, errors) = Run([Path.Combine(folder, "none.csv"), file], null);

        (code, output).Should().Be((2, ""));
        errors.Should().Contain("There is no file");
    }

    private static (int Code, string Output, string Errors) Run(string[] files, string? time)
    {
        using StringWriter output = new(), errors = new();
        return (DetectCommand.Run(files, time, WindowLength.Day, null, true, output, errors), output.ToString(), errors.ToString());
    }

    private string Write(string name, IEnumerable<string> lines)
    {
        var path = Path.Combine(folder, name);
        File.WriteAllLines(path, lines);
        return path;
    }
}
