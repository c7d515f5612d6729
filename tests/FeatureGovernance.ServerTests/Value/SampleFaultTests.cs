using System.Text;
using FeatureGovernance.ServerTests.Fixtures;

namespace FeatureGovernance.ServerTests.Value;

/// <summary>What samples have wrong, and what becomes of it: a precise refusal, or handling that is told.</summary>
public sealed class SampleFaultTests(ApiServer server) : IClassFixture<ApiServer>
{
    [Fact]
    public async Task Columns_that_say_nothing_or_are_not_finite_are_handled_and_told()
    {
        var id = (await SubmitAsync("label=label&ablations=0", Sample(row => row % 50 == 0 ? "inf" : row % 3 == 0 ? "nan" : "1"))).Expect(202).Number("id");

        var view = (await server.MeasuredAsync(id)).ExpectState("succeeded");
        view.Raw.Should().Contain("infinite in 12 rows");
        var features = (await server.Admin.GetAsync($"valuations/{id}/features?limit=100")).Expect(200).Items()
            .ToDictionary(f => f.GetProperty("feature").GetString()!, f => (
                Do: f.GetProperty("recommendation").GetString(), Why: f.GetProperty("reasons")[0].GetProperty("code").GetString(),
                Share: f.GetProperty("share").GetDouble()));
        features["constant"].Should().Be(("deprecate", "constant", 0.0));
        features["empty"].Should().Be(("review", "all-null", 0.0));
        features["signal"].Do.Should().Be("keep");
        features["odd"].Share.Should().BeLessThan(0.05);
        features.Values.Sum(f => f.Share).Should().BeApproximately(1, 1e-9);
    }

    [Theory]
    [InlineData("label=label&group=row", "nothing to order")]
    [InlineData("label=infinite", "infinite")]
    [InlineData("label=empty", "label")]
    [InlineData("label=constant", "one class only")]
    public async Task A_label_or_a_grouping_that_cannot_be_learned_from_is_refused(string query, string reason) =>
        (await SubmitAsync(query, Sample(_ => "1"))).Expect(422).Raw.Should().Contain(reason);

    [Theory]
    [InlineData("")]
    [InlineData("\u0001\u0002,\"\u0003\n,,\"\n\u0004\"")]
    public async Task What_is_no_table_is_refused_without_telling_where_it_was_kept(string body) =>
        (await SubmitAsync("label=label", body)).Expect(422).Raw.Should().StartWith("{").And.NotContain(".sample").And.NotContain("valuations/0");

    [Fact]
    public async Task Ten_thousand_columns_are_measured()
    {
        var random = new Random(4);
        var csv = new StringBuilder("label").AppendJoin("", Enumerable.Range(0, 10_000).Select(c => $",c{c}")).AppendLine();
        for (var row = 0; row < 80; row++)
        {
            var signal = random.Next(100);
            csv.Append(FormattableString.Invariant($"{(signal + random.Next(40) > 70 ? 1 : 0)},{signal}"));
            for (var column = 1; column < 10_000; column++)
                csv.Append(',').Append(random.Next(100));
            csv.AppendLine();
        }

        var id = (await SubmitAsync("label=label&ablations=0", csv.ToString())).Expect(202).Number("id");
        var view = (await server.MeasuredAsync(id)).ExpectState("succeeded");
        view.Body.GetProperty("result").GetProperty("features").GetInt32().Should().Be(10_000);
    }

    private Task<Answer> SubmitAsync(string query, string csv) =>
        server.Admin.SendBytesAsync(HttpMethod.Post, $"valuations?{query}", Encoding.UTF8.GetBytes(csv), "text/csv");

    private static string Sample(Func<int, string> odd)
    {
        var random = new Random(2);
        var csv = new StringBuilder("signal,constant,empty,odd,infinite,row,label\n");
        for (var row = 0; row < 600; row++)
        {
            var signal = random.NextDouble();
            var label = (2 * signal) + random.NextDouble() > 1.5 ? 1 : 0;
            csv.AppendLine(FormattableString.Invariant($"{signal},7,,{odd(row)},{(row == 3 ? "inf" : $"{row % 2}")},{row},{label}"));
        }

        return csv.ToString();
    }
}
