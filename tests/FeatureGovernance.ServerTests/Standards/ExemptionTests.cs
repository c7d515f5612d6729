using FeatureGovernance.ServerTests.Fixtures;
using FeatureGovernance.ServerTests.Lifecycle;

namespace FeatureGovernance.ServerTests.Standards;

public sealed class ExemptionTests(LifecycleServer server) : IClassFixture<LifecycleServer>, IAsyncLifetime
{
    public async ValueTask InitializeAsync()
    {
        if ((await server.Admin.GetAsync("standards/exempting")).Status == System.Net.HttpStatusCode.OK)
            return;
        (await server.Admin.PutStandardAsync("exempting", """
              - {id: has-tier, kind: required, fields: [tier], level: error, message: it has no tier, remedy: x, scope: {groups: ['ex*']}}
              - {id: has-limit, kind: required, fields: [expected.max], level: error, remedy: x, exemptible: false, scope: {groups: [exno]}}
            """)).Expect(201);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task An_exemption_is_approved_by_another_lead_holds_until_it_expires_and_is_audited()
    {
        await server.Admin.FeatureAsync("ex:one", "owners");
        (await server.Admin.FailingAsync("ex:one")).Should().Equal("has-tier error");
        var asked = (await server.OwnerLead.PostAsync("exemptions", Wish("ex:one", days: 2))).Expect(201);
        var id = asked.Number("id");
        asked.Text("state").Should().Be("requested");
        (await server.Admin.FailingAsync("ex:one")).Should().Equal("has-tier error");
        (await server.OwnerLead.PostAsync($"exemptions/{id}/decision", new { decision = "approve" })).ExpectProblem(403, "own-request");
        (await server.ReaderLead.PostAsync($"exemptions/{id}/decision", new { decision = "approve" })).ExpectProblem(403, "not-your-team");
        (await server.OwnerEngineer.PostAsync($"exemptions/{id}/decision", new { decision = "approve" })).ExpectProblem(403, "not-allowed");
        (await server.Admin.PostAsync($"exemptions/{id}/decision", new { decision = "approve", comment = "Until the migration." })).Expect(200)
            .Text("decidedBy").Should().NotBe("owner-lead");
        (await server.Admin.PostAsync($"exemptions/{id}/decision", new { decision = "approve" })).ExpectProblem(409, "illegal-exemption-step");

        (await server.Admin.FailingAsync("ex:one")).Should().BeEmpty();
        (await server.CheckedAsync("ex:one")).Should().BeNull();
        (await server.Admin.GetAsync("features/ex:one/standing")).Items("findings").Should().Contain(finding =>
            finding.GetProperty("rule").GetString() == "has-tier" && finding.GetProperty("standing").GetString() == "exempt"
                && finding.GetProperty("exemption").GetInt32() == id);
        server.Wait(2);
        await server.TickAsync();
        (await server.Admin.GetAsync($"exemptions/{id}")).Expect(200).Text("state").Should().Be("expired");
        (await server.Admin.FailingAsync("ex:one")).Should().Equal("has-tier error");
        (await server.CheckedAsync("ex:one")).Should().StartWith("error");
        (await server.QueryAsync<long>($"select count(*) from audit.event where subject_kind = 'exemption' and subject_id = {id}")).Should().Be(2);
    }

    [Fact]
    public async Task A_request_of_an_engineer_is_rejected_or_revoked_with_a_word()
    {
        await server.Admin.FeatureAsync("ex:two", "owners");
        var id = (await server.OwnerEngineer.PostAsync("exemptions", Wish("ex:two"))).Expect(201).Number("id");
        (await server.OwnerLead.PostAsync($"exemptions/{id}/decision", new { decision = "reject" })).Expect(400).FaultyFields.Should().Equal("comment");
        (await server.OwnerLead.PostAsync($"exemptions/{id}/decision", new { decision = "reject", comment = "Set the tier." })).Expect(200).Text("state")
            .Should().Be("rejected");
        var second = (await server.OwnerEngineer.PostAsync("exemptions", Wish("ex:two"))).Expect(201).Number("id");
        (await server.OwnerLead.PostAsync($"exemptions/{second}/decision", new { decision = "approve" })).Expect(200);
        (await server.Admin.FailingAsync("ex:two")).Should().BeEmpty();
        (await server.OwnerLead.PostAsync($"exemptions/{second}/decision", new { decision = "revoke", comment = "It is time." })).Expect(200);
        (await server.Admin.FailingAsync("ex:two")).Should().Equal("has-tier error");
        (await server.Admin.GetAsync("exemptions?state=revoked&feature=ex:two")).Expect(200).Items().Should().ContainSingle();
        (await server.Admin.GetAsync("exemptions?state=perhaps&limit=0")).Expect(400).FaultyFields.Should().BeEquivalentTo("state", "limit");
    }

    [Fact]
    public async Task A_group_or_team_is_exempted_as_a_whole()
    {
        await server.Admin.FeatureAsync("exgroup:one", "owners");
        var group = (await server.OwnerEngineer.PostAsync("exemptions", new { rule = "has-tier", group = "exgroup", reason = "Old.", expiresAt = server.Clock.GetUtcNow().AddDays(30) })).Expect(201).Number("id");
        (await server.OwnerLead.PostAsync($"exemptions/{group}/decision", new { decision = "approve" })).Expect(200);
        (await server.Admin.FailingAsync("exgroup:one")).Should().BeEmpty();
        await server.Admin.FeatureAsync("exother:one", "others");
        var team = (await server.OtherLead.PostAsync("exemptions", new { rule = "has-tier", team = "others", reason = "New.", expiresAt = server.Clock.GetUtcNow().AddDays(30) })).Expect(201).Number("id");
        (await server.Admin.PostAsync($"exemptions/{team}/decision", new { decision = "approve" })).Expect(200);
        (await server.Admin.FailingAsync("exother:one")).Should().BeEmpty();
    }

    [Fact]
    public async Task Unfit_requests_are_refused()
    {
        await server.Admin.FeatureAsync("exno:one", "owners");
        (await server.OwnerLead.PostAsync("exemptions", new { })).Expect(400).FaultyFields.Should().BeEquivalentTo("rule", "reason", "feature", "expiresAt");
        (await server.OwnerLead.PostAsync("exemptions", Wish("exno:one", rule: "nosuch"))).Expect(400).FaultyFields.Should().Equal("rule");
        (await server.OwnerLead.PostAsync("exemptions", Wish("exno:one", days: -1))).Expect(400).FaultyFields.Should().Equal("expiresAt");
        (await server.OwnerLead.PostAsync("exemptions", Wish("exno:one", days: 400))).Expect(400).FaultyFields.Should().Equal("expiresAt");
        (await server.OwnerLead.PostAsync("exemptions", Wish("exno:nosuch"))).Expect(400).FaultyFields.Should().Equal("feature");
        (await server.OwnerLead.PostAsync("exemptions", Wish("exno:one", rule: "has-limit"))).ExpectProblem(422, "not-exemptible");
        (await server.ReaderLead.PostAsync("exemptions", Wish("exno:one"))).ExpectProblem(403, "not-your-team");
        (await server.OwnerLead.PostAsync("exemptions/999999/decision", new { decision = "approve" })).ExpectProblem(404, "unknown-exemption");
        (await server.OwnerLead.PostAsync("exemptions/1/decision", new { decision = "perhaps" })).Expect(400).FaultyFields.Should().Equal("decision");
    }

    [Fact]
    public async Task Personal_data_waits_for_the_approval_of_somebody_outside_the_team()
    {
        await server.Admin.FeatureAsync("person:income", "owners");
        (await server.Admin.PatchAsync("features/person:income", new { sensitivity = "personal" })).Expect(200);
        await server.MoveAsync("person:income", "proposed");
        (await server.OwnerLead.PostAsync("features/person:income/transitions", new { to = "experimental", reason = "Now." }))
            .ExpectProblem(422, "unmet-guards").Raw.Should().Contain("personal-data-reviewed");
        (await server.OwnerLead.PutAsync("features/person:income/evidence/sensitivityReview", new { value = 1 })).ExpectProblem(403, "own-feature");
        (await server.ReaderEngineer.PutAsync("features/person:income/evidence/sensitivityReview", new { value = 1 }))
            .ExpectProblem(403, "not-yours-to-approve");
        (await server.ReaderLead.PutAsync("features/person:income/evidence/sensitivityReview", new { value = 1, comment = "Consent is asked for." })).Expect(200);
        await server.MoveAsync("person:income", "experimental");
    }

    [Fact]
    public async Task Evidence_is_the_owners_and_the_newest_of_each_kind_stands()
    {
        await server.Admin.FeatureAsync("proof:one", "owners");
        (await server.OwnerEngineer.PutAsync("features/proof:one/evidence/coverage", new { value = 0.9, link = "https://ci.example/7" })).Expect(200);
        (await server.OwnerEngineer.PutAsync("features/proof:one/evidence/coverage", new { value = 0.5, at = server.Clock.GetUtcNow().AddDays(-1) }))
            .ExpectProblem(409, "newer-evidence");
        (await server.ReaderEngineer.PutAsync("features/proof:one/evidence/coverage", new { value = 1 })).ExpectProblem(403, "not-your-team");
        (await server.OwnerEngineer.PutAsync("features/proof:one/evidence/coverage", new { value = 1.1 })).Expect(400).FaultyFields.Should().Equal("value");
        (await server.OwnerEngineer.PutAsync("features/proof:one/evidence/nosuch", new { at = server.Clock.GetUtcNow().AddDays(1) }))
            .Expect(400).FaultyFields.Should().BeEquivalentTo("kind", "value", "at");
        (await server.Admin.GetAsync("features/proof:one/evidence")).Expect(200).Items().Single().GetProperty("value").GetDouble().Should().Be(0.9);
    }

    private object Wish(string feature, double days = 30, string rule = "has-tier") =>
        new { rule, feature, reason = "The tiers are being reworked.", expiresAt = server.Clock.GetUtcNow().AddDays(days) };
}
