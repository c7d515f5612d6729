using FeatureGovernance.ServerTests.Fixtures;

namespace FeatureGovernance.ServerTests.Lifecycle;

/// <summary>
/// Two features, their proposals, a model and the people around them, driven over HTTP by commands drawn at random. After every command
/// the database must keep what may never be broken; that a command is refused is as good as that it is obeyed.
/// </summary>
internal sealed class LifecycleDrive(LifecycleServer server)
{
    // Each names what it finds broken.
    private const string Broken = """
        select coalesce(string_agg(fault, '; '), '') from (
            select 'stage and record disagree: ' || f.key as fault
            from registry.feature f
            join lateral (select to_stage from lifecycle.stage_change c where c.feature_id = f.id order by c.id desc limit 1) last on true
            where f.key like 'drive:%' and last.to_stage <> f.stage
            union all
            select 'a step begins where none ended: ' || c.id
            from (select id, from_stage, lag(to_stage) over (partition by feature_id order by id) as before from lifecycle.stage_change) c
            where c.before <> c.from_stage
            union all
            select 'on its way out without an approved proposal: ' || f.key
            from registry.feature f
            where f.stage between 4 and 6 and not exists (
                select from lifecycle.proposal_feature x join lifecycle.proposal p on p.id = x.proposal_id
                where x.feature_id = f.id and x.is_open and p.state between 2 and 4)
            union all
            select 'open features of a closed proposal: ' || x.proposal_id
            from lifecycle.proposal_feature x join lifecycle.proposal p on p.id = x.proposal_id where x.is_open <> (p.state <= 4)
            union all
            select 'column and document disagree: ' || p.id
            from lifecycle.proposal p
            where p.document ->> 'state' <> (array['submitted', 'approved', 'notice', 'brownout', 'disabled', 'removed', 'withdrawn', 'rejected', 'rolledBack'])[p.state + 1]
            union all
            select 'a step without an audit event: ' || c.id
            from lifecycle.stage_change c
            where not exists (select from audit.event e where e.subject_kind = 'feature' and e.subject_id = c.feature_id and e.at = c.at)
            union all
            select 'gone past what no one may override: ' || c.id
            from lifecycle.stage_change c
            where c.overridden && array['proposal-approved', 'no-live-reader', 'serving-usage-known', 'no-open-proposal']) faults
        """;

    private readonly string[] features = [$"drive:a{Guid.CreateVersion7():N}", $"drive:b{Guid.CreateVersion7():N}"];
    private readonly string model = $"drive-{Guid.CreateVersion7():N}";
    private int versions;
    private int? proposal;

    public HashSet<string> Reached { get; } = [];

    public async Task StartAsync()
    {
        await server.Admin.ModelAsync(model, "readers");
        await server.Admin.FeatureAsync("drive:stays" + model.Replace("-", "", StringComparison.Ordinal), "owners");
        foreach (var feature in features)
        {
            await server.Admin.FeatureAsync(feature, "owners");
            foreach (var stage in (string[])["proposed", "experimental", "adopted"])
                await server.MoveAsync(feature, stage);
        }
    }

    public async Task ObeyAsync(int what, int choice)
    {
        Api[] people = [server.OwnerLead, server.ReaderLead, server.Admin, server.OtherLead, server.OwnerEngineer];
        var who = people[choice % people.Length];
        var before = await StagesAsync();
        switch (what)
        {
            case 0 or 1:
                Tolerate(await ProposeAsync(who));
                break;
            case 2 or 3 or 4 or 5 when proposal is not null:
                Tolerate(await who.PostAsync($"deprecations/{proposal}/reviews", new { decision = "approve", comment = "Fine." }));
                break;
            case 6 when proposal is not null:
                Tolerate(await who.PostAsync($"deprecations/{proposal}/reviews", new { decision = "object", comment = "Wait." }));
                break;
            case 7 when proposal is not null:
                Tolerate(await who.PostAsync($"deprecations/{proposal}/objections/{1 + (choice % 2)}/resolution", new { answer = "Done." }));
                break;
            case 8 when proposal is not null:
                Tolerate(await who.PatchAsync($"deprecations/{proposal}", new { reason = $"Reason {choice}." }));
                break;
            case 9 when proposal is not null && choice % 4 == 0:
                Tolerate(await who.PostAsync($"deprecations/{proposal}/rollback", new { reason = "No." }));
                break;
            case 10:
                await ReadAsync(choice % 3 == 0);
                break;
            case 11:
                string[] stages = ["draft", "proposed", "experimental", "adopted", "deprecated", "brownout", "disabled", "removed"];
                Tolerate(await who.PostAsync($"features/{features[choice % 2]}/transitions",
                    new { to = stages[choice % 8], reason = "Try.", @override = choice % 3 == 0 }));
                break;
            case 12 when proposal is not null:
                Tolerate(await who.PostAsync($"deprecations/{proposal}/advance", new { @override = choice % 3 == 0, reason = "Now." }));
                break;
            default:
                server.Wait(choice % 4 == 0 ? 31 : 1 + (choice % 8));
                if (choice % 5 != 0)
                    await ReportAsync(choice % 7 == 0 ? 3 : 0);
                await server.RunJobAsync();
                break;
        }

        (await server.QueryAsync<string>(Broken)).Should().BeEmpty("of the command {0} with {1}", what, choice);
        await JudgeAsync(before, what);
    }

    private async Task JudgeAsync(string[] before, int what)
    {
        var after = await StagesAsync();
        for (var i = 0; i < features.Length; i++)
        {
            Reached.Add(after[i]);
            if (before[i] == after[i] || after[i] is not ("disabled" or "removed"))
                continue;
            (await server.QueryAsync<long>($"""
                select count(*) from registry.manifest_entry e join registry.model m on m.live_version_id = e.model_version_id
                join registry.feature f on f.id = e.feature_id where f.key = '{features[i]}'
                """)).Should().Be(0, "a feature that a live model reads is not {0}", after[i]);
            (await server.Admin.GetAsync($"deprecations/{proposal}")).Body.GetProperty("quorum").GetBoolean()
                .Should().BeTrue("command {0} took a feature away", what);
        }
    }

    private async Task<Answer> ProposeAsync(Api who)
    {
        var answer = await who.PostAsync("deprecations", LifecycleServer.Wish(features));
        if ((int)answer.Status == 201)
            proposal = answer.Number("id");
        return answer;
    }

    private async Task ReadAsync(bool reads)
    {
        var stays = "drive:stays" + model.Replace("-", "", StringComparison.Ordinal);
        Tolerate(await server.ReaderLead.PutAsync($"models/{model}/versions/v{++versions}", new { features = reads ? [features[0], stays] : new[] { stays } }));
    }

    private async Task ReportAsync(long reads)
    {
        await server.ReportAsync("drive:stays" + model.Replace("-", "", StringComparison.Ordinal), model, 40, 100);
        if (reads > 0)
            await server.ReportAsync(features[0], model, 1, reads);
    }

    private async Task<string[]> StagesAsync() => [await server.StageAsync(features[0]), await server.StageAsync(features[1])];

    private static void Tolerate(Answer answer) => ((int)answer.Status).Should().BeLessThan(500, "the answer was {0}", answer.Raw);
}
