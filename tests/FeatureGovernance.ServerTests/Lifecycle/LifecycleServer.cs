using System.Text.Json;
using FeatureGovernance.Server.Lifecycle;
using FeatureGovernance.ServerTests.Fixtures;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace FeatureGovernance.ServerTests.Lifecycle;

/// <summary>
/// The service with a clock of the test's own and no job by itself. Team owners (lead owner-lead, engineer owner-engineer) owns features, team readers
/// (lead reader-lead, engineer reader-engineer) owns models, team others (lead other-lead) neither.
/// </summary>
public sealed class LifecycleServer(TestCluster cluster) : ApiServer(cluster)
{
    private int features;

    public ManualClock Clock { get; } = new(new DateTimeOffset(2031, 5, 5, 12, 0, 0, TimeSpan.Zero));

    public Api OwnerLead { get; private set; } = null!;

    public Api OwnerEngineer { get; private set; } = null!;

    public Api ReaderLead { get; private set; } = null!;

    public Api ReaderEngineer { get; private set; } = null!;

    public Api OtherLead { get; private set; } = null!;

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        await Admin.TeamAsync("owners", leads: ["owner-lead"], members: ["owner-engineer"]);
        await Admin.TeamAsync("readers", leads: ["reader-lead"], members: ["reader-engineer"]);
        await Admin.TeamAsync("others", leads: ["other-lead"]);
        OwnerLead = await As("lead", "owner-lead");
        OwnerEngineer = await As("engineer", "owner-engineer");
        ReaderLead = await As("lead", "reader-lead");
        ReaderEngineer = await As("engineer", "reader-engineer");
        OtherLead = await As("lead", "other-lead");
        await ExecuteAsync("""
            select telemetry.ensure_month('usage_daily', m::date) from generate_series('2031-03-01'::date, '2034-12-01', '1 month') m
            """);
    }

    public Task RunJobAsync() => Services.GetRequiredService<LifecycleAdvance>().RunAsync(CancellationToken.None);

    public Task RunUpkeepAsync() => Services.GetRequiredService<DeprecationUpkeep>().RunAsync(CancellationToken.None);

    public Task RunDraftingAsync() => Services.GetRequiredService<Drafting>().RunAsync(CancellationToken.None);

    public Task RunOutcomesAsync() => Services.GetRequiredService<OutcomeJob>().RunAsync(CancellationToken.None);

    /// <summary>What was announced about a thing under an action, the newest last.</summary>
    public async Task<JsonElement[]> AnnouncedAsync(string action, int subject) =>
        [.. JsonSerializer.Deserialize<JsonElement>(await QueryAsync<string>($"""
            select coalesce(json_agg(after order by sequence), '[]')::text from audit.event where action = '{action}' and subject_id = {subject}
            """)).EnumerateArray()];

    /// <summary>A score as a run would leave it; recommendation 4 is to deprecate.</summary>
    public Task ScoreAsync(string feature, double? value, double? lower, double? upper, double? cost, int recommendation = 4) => ExecuteAsync(FormattableString.Invariant($"""
        insert into value.feature_score (feature_id, value, lower, upper, cost_per_day, saving_per_day, recommendation, confidence, judgement, run_id, scored_at)
        select id, {Sql(value)}, {Sql(lower)}, {Sql(upper)}, {Sql(cost)}, {Sql(cost)}, {recommendation}, 0.9, '{"{}"}', 1, now() from registry.feature where key = '{feature}'
        on conflict (feature_id) do update set value = excluded.value, lower = excluded.lower, upper = excluded.upper, cost_per_day = excluded.cost_per_day,
            saving_per_day = excluded.saving_per_day, recommendation = excluded.recommendation
        """));

    public void Wait(double days) => Clock.Advance(TimeSpan.FromDays(days));

    /// <summary>A feature of team owners that has come to the stage by the ordinary steps.</summary>
    public async Task<string> FeatureAtAsync(string stage)
    {
        var key = $"user:f{Interlocked.Increment(ref features)}";
        await Admin.FeatureAsync(key, "owners");
        foreach (var step in (string[])["proposed", "experimental", "adopted"])
        {
            if (stage == "draft")
                break;
            await MoveAsync(key, step);
            if (step == stage)
                break;
        }

        return key;
    }

    public async Task MoveAsync(string key, string to) =>
        (await OwnerLead.PostAsync($"features/{key}/transitions", new { to, reason = "It is time." })).Expect(200);

    public async Task<string> StageAsync(string key) => (await Admin.GetAsync($"features/{key}")).Expect(200).Text("stage");

    /// <summary>A live model of team readers that reads the features.</summary>
    public async Task<string> LiveModelAsync(params string[] reads)
    {
        var model = $"m{Interlocked.Increment(ref features)}";
        await Admin.ModelAsync(model, "readers");
        await Admin.ManifestAsync(model, "v1", reads);
        return model;
    }

    /// <summary>OwnerLead's proposal: 7 days of notice, one day of brownout.</summary>
    public async Task<int> ProposalAsync(params string[] keys) =>
        (await OwnerLead.PostAsync("deprecations", Wish(keys))).Expect(201).Number("id");

    public static object Wish(params string[] keys) => new
    {
        features = keys,
        reason = "Nobody gains by it.",
        plan = new { noticeDays = 7, brownout = new { windows = new[] { new { opens = "PT0S", closes = "P1D" } } } },
    };

    /// <summary>The administrator stands in for the owners, whose only lead proposed; ReaderLead speaks for the readers.</summary>
    public async Task ApproveAsync(int proposal)
    {
        (await Admin.PostAsync($"deprecations/{proposal}/reviews", new { decision = "approve", comment = "Fine.", team = "owners" })).Expect(200);
        if ((await Admin.GetAsync($"deprecations/{proposal}")).Items("missingTeams").Length > 0)
            (await ReaderLead.PostAsync($"deprecations/{proposal}/reviews", new { decision = "approve", comment = "Fine." })).Expect(200);
    }

    public async Task<string> StateAsync(int proposal) => (await Admin.GetAsync($"deprecations/{proposal}")).Expect(200).Text("state");

    public async Task<Answer> AdvanceAsync(int proposal) => (await OwnerLead.PostAsync($"deprecations/{proposal}/advance", new { })).Expect(200);

    public static IEnumerable<string?> Unmet(Answer answer) =>
        answer.Items("unmet").Select(item => item.GetProperty("code").GetString());

    /// <summary>Reports of the model's reads of the feature, for the days up to today.</summary>
    public Task ReportAsync(string feature, string model, int days, long reads, params int[] environments) => ExecuteAsync($"""
        insert into telemetry.usage_daily (feature_id, model_id, day, environment, reads, requests)
        select f.id, m.id, date '{Clock.GetUtcNow():yyyy-MM-dd}' - d, e, {reads}, 1000
        from registry.feature f, registry.model m, generate_series(0, {days - 1}) d, unnest(array[{string.Join(',', environments.Length == 0 ? [0, 1] : environments)}]) e
        where f.key = '{feature}' and m.name = '{model}'
        on conflict (feature_id, model_id, day, environment) do update set reads = excluded.reads
        """);

    /// <summary>A proposal that has come to the state, with telemetry that saw no read.</summary>
    public async Task<(int Proposal, string Feature)> ProposalAtAsync(string state)
    {
        var feature = await FeatureAtAsync("adopted");
        var other = await FeatureAtAsync("adopted");
        var model = await LiveModelAsync(other);
        var proposal = await ProposalAsync(feature);
        string[] path = ["approved", "notice", "brownout", "disabled"];
        await ApproveAsync(proposal);
        for (var i = 0; path[i] != state; i++)
        {
            Wait(path[i] == "approved" ? 0.001 : 8);
            await ReportAsync(other, model, 12, 100);
            await RunJobAsync();
            (await StateAsync(proposal)).Should().Be(path[i + 1]);
        }

        return (proposal, feature);
    }

    private static string Sql(double? number) => number is { } some ? some.ToString("R", System.Globalization.CultureInfo.InvariantCulture) : "null::float8";

    protected override void Configure(WebApplicationBuilder builder)
    {
        builder.Configuration["FEATGOV_JOBS"] = "off";
        builder.Services.AddSingleton<TimeProvider>(Clock);
    }
}
