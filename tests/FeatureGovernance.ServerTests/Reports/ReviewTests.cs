using FeatureGovernance.Server.Reports;
using FeatureGovernance.ServerTests.Fixtures;
using FeatureGovernance.ServerTests.Lifecycle;
using Microsoft.Extensions.DependencyInjection;

namespace FeatureGovernance.ServerTests.Reports;

public sealed class ReviewTests(LifecycleServer server) : IClassFixture<LifecycleServer>
{
    // The server's clock stands at 2031-05-05 at first.
    [Fact]
    public async Task A_quarter_counts_what_came_and_went_and_is_kept_once_it_is_over()
    {
        await server.Admin.TeamAsync("part", leads: ["part-lead"], parent: "owners");
        await server.Admin.FeatureAsync("part:early", "part");
        await server.ExecuteAsync("update registry.feature set created_at = '2031-01-15' where key = 'part:early'");
        var adopted = await server.FeatureAtAsync("adopted");
        var going = await server.FeatureAtAsync("adopted");
        await server.ScoreAsync(adopted, 0.4, 0.3, 0.5, 2, recommendation: 0);
        await server.ScoreAsync(going, 0.01, 0, 0.02, 5);
        var proposal = await server.ProposalAsync(going);
        await server.ApproveAsync(proposal);
        server.Wait(1);
        await server.RunJobAsync();

        var now = (await server.Admin.GetAsync("reports/2031-Q2?team=owners")).Expect(200);
        Movement(now, "draft").Should().Be((1, 2, 2, 1));
        Movement(now, "adopted").Should().Be((0, 2, 1, 1));
        Movement(now, "deprecated").Should().Be((0, 1, 0, 1));
        now.Body.GetProperty("isFinal").GetBoolean().Should().BeFalse();
        now.Body.GetProperty("standing").GetProperty("value").GetDouble().Should().BeApproximately(0.41, 1e-9);
        now.Items("best").Select(one => one.GetProperty("feature").GetString()).Should().Equal(adopted, going);
        now.Body.GetProperty("deprecations").GetProperty("submitted").GetInt32().Should().Be(1);
        now.Body.GetProperty("deprecations").GetProperty("open").GetInt32().Should().Be(1);

        server.Wait(60);
        await KeepAsync();
        await KeepAsync();
        server.Wait(30);
        await server.ScoreAsync(adopted, 0.9, 0.8, 1, 2, recommendation: 0);

        var kept = (await server.Admin.GetAsync("reports/2031-Q2?team=owners")).Expect(200);
        kept.Body.GetProperty("isFinal").GetBoolean().Should().BeTrue();
        kept.Body.GetProperty("standing").GetProperty("value").GetDouble().Should().BeApproximately(0.41, 1e-9, "it is as it was kept");
        (await server.Admin.GetAsync("reports?team=owners")).Expect(200).Items().Should().ContainSingle();
        (await server.Admin.GetAsync("reports/2031-Q2")).Expect(200).Body.GetProperty("isFinal").GetBoolean().Should().BeTrue();
        (await server.QueryAsync<long>("select count(*) from audit.event where action = 'report.made' and subject like '2031-Q2 of owners'")).Should().Be(1);
    }

    [Fact]
    public async Task A_quarter_that_is_none_or_has_not_begun_is_refused()
    {
        (await server.Admin.GetAsync("reports/2031-Q5")).Expect(400).FaultyFields.Should().Equal("quarter");
        (await server.Admin.GetAsync("reports/2099-Q1")).Expect(400).FaultyFields.Should().Equal("quarter");
        (await server.Admin.GetAsync("reports/2031-Q1?team=no-such")).Expect(404);
    }

    private Task KeepAsync() => server.Services.GetRequiredService<ReviewJob>().RunAsync(TestContext.Current.CancellationToken);

    private static (long Begin, long Came, long Left, long End) Movement(Answer review, string stage)
    {
        var row = review.Items("stages").Single(one => one.GetProperty("stage").GetString() == stage);
        long Of(string field) => row.GetProperty(field).GetInt64();
        return (Of("atBegin"), Of("came"), Of("left"), Of("atEnd"));
    }
}
