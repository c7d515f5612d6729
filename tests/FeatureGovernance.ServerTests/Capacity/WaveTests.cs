using System.Text.Json;
using FeatureGovernance.ServerTests.Fixtures;
using FeatureGovernance.ServerTests.Value;

namespace FeatureGovernance.ServerTests.Capacity;

/// <summary>What deprecations free, alone and one after the other, and which of them close a gap.</summary>
public sealed class WaveTests(ApiServer server) : IClassFixture<ApiServer>, IAsyncLifetime
{
    private const int Features = 10;
    private const double Price = 0.5;
    private static readonly string[] Keys = [.. Enumerable.Range(0, Features).Select(i => $"g:f{i}")];

    // Amounts and values that leave greedy choices wrong more often than not.
    private static readonly double[] Amounts = [13, 11, 9, 8, 7, 6, 5, 4, 3, 2];
    private static readonly double[] Values = [0.130, 0.105, 0.099, 0.071, 0.080, 0.050, 0.055, 0.033, 0.040, 0.010];

    public async ValueTask InitializeAsync()
    {
        if (await server.QueryAsync<long>("select count(*) from capacity.pool") > 0)
            return;
        await server.Admin.OrganisationAsync(Keys, [Keys[0]]);
        for (var i = 0; i < Features; i++)
        {
            await server.CostAsync(Keys[i], "cpu", 1, Amounts[i]);
            await server.ExecuteAsync(FormattableString.Invariant($"""
                insert into value.feature_score (feature_id, value, cost_per_day, recommendation, confidence, judgement, run_id, scored_at)
                select id, {Values[i]}, {Amounts[i] * Price}, {(i < 3 ? 4 : 0)}, 0.9, '{"{}"}', 1, now() from registry.feature where key = '{Keys[i]}'
                """));
        }

        await server.Admin.PoolAsync("steady", unitPrice: Price, resource: "cpu");
        await server.Admin.ObservedAsync("steady", 120, _ => 100, supply: 75);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Theory]
    [InlineData(75)]
    [InlineData(83.5)]
    [InlineData(97)]
    public async Task The_gap_is_closed_at_the_least_loss_of_all_sets_and_then_it_is_closed(double supply)
    {
        await server.Admin.ObservedAsync("steady", 1, _ => 100, supply);
        var plan = await server.Admin.PlanAsync();
        var quarter = plan.Pool("steady").NextQuarter().GetProperty("period").GetString();

        var answer = await CloseAsync(plan, quarter);

        answer.Body.At("needed").Should().BeApproximately(100 - supply, 1e-9);
        answer.Body.At("valueLost").Should().BeApproximately(BruteForce(100 - supply), 1e-12);
        answer.Body.GetProperty("isExact").GetBoolean().Should().BeTrue();
        answer.Body.At("lowerBound").Should().Be(answer.Body.At("valueLost"));
        var gone = Named(answer);
        gone.Sum(key => Amounts[Array.IndexOf(Keys, key)]).Should().BeApproximately(answer.Body.At("freed"), 1e-9).And.BeGreaterThanOrEqualTo(100 - supply);
        var preview = (await PreviewAsync(plan, new { kind = "deprecation", features = gone })).Period(quarter!);
        (preview.At("shortfallProbability.plan"), preview.At("shortfallProbability.other")).Should().Be((1, 0));
        preview.At("toAdd.other").Should().Be(0);
        preview.GetProperty("firstDay").TryGetProperty("other", out _).Should().BeFalse();
    }

    [Fact]
    public async Task A_wave_saves_what_the_value_engine_says_its_features_cost()
    {
        var plan = await server.Admin.PlanAsync();
        var leaving = (await server.Admin.GetAsync("scores")).Expect(200).Items().Where(one => one.GetProperty("recommendation").GetString() == "deprecate").ToList();

        var next = Planned.Today.AddDays(-1).Year + 1;
        var year = (await PreviewAsync(plan, new { kind = "deprecation", recommended = true })).Period($"{next}");

        leaving.Should().HaveCount(3);
        var days = DateTime.IsLeapYear(next) ? 366 : 365;
        (year.At("cost.plan") - year.At("cost.other")).Should().BeApproximately(days * leaving.Sum(one => one.At("costPerDay")), 1e-6);
    }

    [Fact]
    public async Task A_feature_that_two_waves_name_goes_once()
    {
        var plan = await server.Admin.PlanAsync();
        var named = new { kind = "deprecation", features = new[] { Keys[0], Keys[5] } };

        var once = (await PreviewAsync(plan, new { kind = "deprecation", recommended = true })).NextQuarter();
        var pool = await PreviewAsync(plan, new { kind = "deprecation", recommended = true }, named, named);

        var overlapping = pool.NextQuarter();
        var days = once.At("demandChange") / -(Amounts[0] + Amounts[1] + Amounts[2]);
        overlapping.At("demandChange").Should().BeApproximately(once.At("demandChange") - (Amounts[5] * days), 1e-6);
        overlapping.GetProperty("effects").EnumerateArray().Select(effect => Math.Round(effect.At("change") / days, 6)).Should().Equal(-33, -6, 0);
        pool.GetProperty("notes").EnumerateArray().Select(note => note.GetString()).Should().Equal(
            "preview: deprecation: 1 of 2 features go with an earlier part, and count there.",
            "preview: deprecation: 2 of 2 features go with an earlier part, and count there.");
    }

    [Fact]
    public async Task What_a_plans_own_wave_takes_out_does_not_close_its_gap_again()
    {
        await server.Admin.ObservedAsync("steady", 1, _ => 100, supply: 60);
        foreach (var (name, from) in ((string, string?)[])[("now", null), ("far", "2190-01-01")])
            await server.Admin.PostAsync("capacity/scenarios", new { name, parts = new[] { new { kind = "deprecation", recommended = true, from } } });
        var now = await server.Admin.PlanAsync("now");
        var far = await server.Admin.PlanAsync("far");
        var quarter = now.Pool("steady").NextQuarter().GetProperty("period").GetString();

        var rest = await CloseAsync(now, quarter);
        var all = await CloseAsync(far, quarter);

        rest.Body.At("needed").Should().BeApproximately(7, 1e-6, "33 go already");
        Named(rest).Should().NotContain([Keys[0], Keys[1], Keys[2]]);
        (rest.Number("candidates"), all.Number("candidates")).Should().Be((7, 10));
    }

    private async Task<Answer> CloseAsync(Answer plan, string? quarter) =>
        (await server.Admin.PostAsync($"capacity/plans/{plan.Number("id")}/close-gap", new { pool = "steady", quarter })).Expect(200);

    private static string[] Named(Answer answer) => [.. answer.Items("features").Select(one => one.GetProperty("feature").GetString()!)];

    private async Task<JsonElement> PreviewAsync(Answer plan, params object[] parts) =>
        (await server.Admin.PostAsync($"capacity/plans/{plan.Number("id")}/preview", new { parts })).Expect(200).Items("pools").Single();

    private static double BruteForce(double need) => Enumerable.Range(0, 1 << Features)
        .Select(set => Enumerable.Range(0, Features).Where(i => (set & (1 << i)) != 0).ToList())
        .Where(set => set.Sum(i => Amounts[i]) >= need - 1e-9).Min(set => set.Sum(i => Values[i]));
}
