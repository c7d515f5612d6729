using FeatureGovernance.Valuation;
using FeatureGovernance.Valuation.Reading;

namespace FeatureGovernance.UnitTests.Value;

public sealed class SampleFileTests : IDisposable
{
    private readonly string path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName() + "'s.csv");

    [Theory]
    [InlineData("a,b,a,y", "1,2,3,{0}", "occur more than once: 'a'")]
    [InlineData("a,b,y", "1,2,7", "one class only")]
    [InlineData("a,b,z", "1,2,{0}", "no column 'y'")]
    [InlineData("y,t", "{0},2026-01-01", "no column left to value")]
    public void A_file_that_cannot_be_valued_is_refused_by_name(string header, string row, string message) =>
        FluentActions.Invoking(() => Read(header, row, 100)).Should().Throw<SampleException>().WithMessage($"*{message}*");

    [Fact]
    public void Quotes_in_the_names_of_columns_and_of_the_file_are_part_of_the_names() =>
        Read("it's,\"said \"\"so\"\"\",y", "{1},{2},{0}", 100).Features.Should().Equal("it's", "said \"so\"");

    [Fact]
    public void Too_few_rows_are_refused() =>
        FluentActions.Invoking(() => Read("a,y", "{1},{0}", 20)).Should().Throw<SampleException>().WithMessage("*too few*");

    [Fact]
    public void Queries_of_one_row_each_are_refused() =>
        FluentActions.Invoking(() => Read("a,g,y", "{1},{1},{0}", 100, new("y", "g"))).Should().Throw<SampleException>().WithMessage("*nothing to order*");

    [Fact]
    public void Ranking_without_queries_is_refused() =>
        FluentActions.Invoking(() => Read("a,y", "{1},{0}", 100, new("y", Task: ValuationTask.Ranking))).Should().Throw<SampleException>()
            .WithMessage("*--group*");

    [Fact]
    public void An_infinite_value_counts_as_missing_and_is_reported()
    {
        var sample = Read("a,b,y", "{1},{2},{0}", 100);
        sample.Cells.Column(1).Should().ContainInOrder(float.NaN, 1f, 2f);
        sample.Notes.Should().ContainSingle(n => n.Contains("infinite in 10 rows"));
    }

    [Fact]
    public void An_infinite_label_is_refused() =>
        FluentActions.Invoking(() => Read("a,y", "{1},{2}", 100)).Should().Throw<SampleException>().WithMessage("*infinite*");

    [Fact]
    public void Rows_without_a_label_are_left_out_and_reported()
    {
        File.WriteAllLines(path, ["a,y", .. Enumerable.Range(0, 100).Select(i => $"{i},{(i % 10 == 0 ? "" : i % 2)}")]);
        var sample = SampleFile.Read(path, new("y"));
        sample.Labels.Should().HaveCount(90);
        sample.Notes.Should().ContainSingle(n => n.StartsWith("10 of 100 rows have no label"));
    }

    [Fact]
    public void Times_are_left_out_and_text_is_coded()
    {
        var sample = Read("a,when,city,y", "{1},2026-01-01 10:00:00,c{0},{0}", 100);
        sample.Features.Should().Equal("a", "city");
        sample.Categorical.Should().Equal(false, true);
    }

    [Fact]
    public void A_broken_Parquet_file_is_refused()
    {
        File.WriteAllBytes(path, [.. "PAR1"u8, 1, 2, 3, .. "PAR1"u8]);
        FluentActions.Invoking(() => SampleFile.Read(path, new("y"))).Should().Throw<SampleException>().WithMessage("*cannot be read*");
    }

    public void Dispose() => File.Delete(path);

    private Sample Read(string header, string row, int rows, SampleQuestion? question = null)
    {
        File.WriteAllLines(path, [header, .. Enumerable.Range(0, rows).Select(i => string.Format(null, row, i % 2, i, i % 10 == 0 ? "inf" : i))]);
        return SampleFile.Read(path, question ?? new("y"));
    }
}
