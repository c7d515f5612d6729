using FeatureGovernance.ServerTests.Fixtures;

namespace FeatureGovernance.ServerTests.Registry;

public sealed class FeatureSearchTests(ApiServer server) : IClassFixture<ApiServer>, IAsyncLifetime
{
    public async ValueTask InitializeAsync()
    {
        await server.Admin.TeamAsync("search-a");
        await server.Admin.TeamAsync("search-b");
        string[] lines =
        [
            """{"key":"media:like_rate_7d","team":"search-a","description":"Share of impressions that were liked."}""",
            """{"key":"media:share_rate_7d","team":"search-a","description":"Share of impressions that were passed on."}""",
            """{"key":"media:embedding","team":"search-b","kind":"embedding","dataType":"floatList"}""",
            """{"key":"ads:click_label","team":"search-b","kind":"label"}""",
        ];
        (await server.Admin.SendTextAsync(HttpMethod.Post, "features/bulk", string.Join('\n', lines), "application/x-ndjson")).Expect(200);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Theory]
    [InlineData("q=like rate", "media:like_rate_7d")]
    [InlineData("q=impressions liked", "media:like_rate_7d")]
    [InlineData("q=e_rate", "media:like_rate_7d media:share_rate_7d")]
    [InlineData("q=100%", "")]
    [InlineData("kind=label", "ads:click_label")]
    [InlineData("team=search-b&kind=embedding", "media:embedding")]
    [InlineData("group=media&sort=-key", "media:share_rate_7d media:like_rate_7d media:embedding")]
    [InlineData("stage=adopted", "")]
    public async Task A_search_finds(string query, string expected) =>
        (await KeysAsync(query)).Should().Equal(expected.Split(' ', StringSplitOptions.RemoveEmptyEntries));

    [Theory]
    [InlineData("key")]
    [InlineData("-key")]
    [InlineData("updatedAt")]
    [InlineData("-value")]
    public async Task Paging_meets_every_feature_once(string sort)
    {
        var keys = new List<string>();
        for (string? cursor = null; ;)
        {
            var page = (await server.Admin.GetAsync($"features?sort={sort}&limit=1{(cursor is null ? "" : $"&cursor={cursor}")}")).Expect(200);
            keys.AddRange(page.Items().Select(item => item.GetProperty("key").GetString()!));
            if (!page.Body.TryGetProperty("nextCursor", out var next))
                break;
            cursor = next.GetString();
        }

        keys.Should().OnlyHaveUniqueItems().And.HaveCount(4);
    }

    [Theory]
    [InlineData("limit=0", "limit")]
    [InlineData("limit=1001", "limit")]
    [InlineData("sort=colour", "sort")]
    [InlineData("cursor=bogus", "cursor")]
    [InlineData("cursor=eyJzb3J0Ijoia2V5IiwibGFzdCI6IjEnIG9yIDE9MSIsImlkIjoxfQ", "cursor")]
    [InlineData("stage=asleep", "stage")]
    [InlineData("kind=thing&stage=asleep", "kind,stage")]
    public async Task A_bad_query_names_its_fault(string query, string fields) =>
        (await server.Admin.GetAsync($"features?{query}")).ExpectProblem(400, "malformed-request").FaultyFields.Should().BeEquivalentTo(fields.Split(','));

    private async Task<string[]> KeysAsync(string query) =>
        [.. (await server.Admin.GetAsync($"features?{query}")).Expect(200).Items().Select(item => item.GetProperty("key").GetString()!)];
}
