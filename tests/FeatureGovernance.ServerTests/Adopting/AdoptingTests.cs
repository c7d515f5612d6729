using System.Text;
using System.Text.Json;
using FeatureGovernance.Server.Adopting;
using FeatureGovernance.Server.Value;
using FeatureGovernance.ServerTests.Fixtures;
using FeatureGovernance.ServerTests.Lifecycle;
using FeatureGovernance.ServerTests.Standards;
using FeatureGovernance.ServerTests.Telemetry;
using FeatureGovernance.Statistics.Sketches;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace FeatureGovernance.ServerTests.Adopting;

public sealed class AdoptingTests(LifecycleServer server) : IClassFixture<LifecycleServer>
{
    [Fact]
    public async Task Look_alikes_are_shown_by_name_source_and_description_and_asked_about_when_proposing()
    {
        await RegisterAsync("media_engagement:like_rate_7d", "Likes per view of a user over seven days.", "likes", "rate_7d");
        await RegisterAsync("media_engagement:like_rate_7days", "Likes per view of a user over seven days.", "likes", "rate_7d");
        await RegisterAsync("payments:card_country", "Country that issued the card.", "cards", "country");
        var found = (await server.Admin.GetAsync("features/media_engagement:like_rate_7days/look-alikes")).Expect(200);
        var best = found.Items()[0];
        (best.GetProperty("feature").GetString(), best.GetProperty("strong").GetBoolean()).Should().Be(("media_engagement:like_rate_7d", true));
        found.Items().Should().NotContain(item => item.GetProperty("feature").GetString() == "payments:card_country");

        await server.MoveAsync("media_engagement:like_rate_7days", "proposed");
        (await server.Admin.FailingAsync("media_engagement:like_rate_7days", "proposed")).Should().Equal("look-alikes-explained warn");
        (await server.OwnerLead.PostAsync("features/media_engagement:like_rate_7days/transitions", new { to = "draft", reason = "Again." })).Expect(200);
        (await server.OwnerLead.PostAsync("features/media_engagement:like_rate_7days/transitions", new { to = "proposed", reason = "Now.", whyNot = "It counts paused views." })).Expect(200);
        (await server.Admin.FailingAsync("media_engagement:like_rate_7days", "proposed")).Should().BeEmpty();
        (await server.Admin.GetAsync("features/media_engagement:like_rate_7days/look-alikes")).Text("whyNot").Should().Be("It counts paused views.");
        (await server.OwnerLead.PostAsync("features/payments:card_country/transitions", new { to = "proposed", reason = "Now." })).Expect(200);
        (await server.Admin.FailingAsync("payments:card_country", "proposed")).Should().BeEmpty();
        (await server.Admin.GetAsync("features/no:such/look-alikes")).Expect(404);
    }

    [Fact]
    public async Task Values_that_agree_show_a_look_alike_of_another_name_and_source()
    {
        await RegisterAsync("ads_clicks:daily_rate", "Share of shown adverts that were clicked.", "clicks", "rate");
        await RegisterAsync("warehouse:xq_17", "Copied by a nightly job.", "nightly", "c17");
        await RegisterAsync("warehouse:xq_18", "Something else altogether.", "nightly", "c18");
        await ProfileAsync("ads_clicks:daily_rate", seed: 1, shift: 0);
        await ProfileAsync("warehouse:xq_17", seed: 1, shift: 0);
        await ProfileAsync("warehouse:xq_18", seed: 2, shift: 40);

        var found = (await server.Admin.GetAsync("features/ads_clicks:daily_rate/look-alikes")).Expect(200).Items();

        var copy = found.Should().ContainSingle(item => item.GetProperty("feature").GetString()!.StartsWith("warehouse:", StringComparison.Ordinal)).Which;
        (copy.GetProperty("feature").GetString(), copy.GetProperty("values").GetDouble(), copy.GetProperty("strong").GetBoolean())
            .Should().Be(("warehouse:xq_17", 1, true));
    }

