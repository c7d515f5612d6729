using System.Globalization;
using System.Text;
using FeatureGovernance.ServerTests.Fixtures;

namespace FeatureGovernance.ServerTests.Value;

public sealed class LabelTests(ApiServer server) : IClassFixture<ApiServer>, IAsyncLifetime
{
    private const int Rows = 1_200;

    public async ValueTask InitializeAsync()
    {
        if (await server.QueryAsync<long>("select count(*) from registry.feature") > 0)
            return;
        await server.Admin.OrganisationAsync(["g:a", "g:b"], ["g:a"]);
        foreach (var label in new[] { "g:clicked", "g:never_measured", "g:other" })
            await server.Admin.FeatureAsync(label, "core", kind: "label");
        await server.Admin.ManifestAsync("m1", "v2", ["g:a", "g:b"], "g:clicked");
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task A_valuation_for_a_model_measures_the_label_that_it_trains_on()
    {
        var id = await MeasureAsync("label=y&time=at&labelTime=known&model=m1", Sample());
        var found = (await server.Admin.GetAsync($"valuations/{id}/label")).Expect(200).Body;
        found.GetProperty("label").GetString().Should().Be("g:clicked");
        found.GetProperty("coverage").GetProperty("share").GetDouble().Should().Be(0.9);
        found.GetProperty("delay").GetProperty("median").GetDouble().Should().BeInRange(3600, 7200);
        found.GetProperty("delay").GetProperty("negative").GetInt64().Should().Be(1);
        found.GetProperty("baseRate").GetProperty("changed").GetBoolean().Should().BeFalse();
        found.GetProperty("noise").GetProperty("rate").GetDouble().Should().BeInRange(0.06, 0.2, "a tenth of the labels is wrong");
        found.GetProperty("leaks").GetArrayLength().Should().Be(0, "the column that knows is none of the model's");

        var score = (await server.Admin.GetAsync("labels/g:clicked/score")).Expect(200);
        score.Body.GetProperty("measured").GetProperty("valuation").GetInt32().Should().Be(id);
        score.Body.GetProperty("coverage").GetDouble().Should().Be(0.9, "nothing else was reported");
        score.Items("unknown").Should().BeEmpty();
        score.Items("models").Single().GetProperty("model").GetString().Should().Be("m1");
    }

    [Fact]
    public async Task A_valuation_for_no_model_measures_the_label_named_and_tells_of_leaks()
    {
        var id = await MeasureAsync("label=y&labelKey=g:other", Sample());
        var found = (await server.Admin.GetAsync($"valuations/{id}/label")).Expect(200);
        found.Text("label").Should().Be("g:other");
        found.Items("leaks").Select(l => (l.GetProperty("column").GetString(), l.GetProperty("code").GetString())).Should().Equal(("seen", "too-good"));
        found.Body.TryGetProperty("delay", out _).Should().BeFalse("no times were named");

        var unnamed = await MeasureAsync("label=y", Sample());
        (await server.Admin.GetAsync($"valuations/{unnamed}/label")).Expect(200).Body.TryGetProperty("label", out _).Should().BeFalse();
    }

    [Fact]
    public async Task Labels_are_listed_with_what_was_measured_last()
    {
        await MeasureAsync("label=y&time=at&labelKey=g:clicked", Sample());
        var last = await MeasureAsync("label=y&time=at&labelTime=known&labelKey=g:clicked", Sample());
        var first = (await server.Admin.GetAsync("labels?limit=1")).Expect(200);
        var clicked = first.Items().Single();
        clicked.GetProperty("label").GetString().Should().Be("g:clicked");
        clicked.GetProperty("valuation").GetInt32().Should().BeGreaterThanOrEqualTo(last);
        clicked.GetProperty("models").GetInt32().Should().Be(1);
        clicked.GetProperty("weightServed").GetDouble().Should().BeApproximately(0.75, 1e-9);

        var next = (await server.Admin.GetAsync($"labels?limit=1&cursor={first.Text("nextCursor")}")).Expect(200).Items().Single();
        next.GetProperty("label").GetString().Should().Be("g:never_measured");
        next.TryGetProperty("noise", out _).Should().BeFalse("what was not measured is unknown");
        (await server.Admin.GetAsync("labels?team=nobody")).Expect(200).Items().Should().BeEmpty();
    }

    [Theory]
    [InlineData("labels?limit=0", "limit")]
    [InlineData("labels?cursor=x", "cursor")]
    [InlineData("labels?team=No%20Team", "team")]
    public async Task A_list_of_nothing_is_refused(string path, string field) =>
        (await server.Admin.GetAsync(path)).Expect(400).FaultyFields.Should().Contain(field);

    [Theory]
    [InlineData("label=y&labelKey=g:a", 422, "There is no label 'g:a'")]
    [InlineData("label=y&labelTime=known", 400, "labelTime")]
    [InlineData("label=y&time=at&labelTime=seen", 422, "time stamp")]
    [InlineData("label=y&weight=seen&score=nowhere", 422, "no column 'nowhere'")]
    [InlineData("label=y&weight=at", 422, "must be a column of numbers")]
    [InlineData("label=y&weight=debt", 422, "missing, infinite or negative")]
    [InlineData("group=q", 400, "label")]
    public async Task What_cannot_serve_is_refused_with_the_reason(string query, int status, string reason) =>
        (await SubmitAsync(query, Sample())).Expect(status).Raw.Should().Contain(reason);

    [Fact]
    public async Task Labels_of_unmeasured_and_unknown_valuations_are_not_found()
    {
        var id = (await SubmitAsync("label=y", Sample())).Expect(202).Number("id");
        await server.Admin.PostAsync($"valuations/{id}/cancel", new { });
        (await server.Admin.GetAsync($"valuations/{id}/label")).ExpectProblem(404, "label-not-measured");
        (await server.Admin.GetAsync("valuations/99999/label")).ExpectProblem(404, "unknown-valuation");
    }

    [Fact]
    public async Task Weights_and_the_production_score_are_taken_in()
    {
        var id = await MeasureAsync("label=y&weight=weight&score=seen&ablations=0", Sample());
        var result = (await server.Admin.GetAsync($"valuations/{id}")).Expect(200).Body.GetProperty("result");
        result.GetProperty("scoreQuality").GetDouble().Should().BeGreaterThan(result.GetProperty("quality").GetDouble(), "the score knows the label");
        (await server.Admin.GetAsync($"valuations/{id}/features")).Expect(200).Items().Select(f => f.GetProperty("feature").GetString())
            .Should().NotContain(["weight", "seen"]);
    }

    [Fact]
    public async Task A_LibSVM_body_is_ranked_by_its_queries()
    {
        var random = new Random(2);
        var lines = Enumerable.Range(0, 600).Select(row =>
        {
            var (grade, noise) = (random.Next(3), random.NextDouble());
            return string.Create(CultureInfo.InvariantCulture, $"{grade} qid:{row / 10} 1:{grade + random.NextDouble()} 2:{noise}");
        });
        var id = (await server.Admin.SendBytesAsync(
            HttpMethod.Post, "valuations?ablations=0", Encoding.UTF8.GetBytes(string.Join('\n', lines)), "text/plain")).Expect(202).Number("id");
        var view = (await server.MeasuredAsync(id)).ExpectState("succeeded").Body;
        view.GetProperty("result").GetProperty("metric").GetString().Should().Be("NDCG@10");
        (await server.Admin.SendBytesAsync(HttpMethod.Post, "valuations?weight=w", Encoding.UTF8.GetBytes(string.Join('\n', lines)), "text/plain"))
            .Expect(422).Raw.Should().Contain("no column 'w'");
    }

    [Fact]
    public async Task The_page_lists_labels_and_shows_one()
    {
        await MeasureAsync("label=y&time=at&labelTime=known&labelKey=g:clicked", Sample());
        var page = (await server.Admin.SendAsync(HttpMethod.Get, "/labels?label=g%3Aclicked", null, [("Accept", "text/html")])).Expect(200);
        page.Raw.Should().Contain("g:never_measured").And.Contain("Base rate").And.Contain("The rows most likely mislabelled").And.Contain("older than the event");
    }

    private async Task<int> MeasureAsync(string query, string csv)
    {
        var id = (await SubmitAsync(query, csv)).Expect(202).Number("id");
        (await server.MeasuredAsync(id)).ExpectState("succeeded");
        return id;
    }

    private Task<Answer> SubmitAsync(string query, string csv) =>
        server.Admin.SendBytesAsync(HttpMethod.Post, $"valuations?{query}", Encoding.UTF8.GetBytes(csv), "text/csv");

    // A tenth of the rows has no label, a tenth of the labels is wrong, and one is older than its event.
    private static string Sample()
    {
        var random = new Random(1);
        var csv = new StringBuilder("g__a,b,c,seen,weight,debt,q,at,known,y\n");
        for (var row = 0; row < Rows; row++)
        {
            double a = random.NextDouble(), b = random.NextDouble(), c = random.NextDouble();
            var y = a + b > 1 != random.NextDouble() < 0.1 ? 1 : 0;
            var at = new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc).AddMinutes(10 * row);
            var known = at.AddMinutes(row == 1 ? -30 : random.Next(60, 120));
            csv.AppendLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{a},{b},{c},{(0.9 * y) + (0.1 * random.NextDouble())},{1 + random.Next(3)},{c - 0.5},{row % 3},{at:yyyy-MM-dd HH:mm:ss},{known:yyyy-MM-dd HH:mm:ss},{(row % 10 == 0 ? "" : y)}"));
        }

        return csv.ToString();
    }
}
