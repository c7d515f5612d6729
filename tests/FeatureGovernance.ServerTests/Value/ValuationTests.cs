using System.Text;
using FeatureGovernance.ServerTests.Fixtures;

namespace FeatureGovernance.ServerTests.Value;

public sealed class ValuationTests(ApiServer server) : IClassFixture<ApiServer>, IAsyncLifetime
{
    public async ValueTask InitializeAsync()
    {
        // The class shares one database, whichever test comes first.
        if (await server.QueryAsync<long>("select count(*) from registry.feature") == 0)
            await server.Admin.OrganisationAsync(["g:a", "g:b", "g:c"], ["g:a"]);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task What_is_measured_is_evidence_once_however_often_the_job_runs()
    {
        var id = (await SubmitAsync("label=label&model=m1&version=v1&ablations=9", Sample())).Expect(202).Number("id");
        await server.MeasuredAsync(id);
        await server.MeasuredAsync(id);

        var view = (await server.Admin.GetAsync($"valuations/{id}")).Expect(200).Body;
        view.GetProperty("state").GetString().Should().Be("succeeded");
        view.GetProperty("result").GetProperty("features").GetInt32().Should().Be(3, "stranger is no feature of the model");
        var features = (await server.Admin.GetAsync($"valuations/{id}/features?limit=2")).Expect(200).Body;
        features.GetProperty("items")[0].GetProperty("key").GetString().Should().Be("g:a");
        (await server.QueryAsync<long>("select count(*) from telemetry.importance where method in (0, 1, 2)"))
            .Should().Be(9, "permutation, ablation and SHAP of three features");
        (await server.QueryAsync<long>($"select count(*) from audit.event where action = 'valuation.measured' and subject_id = {id}")).Should().Be(1);
    }

    [Theory]
    [InlineData("label=nowhere", "There is no column 'nowhere'")]
    [InlineData("label=one", "one class only")]
    [InlineData("label=label&group=twin", "groups are too few")]
    [InlineData("label=label&model=m1&version=v7", "no version 'v7'")]
    [InlineData("label=label&model=m9", "no model 'm9'")]
    [InlineData("label=label&path=../secret.csv", "no such file")]
    public async Task What_cannot_be_measured_is_refused_with_the_reason(string query, string reason) =>
        (await SubmitAsync(query, Sample())).Expect(422).Raw.Should().Contain(reason);

    [Fact]
    public async Task Repeated_names_and_bodies_that_are_no_table_are_refused()
    {
        (await SubmitAsync("label=label", "a,a,label\n1,2,1\n")).Expect(422).Raw.Should().Contain("unique");
        (await SubmitAsync("label=label", "PAR1 and then nothing")).Expect(422);
        (await SubmitAsync("label=label", "")).Expect(422);
        (await SubmitAsync("task=guessing", "")).Expect(400);
    }

    [Fact]
    public async Task One_that_is_cancelled_before_it_begins_never_begins()
    {
        var id = (await SubmitAsync("label=label", Sample())).Expect(202).Number("id");
        (await server.Admin.PostAsync($"valuations/{id}/cancel", new { })).Expect(202);
        (await server.MeasuredAsync(id)).Text("state").Should().Be("cancelled");
        (await server.Admin.PostAsync($"valuations/{id}/cancel", new { })).ExpectProblem(409, "valuation-ended");
    }

    private Task<Answer> SubmitAsync(string query, string csv) =>
        server.Admin.SendBytesAsync(HttpMethod.Post, $"valuations?{query}", Encoding.UTF8.GetBytes(csv), "text/csv");

    private static string Sample()
    {
        var random = new Random(1);
        var csv = new StringBuilder("g__a,b,c,stranger,one,twin,label\n");
        for (var row = 0; row < 600; row++)
        {
            double a = random.NextDouble(), b = random.NextDouble(), c = random.NextDouble();
            csv.AppendLine(FormattableString.Invariant($"{a},{b},{c},{a * a},1,{row % 2},{((2 * a) + b + (0.5 * random.NextDouble()) > 1.7 ? 1 : 0)}"));
        }

        return csv.ToString();
    }
}