    [Fact]
    public async Task The_policy_approves_what_it_lets_pass_and_the_rest_waits_for_its_owner()
    {
        var free = await server.FeatureAtAsync("adopted");
        var kept = await server.FeatureAtAsync("adopted");
        (await server.Admin.PatchAsync($"features/{free}", new { tags = new { share = "freely" } })).Expect(200);
        var policy = "adoption:\n  autoApprove:\n    - when: tag('share') == 'freely' && model.team == 'readers'\n  trial: {days: 10, minimumShare: 0.01}";
        (await server.Admin.PutStandardAsync("policy", "  - {id: policy-a, kind: ownerActive, level: info, remedy: x}", policy))
            .ExpectProblem(422, "set-elsewhere");
        var document = Core.Standards.ShippedStandard.Text.Replace("autoApprove: []", "autoApprove: [{when: \"tag('share') == 'freely' && model.team == 'readers'\"}]").Replace("days: 28\n    minimumShare: 0.001", "days: 10\n    minimumShare: 0.01");
        (await server.Admin.SendTextAsync(HttpMethod.Put, "standards/default", document, "application/yaml")).Status.Should().BeOneOf(System.Net.HttpStatusCode.Created, System.Net.HttpStatusCode.OK);
        await server.Admin.ModelAsync("policed", "readers");
        var answer = (await server.ReaderLead.PostAsync("adoptions", new { model = "policed", features = new[] { free, kept }, justification = "It ranks better." })).Expect(201);
        answer.Items("features").ToDictionary(item => item.GetProperty("feature").GetString()!, item => item.GetProperty("state").GetString())
            .Should().Equal(new Dictionary<string, string?> { [free] = "approved", [kept] = "requested" }.OrderBy(pair => pair.Key, StringComparer.Ordinal));
        answer.Raw.Should().Contain("Approved by policy: tag('share')");

        // The trial of what was approved ends, shows nothing and is flagged; another that shows value is not.
        var id = answer.Number("id");
        (await server.OwnerLead.PostAsync($"adoptions/{id}/decision", new { decision = "approve" })).Expect(200);
        (await server.ReaderLead.PostAsync($"adoptions/{id}/trial", new { endsOn = Day(11) })).Expect(400).FaultyFields.Should().Equal("endsOn");
        (await server.ReaderLead.PostAsync($"adoptions/{id}/trial", new { endsOn = Day(0) })).Expect(400).FaultyFields.Should().Equal("endsOn");
        (await server.ReaderLead.PostAsync($"adoptions/{id}/trial", new { endsOn = Day(5), features = new[] { free } })).Expect(200);
        (await server.ReaderLead.PostAsync($"adoptions/{id}/trial", new { })).Expect(200);
        await server.ExecuteAsync($"""
            insert into value.pair_share select f.id, m.id, 1, 0.2, 0.01, 0.1, 0.3, 1, 1, false from registry.feature f, registry.model m where f.key = '{kept}' and m.name = 'policed'
            """);
        var trials = (await server.Admin.GetAsync("adoptions/trials?model=policed")).Expect(200).Items();
        trials.Select(trial => trial.GetProperty("endsOn").GetString()).Should().BeEquivalentTo(Day(5), Day(10));
        server.Wait(6);
        await RunTrialsAsync();
        await RunTrialsAsync();
        (await server.Admin.GetAsync("adoptions/trials?flagged=true&team=readers")).Expect(200).Items().Single().GetProperty("feature")
            .GetString().Should().Be(free);
        server.Wait(5);
        await RunTrialsAsync();
        (await server.Admin.GetAsync("adoptions/trials?flagged=true")).Expect(200).Items().Should().ContainSingle();
        (await server.QueryAsync<long>("select count(*) from audit.event where action = 'adoption.trial-flagged'")).Should().Be(1);
        (await server.ReaderLead.PostAsync($"adoptions/{id}/withdraw", new { features = new[] { free } })).Expect(200);
        (await server.Admin.GetAsync("adoptions/trials?flagged=true")).Expect(200).Items().Should().BeEmpty();
        (await server.Admin.GetAsync("adoptions/trials?limit=0&team=%20")).Expect(400).FaultyFields.Should().BeEquivalentTo("limit", "team");
    }

    [Fact]
    public async Task The_funnel_counts_steps_and_the_days_they_take()
    {
        await server.Admin.TeamAsync("funnelled", leads: ["funnel-lead"]);
        var lead = await server.As("lead", "funnel-lead");
        foreach (var name in (string[])["a", "b", "c"])
        {
            await server.Admin.FeatureAsync($"funnel:{name}", "funnelled");
            (await lead.PostAsync($"features/funnel:{name}/transitions", new { to = "proposed", reason = "Now." })).Expect(200);
        }

        server.Wait(2);
        (await lead.PostAsync("features/funnel:a/transitions", new { to = "experimental", reason = "Now." })).Expect(200);
        (await lead.PostAsync("features/funnel:b/transitions", new { to = "draft", reason = "No." })).Expect(200);
        server.Wait(4);
        (await lead.PostAsync("features/funnel:a/transitions", new { to = "adopted", reason = "Now." })).Expect(200);
        await server.Admin.ModelAsync("funnel-model", "readers");
        var id = (await server.ReaderLead.PostAsync("adoptions", new { model = "funnel-model", features = new[] { "funnel:a" }, justification = "It ranks better." })).Expect(201).Number("id");
        server.Wait(1);
        (await lead.PostAsync($"adoptions/{id}/decision", new { decision = "approve" })).Expect(200);
        (await server.ReaderLead.PostAsync($"adoptions/{id}/trial", new { })).Expect(200);
        server.Wait(3);
        (await server.ReaderLead.PostAsync($"adoptions/{id}/withdraw", new { })).Expect(200);

        var funnel = (await server.Admin.GetAsync("adoptions/funnel?team=funnelled")).Expect(200);
        Steps(funnel, "stages").Should().Equal("proposed 3 1 2", "trialled 1 0 4", "adopted 1 1 ", "abandoned 1 1 ");
        Steps(funnel, "adoptions").Should().Equal("requested 1 0 1", "approved 1 0 0", "trial 1 0 3", "adopted 0 0 ", "abandoned 1 1 ");
        Steps((await server.Admin.GetAsync("adoptions/funnel?feature=funnel:b")).Expect(200), "stages")
            .Should().Equal("proposed 1 0 2", "trialled 0 0 ", "adopted 0 0 ", "abandoned 1 1 ");
        (await server.Admin.GetAsync("adoptions/funnel")).Expect(200).Text("subject").Should().Be("all");
        (await server.Admin.GetAsync("adoptions/funnel?team=nosuch")).Expect(404);
        (await server.Admin.GetAsync("adoptions/funnel?feature=no:such")).Expect(404);
    }

