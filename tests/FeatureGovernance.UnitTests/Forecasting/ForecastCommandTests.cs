using System.IO.Compression;
using System.Text;
using FeatureGovernance.Cli;
using FeatureGovernance.Cli.Forecasting;

namespace FeatureGovernance.UnitTests.Forecasting;

public sealed class ForecastCommandTests
{
    private const string Header = "series,period,frequency,type,start_year,start_period,part,index,value\n";

    [Fact]
    public void Rows_become_series_in_the_order_of_the_file()
    {
        var series = Read(Header + "B,yearly,1,X,,,train,1,5\nB,yearly,1,X,,,train,2,6\nB,yearly,1,X,,,test,1,7\nA,monthly,12,X,1990,1,train,1,1e3\n");

        series.Select(one => one.Name).Should().Equal("B", "A");
        series[0].Train.Should().Equal(5, 6);
        series[0].Test.Should().Equal(7);
        series[1].Frequency.Should().Be(12);
        series[1].Train.Should().Equal(1000);
    }

    [Fact]
    public void Columns_may_come_in_any_order_with_others_between()
    {
        var series = Read("value,note,INDEX,part,frequency,series\n3.5,\"a, \"\"b\"\"\",2,train,4,S\n1.5,,1,train,4,S\n");

        series.Should().ContainSingle().Which.Train.Should().Equal(1.5, 3.5);
    }

    [Fact]
    public void Absent_and_empty_values_are_missing()
    {
        var series = Read(Header + "S,q,4,X,,,train,1,1\nS,q,4,X,,,train,2,\nS,q,4,X,,,train,4,NA\nS,q,4,X,,,train,5,2\n");

        series[0].Train.Should().Equal([1, double.NaN, double.NaN, double.NaN, 2], (a, b) => a.Equals(b));
    }

    [Theory]
    [InlineData("", "line 1: the file is empty")]
    [InlineData("series,part\n", "line 1: column frequency is missing")]
    [InlineData("series,frequency,part,index,value,value\n", "line 1: column value occurs twice")]
    [InlineData(Header, "the file has no rows")]
    [InlineData(Header + "S,q,4,X,,,train,20230101,1\n", "line 2: index '20230101' is not a whole number from 1 to 1000000")]
    [InlineData(Header + "S,q,4,X,,,train,202301,1\n", "series S has 1 rows up to index 202301: indexes count from 1, at most 100 to a row")]
    [InlineData(Header + "S,q,4,X,,,train,1,12x\n", "line 2: value '12x' is not a finite number")]
    [InlineData(Header + "S,q,4,X,,,train,1,Infinity\n", "line 2: value 'Infinity' is not a finite number")]
    [InlineData(Header + "S,q,4,X,,,train,1,1\n\nS,q,4,X,,,train,0,1\n", "line 4: index '0' is not a whole number from 1 to 1000000")]
    [InlineData(Header + "S,q,0,X,,,train,1,1\n", "line 2: frequency '0' is not a whole number from 1 to 10000")]
    [InlineData(Header + "S,q,4,X,,,valid,1,1\n", "line 2: part 'valid' is neither train nor test")]
    [InlineData(Header + "S,q,4,X,,,train,1\n", "line 2: 8 fields, the header has 9")]
    [InlineData(Header + "S,q,4,X,,,train,1,1\nS,q,4,X,,,train,1,2\n", "line 3: index 1 occurs twice in the train part of series S")]
    [InlineData(Header + "S,q,4,X,,,train,1,1\nS,q,12,X,,,train,2,2\n", "line 3: frequency 12 differs from 4 in earlier rows of series S")]
    [InlineData(Header + "\"S,q,4,X,,,train,1,1\n", "line 2: field 1 has an unclosed quote")]
    public void Malformed_rows_are_reported_by_line_and_field(string text, string message)
    {
        var act = () => Read(text);

        act.Should().Throw<FormatException>().WithMessage(message);
    }

    [Fact]
    public void A_packed_file_that_breaks_off_is_refused_and_not_read_as_if_it_ended_there()
    {
        var path = Path.Combine(Path.GetTempPath(), $"featgov-{Guid.CreateVersion7():N}.csv.gz");
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Optimal, leaveOpen: true))
        {
            var rows = string.Concat(Enumerable.Range(1, 5_000).Select(t => $"S,q,4,X,,,train,{t},{t * 7919 % 1009}\n"));
            gzip.Write(Encoding.UTF8.GetBytes(Header + rows));
        }

        try
        {
            File.WriteAllBytes(path, packed.ToArray());
            LongSeriesFile.Read(path)[0].Train.Should().HaveCount(5_000);
            File.WriteAllBytes(path, packed.ToArray()[..(int)(packed.Length / 2)]);
            FluentActions.Invoking(() => LongSeriesFile.Read(path))
                .Should().Throw<Exception>().Which.Should().Match(problem => problem is InvalidDataException || problem is FormatException);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void A_file_in_another_encoding_is_refused_and_names_are_not_garbled()
    {
        InFolder(folder =>
        {
            var path = Path.Combine(folder, "latin.csv");
            File.WriteAllBytes(path, Encoding.Latin1.GetBytes(Header + "Café,q,4,X,,,train,1,1\n"));

            FluentActions.Invoking(() => LongSeriesFile.Read(path)).Should().Throw<FormatException>().WithMessage("the file is not UTF-8 text*");
        });
    }

    [Fact]
    public void A_run_that_fails_leaves_the_forecasts_of_the_one_before()
    {
        InFolder(folder =>
        {
            var (good, bad, forecasts) = (Path.Combine(folder, "good.csv"), Path.Combine(folder, "bad.csv"), Path.Combine(folder, "forecasts.csv"));
            var rows = Header + string.Concat(Enumerable.Range(1, 12).Select(t => $"\"S, 1\",q,4,X,,,train,{t},{t % 4 + t}\r\n"));
            File.WriteAllText(good, rows, new UTF8Encoding(encoderShouldEmitUTF8Identifier: true));
            File.WriteAllText(bad, rows + "S,q,4,X,,,train,1\n");
            int Forecast(string file, string to) => ForecastCommand.Create().Parse([file, "--horizon", "3", "--out", to]).Invoke();

            Forecast(good, forecasts).Should().Be(0);
            var written = File.ReadAllText(forecasts);
            Forecast(bad, forecasts).Should().Be(2);
            Forecast(good, folder).Should().Be(2, "a folder cannot be written to");
            Forecast(good, Path.Combine(folder, "none", "forecasts.csv")).Should().Be(2);

            written.Split('\n').Should().HaveCount(5).And.Contain(line => line.StartsWith("\"S, 1\",3,"));
            File.ReadAllText(forecasts).Should().Be(written);
            Directory.GetFileSystemEntries(folder).Should().HaveCount(3, "nothing half-written stays");
            Directory.GetFiles(Path.GetDirectoryName(folder)!, Path.GetFileName(folder) + ".*").Should().BeEmpty();
        });
    }

    private static void InFolder(Action<string> act)
    {
        var folder = Directory.CreateTempSubdirectory("featgov-").FullName;
        try
        {
            act(folder);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static IReadOnlyList<LongSeries> Read(string text) => LongSeriesFile.Read(new StringReader(text));
}
