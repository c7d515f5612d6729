using FeatureGovernance.ServerTests.Fixtures;

namespace FeatureGovernance.ServerTests.Value;

/// <summary>How a feature's share of each model went over the runs.</summary>
public sealed class ShareTrendTests(ApiServer server) : IClassFixture<ApiServer>
{
    [Fact]
    public async Task A_share_is_written_on_the_days_on_which_it_changed_and_drawn_by_model()
    {
        await server.Admin.OrganisationAsync(["g:a", "g:b", "g:c"], ["g:a", "g:c"]);
        await server.SettledAsync();
        await server.ImportanceAsync("m1", 30, 3, ("g:a", 5, 0.1), ("g:b", 3, 0.1), ("g:c", 2, 0.1));
        await server.ScoreAsync();
        await server.ScoreAsync();
        (await DaysAsync()).Should().Be(1, "a share that stays as it was is not written again");
        await server.ExecuteAsync("update value.share_history set as_of = as_of - 60");

        await server.ImportanceAsync("m1", 1, 3, ("g:a", 1, 0.1), ("g:b", 3, 0.1), ("g:c", 6, 0.1));
        await server.ScoreAsync();
        (await DaysAsync()).Should().Be(2);
        (await server.Admin.SendAsync(HttpMethod.Get, "/features/g:a", null, [("Accept", "text/html")])).Expect(200).Raw
            .Should().MatchRegex("""<svg class="spark"[^>]*aria-label="\d+ % on .*, \d+ % since """);

        await server.ExecuteAsync("update value.share_history set as_of = as_of - 600");
        await server.ScoreAsync();
        (await DaysAsync()).Should().Be(1, "what is over a year old is forgotten, and the history begins anew");
    }

    private Task<long> DaysAsync() => server.QueryAsync<long>("""
        select count(*) from value.share_history h join registry.feature f on f.id = h.feature_id join registry.model m on m.id = h.model_id
        where f.key = 'g:a' and m.name = 'm1'
        """);
}