    [Fact]
    public async Task A_model_is_advised_what_its_siblings_gain_by_and_it_lacks()
    {
        foreach (var model in (string[])["rec-asking", "rec-one", "rec-two", "rec-three"])
            await server.Admin.ModelAsync(model, "readers", kind: "retrieval");
        await server.ExecuteAsync("delete from value.pair_share");
        var keys = new List<string>();
        for (var i = 0; i < 4; i++)
            keys.Add(await server.FeatureAtAsync("adopted"));
        (string Model, int Feature, double Share)[] shares =
        [
            ("rec-one", 0, 0.3), ("rec-two", 0, 0.28), ("rec-three", 0, 0.33), ("rec-one", 1, 0.02), ("rec-two", 1, 0.03), ("rec-three", 2, 0.01),
            ("rec-one", 3, 0.5),
        ];
        foreach (var (model, feature, share) in shares)
            await server.ExecuteAsync($"""
                insert into value.pair_share select f.id, m.id, 1, {share}, {share * 0.1}, 0, 1, 2, 3, false from registry.feature f, registry.model m where f.key = '{keys[feature]}' and m.name = '{model}'
                """);
        await server.Admin.ManifestAsync("rec-asking", "v1", [keys[3]]);

        var advice = (await server.Admin.GetAsync("models/rec-asking/recommendations")).Expect(200);
        advice.Items().Select(item => item.GetProperty("feature").GetString()).Should().StartWith([keys[0], keys[1]]).And.NotContain(keys[3]);
        var best = advice.Items()[0];
        double Number(string name) => best.GetProperty(name).GetDouble();
        Number("lower").Should().BeLessThan(Number("expectedShare"));
        Number("upper").Should().BeGreaterThan(Number("expectedShare"));
        best.GetProperty("siblings").GetInt32().Should().Be(3);
        (await server.Admin.GetAsync("models/rec-asking/recommendations?limit=1")).Expect(200).Items().Should().ContainSingle();
        (await server.Admin.GetAsync("models/nosuch/recommendations")).ExpectProblem(404, "unknown-model");
        (await server.Admin.GetAsync("models/rec-asking/recommendations?limit=0")).Expect(400);

        // A run keeps it; what is asked for since is left out.
        await using (var connection = await server.Services.GetRequiredService<NpgsqlDataSource>().OpenConnectionAsync(TestContext.Current.CancellationToken))
            await Gains.PublishAsync(connection, TestContext.Current.CancellationToken);
        await server.ExecuteAsync("delete from value.pair_share");
        (await server.Admin.GetAsync("models/rec-asking/recommendations")).Expect(200).Raw.Should().Be(advice.Raw);
        (await server.ReaderLead.PostAsync("adoptions", new { model = "rec-asking", features = (string[])[keys[0]], justification = "Its siblings gain by it." })).Expect(201);
        (await server.Admin.GetAsync("models/rec-asking/recommendations")).Expect(200).Items().Select(item => item.GetProperty("feature").GetString())
            .Should().Equal(keys[1], keys[2]);
    }

    private async Task ProfileAsync(string feature, int seed, double shift)
    {
        var random = new Random(seed);
        var profile = Profile.OfNumbers(new());
        for (var i = 0; i < 5_000; i++)
            profile.Update(random.NextDouble() + shift);
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
            profile.WriteJson(json);
        var day = server.Clock.GetUtcNow().AddDays(-1).ToString("yyyy-MM-dd");
        (await server.Admin.ReportAsync("profiles",
            $$"""{"feature":"{{feature}}","window":"day","start":"{{day}}T00:00:00Z","profile":{{Encoding.UTF8.GetString(stream.ToArray())}}}""")).Expect(200);
    }

    private static IEnumerable<string> Steps(Answer funnel, string side) => funnel.Items(side).Select(step =>
        $"{step.GetProperty("step").GetString()} {step.GetProperty("count").GetInt32()} {step.GetProperty("now").GetInt32()} {(step.TryGetProperty("medianDays", out var days) ? days.GetDouble() : null)}");

    private string Day(int ahead) => server.Clock.GetUtcNow().AddDays(ahead).ToString("yyyy-MM-dd");

    private Task RunTrialsAsync() => server.Services.GetRequiredService<Trials>().RunAsync(CancellationToken.None);

    private async Task RegisterAsync(string key, string description, string table, string column) =>
        (await server.Admin.PutAsync($"features/{key}", new { team = "owners", dataType = "double", description, source = new { system = "hive", table, column } })).Expect(201);
}
