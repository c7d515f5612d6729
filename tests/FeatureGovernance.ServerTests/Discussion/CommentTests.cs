using FeatureGovernance.ServerTests.Lifecycle;

namespace FeatureGovernance.ServerTests.Discussion;

public sealed class CommentTests(LifecycleServer server) : IClassFixture<LifecycleServer>
{
    [Fact]
    public async Task What_was_said_is_listed_newest_first_and_page_by_page()
    {
        var key = await server.FeatureAtAsync("draft");
        foreach (var text in (string[])["first", "second", "third"])
            (await server.ReaderEngineer.PostAsync($"features/{key}/comments", new { text })).Expect(201);

        var page = (await server.Admin.GetAsync($"features/{key}/comments?limit=2")).Expect(200);
        var rest = (await server.Admin.GetAsync($"features/{key}/comments?limit=2&cursor={page.Text("nextCursor")}")).Expect(200);

        page.Items().Concat(rest.Items()).Select(comment => (comment.GetProperty("author").GetString(), comment.GetProperty("text").GetString()))
            .Should().Equal(("reader-engineer", "third"), ("reader-engineer", "second"), ("reader-engineer", "first"));
    }

    [Fact]
    public async Task The_owner_team_and_who_spoke_before_are_told()
    {
        var key = await server.FeatureAtAsync("draft");
        (await server.OtherLead.PostAsync($"features/{key}/comments", new { text = "Why the null rate?" })).Expect(201);
        (await server.OwnerLead.PostAsync($"features/{key}/comments", new { text = "The source was late." })).Expect(201);

        var id = await server.QueryAsync<int>($"select id from registry.feature where key = '{key}'");
        var told = await server.AnnouncedAsync("feature.commented", id);

        told.Should().HaveCount(2);
        told[1].GetProperty("recipients").GetProperty("people").EnumerateArray().Select(person => person.GetString()).Should().Equal("other-lead");
        told[1].GetProperty("data").GetProperty("team").GetString().Should().Be("owners");
    }

    [Fact]
    public async Task A_comment_is_taken_back_by_its_author_or_an_administrator_and_its_place_stays()
    {
        var key = await server.FeatureAtAsync("draft");
        var id = (await server.ReaderLead.PostAsync($"features/{key}/comments", new { text = "Hasty." })).Expect(201).Number("id");

        (await server.OwnerLead.DeleteAsync($"features/{key}/comments/{id}")).ExpectProblem(403, "not-your-comment");
        (await server.ReaderLead.DeleteAsync($"features/{key}/comments/{id}")).Expect(200);
        (await server.Admin.DeleteAsync($"features/{key}/comments/{id}")).Expect(200).Text("takenBackBy").Should().Be("reader-lead");

        var left = (await server.Admin.GetAsync($"features/{key}/comments")).Items().Single();
        left.TryGetProperty("text", out _).Should().BeFalse("it was taken back");
    }

    [Fact]
    public async Task A_comment_needs_a_text_and_a_feature()
    {
        var key = await server.FeatureAtAsync("draft");
        (await server.OwnerLead.PostAsync($"features/{key}/comments", new { text = "  " })).Expect(400).FaultyFields.Should().Equal("text");
        (await server.OwnerLead.PostAsync($"features/{key}/comments", new { text = new string('a', 4_001) })).Expect(400).FaultyFields.Should().Equal("text");
        (await server.OwnerLead.PostAsync("features/no:such/comments", new { text = "Hello" })).Expect(404);
        (await server.OwnerLead.DeleteAsync($"features/{key}/comments/999999")).Expect(404);
    }
}
