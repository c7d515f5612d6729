using FeatureGovernance.ServerTests.Fixtures;

namespace FeatureGovernance.ServerTests.Value;

/// <summary>Signs of redundancy where no sample was measured: co-importance and lineage.</summary>
public sealed class KinTests(ApiServer server) : IClassFixture<ApiServer>
{
    // Over the versions the models took now the one, now the other; together they are always worth 0.36.
    private static readonly double[] First = [0.3, 0.08, 0.31, 0.05, 0.33, 0.1, 0.29, 0.12];

    [Fact]
    public async Task Features_that_trade_off_or_are_made_of_one_column_are_told_of_each_other_as_weaker_evidence()
    {
        var api = server.Admin;
        string[] keys = ["g:clicks_7d", "g:clicks_30d", "g:other", "h:sum", "h:share", "h:apart"];
        await api.OrganisationAsync(m1: keys, m2: ["h:apart"]);
        foreach (var (key, table, column, expression) in new[]
        {
            ("g:clicks_7d", "clicks", "a", null), ("g:clicks_30d", "clicks", "b", null), ("g:other", "clicks", "c", null),
            ("h:sum", "spend", "amount", "sum(amount)"), ("h:share", "spend", "amount", "avg(amount)"), ("h:apart", "other", "x", null as string),
        })
            (await api.PatchAsync($"features/{key}", new { source = new { system = "hive", table, column, expression } })).Expect(200);
        await server.SettledAsync();
        for (var report = 0; report < First.Length; report++)
        {
            var wave = 0.01 * (report % 3);
            await server.ImportanceAsync("m1", 5 * report, 1, ("g:clicks_7d", First[report], null), ("g:clicks_30d", 0.36 - First[report], null),
                ("g:other", 0.24 + wave, null), ("h:sum", 0.2 - (wave / 2), null), ("h:share", 0.1, null), ("h:apart", 0.1 - (wave / 2), null));
        }

        await server.ScoreAsync();
        var kept = await server.QueryAsync<long>("select count(*) from value.co_importance");
        (await ToldAsync("g:clicks_30d", "g:clicks_7d")).Should().Contain("trade off over 8 reports").And.Contain("weaker evidence");
        (await ToldAsync("h:share", "h:sum")).Should().Contain("same column, by different expressions").And.NotContain("trade off");
        foreach (var key in (string[])["g:clicks_7d", "g:other", "h:sum", "h:apart"])
            (await ToldAsync(key, null)).Should().BeNull();
        (await api.GetAsync("features/g:clicks_30d/score")).Expect(200).Text("recommendation").Should().Be("keep", "weak signs move nothing");
        kept.Should().BeGreaterThan(0);

        // One more report of the same kind, taken in by an incremental run, tells what a full run tells.
        await server.ImportanceAsync("m1", 0, 0, ("g:other", 1, null));
        await server.ScoreAsync();
        var incremental = await ToldAsync("g:clicks_30d", "g:clicks_7d");
        await server.ScoreAsync(full: true);
        (await ToldAsync("g:clicks_30d", "g:clicks_7d")).Should().Be(incremental);
        (await server.QueryAsync<long>("select count(*) from value.co_importance")).Should().Be(kept);
    }

    private async Task<string?> ToldAsync(string feature, string? kin)
    {
        var reasons = (await server.Admin.GetAsync($"features/{feature}/score")).Expect(200).Items("reasons");
        var sentence = reasons.Where(r => r.GetProperty("code").GetString() == "perhaps-redundant")
            .Select(r => r.GetProperty("sentence").GetString()).SingleOrDefault();
        if (kin is not null)
            sentence.Should().StartWith($"{kin} may say the same");
        return sentence;
    }
}
