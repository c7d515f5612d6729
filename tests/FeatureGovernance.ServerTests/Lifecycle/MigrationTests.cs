using FeatureGovernance.ServerTests.Fixtures;

namespace FeatureGovernance.ServerTests.Lifecycle;

public sealed class MigrationTests(LifecycleServer server) : IClassFixture<LifecycleServer>
{
    [Fact]
    public async Task Each_reader_gets_a_task_and_progress_ends_at_no_known_or_unknown_reader()
    {
        var (id, key, model, stays) = await OnNoticeAsync();
        var task = (await server.ReaderLead.GetAsync($"migrations?deprecation={id}")).Expect(200).Items().Single();
        task.GetProperty("model").GetString().Should().Be(model);
        task.GetProperty("assignee").GetString().Should().Be("readers");
        task.GetProperty("readsReplacement").GetBoolean().Should().BeFalse();
        var number = task.GetProperty("id").GetInt32();
        (await server.AnnouncedAsync("deprecation.migration-assigned", id)).Should().ContainSingle();

        (await server.ReaderEngineer.PatchAsync($"migrations/{number}", new { status = "inProgress", note = "Retraining." })).Expect(200).Text("status")
            .Should().Be("inProgress");
        (await server.ReaderEngineer.PatchAsync($"migrations/{number}", new { status = "done" })).ExpectProblem(422, "reader-still-live");
        (await ProgressAsync(id)).Should().Be((1, 1, 0, 0, 0.0));

        await server.Admin.ManifestAsync(model, "v2", [stays]);
        await server.RunUpkeepAsync();
        (await server.ReaderLead.GetAsync($"migrations/{number}")).Text("status").Should().Be("done");
        (await ProgressAsync(id)).Should().Be((1, 0, 0, 1, 0.0), "a model that reports nothing is unknown");

        await server.ReportAsync(key, model, 3, 5, 1);
        (await ProgressAsync(id)).Should().Be((1, 0, 1, 0, 0.0), "it still reads, whatever its manifest says");

        await server.ReportAsync(key, model, 10, 0, 1);
        (await ProgressAsync(id)).Should().Be((1, 0, 0, 0, 1.0));
        await server.ExecuteAsync("update telemetry.usage_daily set sampling_rate = 0.1");
        (await ProgressAsync(id)).Should().Be((1, 0, 0, 1, 0.0), "a sample that saw none is not zero");
    }

    [Fact]
    public async Task A_reader_that_comes_back_opens_its_task_again_and_a_new_one_gets_its_own()
    {
        var (id, key, model, stays) = await OnNoticeAsync();
        await server.Admin.ManifestAsync(model, "v2", [stays]);
        await server.RunUpkeepAsync();
        await server.Admin.ManifestAsync(model, "v3", [key]);
        var late = await server.LiveModelAsync(key);
        await server.RunUpkeepAsync();
        var events = await server.QueryAsync<long>("select count(*) from audit.event");
        await server.RunUpkeepAsync();

        (await server.QueryAsync<long>("select count(*) from audit.event")).Should().Be(events, "run twice it changes nothing");
        (await server.Admin.GetAsync($"migrations?deprecation={id}&status=open")).Items().Select(task => task.GetProperty("model").GetString())
            .Should().BeEquivalentTo(model, late);
    }

    [Fact]
    public async Task Tasks_are_changed_by_those_whose_they_are()
    {
        var (id, _, _, stays) = await OnNoticeAsync();
        var number = (await server.Admin.GetAsync($"migrations?deprecation={id}")).Items().Single().GetProperty("id").GetInt32();

        (await server.OtherLead.PatchAsync($"migrations/{number}", new { status = "blocked" })).ExpectProblem(403, "not-your-team");
        var given = (await server.ReaderLead.PatchAsync($"migrations/{number}", new { assignee = "others", replacement = stays, dueAt = "2031-12-01T00:00:00Z" })).Expect(200);
        given.Text("replacement").Should().Be(stays);
        (await server.OtherLead.PatchAsync($"migrations/{number}", new { status = "blocked" }, ("If-Match", given.ETag!))).Expect(200);
        (await server.OtherLead.PatchAsync($"migrations/{number}", new { note = "x" }, ("If-Match", given.ETag!))).ExpectProblem(412, "stale-version");
        (await server.ReaderLead.PatchAsync($"migrations/{number}", new { status = "later", assignee = "no team", replacement = "nothing" })).Expect(400)
            .FaultyFields.Should().BeEquivalentTo("status", "assignee", "replacement");
        (await server.ReaderLead.PatchAsync($"migrations/{number}", new { assignee = "nobody", replacement = "no:such" }))
            .Expect(400).FaultyFields.Should().Equal("assignee", "replacement");
        (await server.ReaderLead.PatchAsync($"migrations/{number}", new { })).Expect(400).FaultyFields.Should().Equal("body");
        (await server.ReaderLead.PatchAsync("migrations/999999", new { note = "x" })).ExpectProblem(404, "unknown-migration");
        (await server.Admin.GetAsync("deprecations/999999/progress")).ExpectProblem(404, "unknown-deprecation");
    }

    private async Task<(int Reads, int InManifests, int Seen, int Unknown, double Done)> ProgressAsync(int id)
    {
        var progress = (await server.Admin.GetAsync($"deprecations/{id}/progress")).Expect(200);
        return (progress.Number("reads"), progress.Number("inManifests"), progress.Number("seenReading"), progress.Number("unknown"), progress.Body.GetProperty("done").GetDouble());
    }

    private async Task<(int Proposal, string Key, string Model, string Stays)> OnNoticeAsync()
    {
        var (key, stays) = (await server.FeatureAtAsync("adopted"), await server.FeatureAtAsync("adopted"));
        var model = await server.LiveModelAsync(key);
        var id = (await server.OwnerLead.PostAsync("deprecations", new { features = new[] { new { key, replacement = stays } }, reason = "Replaced." }))
            .Expect(201).Number("id");
        await server.ApproveAsync(id);
        server.Wait(0.01);
        await server.RunJobAsync();
        (await server.StateAsync(id)).Should().Be("notice");
        return (id, key, model, stays);
    }
}
