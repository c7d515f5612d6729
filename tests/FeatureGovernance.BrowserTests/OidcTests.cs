using FeatureGovernance.BrowserTests.Fixtures;
using FeatureGovernance.ServerTests.Fixtures;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;

namespace FeatureGovernance.BrowserTests;

/// <summary>People sign in where their organisation says who they are.</summary>
public sealed class OidcTests(OidcTests.Signed server, Browser browser) : IClassFixture<OidcTests.Signed>
{
    [Fact]
    public async Task A_lead_signs_in_by_the_provider_does_his_work_and_signs_out()
    {
        server.Provider.Person = ("ada@example.org", true);
        await using var lead = await SignInAsync("/teams");
        await lead.Page.WaitForURLAsync("**/teams");
        (await lead.Page.Locator(".who span").InnerTextAsync()).Should().Contain("ada").And.Contain("lead");
        lead.Page.Url.Should().NotContain("code=");
        (await lead.Page.GotoAsync("/audit"))!.Status.Should().Be(200);
        (await server.QueryAsync<long>("select count(*) from access.token where name = 'sign-in of ada' and role = 2 and expires_at < now() + interval '13 hours'")).Should().BePositive();

        (await TokensAsync()).Should().Contain("sign-in of ada");
        await lead.Page.GetByRole(AriaRole.Button, new() { Name = "Sign out" }).ClickAsync();
        await lead.Page.GetByRole(AriaRole.Heading, new() { Name = "Sign in" }).WaitForAsync();
        (await server.QueryAsync<long>("select count(*) from access.token where name = 'sign-in of ada' and revoked_at is null"))
            .Should().Be(0, "the session ends with the sign-out");
        (await TokensAsync()).Should().NotContain("sign-in of ada", "what has ended is no more to be decided on");
    }

    [Fact]
    public async Task Sessions_that_ended_long_ago_are_forgotten_at_the_next_sign_in()
    {
        await server.ExecuteAsync("""
            insert into access.token (name, role, hash, created_at, expires_at) values
                ('sign-in of somebody', 2, '\x01', now() - interval '41 days', now() - interval '40 days'), ('a pipeline', 2, '\x02', now() - interval '41 days', now() - interval '40 days')
            """);
        server.Provider.Person = ("ben@example.org", true);
        await using var member = await SignInAsync("/teams");
        await member.Page.WaitForURLAsync("**/teams");
        (await server.QueryAsync<long>("select count(*) from access.token where name = 'sign-in of somebody'")).Should().Be(0);
        (await server.QueryAsync<long>("select count(*) from access.token where name = 'a pipeline'")).Should().Be(1, "it was made on purpose");
        (await server.QueryAsync<long>("select count(*) from audit.event where action = 'token.forgotten'")).Should().Be(1);
    }

    [Theory]
    [InlineData("stranger@example.org", true, "no team has a lead or member")]
    [InlineData("ada@example.com", true, "no team has a lead or member")]
    [InlineData("ada@example.org", false, "has not verified it")]
    public async Task Who_is_not_registered_is_told_so(string email, bool isVerified, string why)
    {
        server.Provider.Person = (email, isVerified);
        await using var visitor = await SignInAsync("/");
        await Assertions.Expect(visitor.Page.GetByRole(AriaRole.Heading)).ToHaveTextAsync("You are not registered here");
        await Assertions.Expect(visitor.Page.Locator("main")).ToContainTextAsync(why);
        (await visitor.Page.GotoAsync("/"))!.Url.Should().Contain("/sign-in");
    }

    [Fact]
    public async Task A_token_for_another_audience_and_a_forged_answer_are_refused()
    {
        server.Provider.Person = ("ada@example.org", true);
        server.Provider.Misaddresses = true;
        try
        {
            await using var visitor = await SignInAsync("/");
            await Assertions.Expect(visitor.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("not completed");
            (await visitor.Page.GotoAsync("/sign-in/oidc/callback?code=abc&state=forged"))!.Status.Should().Be(401);
        }
        finally
        {
            server.Provider.Misaddresses = false;
        }
    }

    [Fact]
    public async Task Keys_are_in_the_database_where_other_processes_find_them()
    {
        server.Services.GetRequiredService<IDataProtectionProvider>().CreateProtector("test").Protect("something");
        (await server.QueryAsync<long>("select count(*) from access.data_key")).Should().BePositive();
    }

    private async Task<List<string?>> TokensAsync() =>
        [.. (await server.Admin.GetAsync("tokens?limit=1000")).Expect(200).Items().Select(token => token.GetProperty("name").GetString())];

    private async Task<Visitor> SignInAsync(string path)
    {
        var visitor = await browser.VisitAsync(server.Address, null);
        await visitor.Page.GotoAsync(path);
        await visitor.Page.GetByRole(AriaRole.Link, new() { Name = "Sign in with your organisation" }).ClickAsync();
        return visitor;
    }

    /// <summary>The service with a provider, and one team with a lead.</summary>
    public sealed class Signed(TestCluster cluster) : ApiServer(cluster)
    {
        public IdentityProvider Provider { get; } = new();

        public override async ValueTask InitializeAsync()
        {
            await Provider.StartAsync();
            await base.InitializeAsync();
            (await Admin.PutAsync("teams/ranking", new { name = "Ranking", leads = (string[])["ada"], members = (string[])["ben"] })).Expect(201);
        }

        protected override void Configure(WebApplicationBuilder builder)
        {
            builder.Configuration["Oidc:Authority"] = Provider.Authority;
            builder.Configuration["Oidc:ClientId"] = IdentityProvider.ClientId;
            builder.Configuration["Oidc:ClientSecret"] = IdentityProvider.ClientSecret;
            builder.Configuration["Oidc:EmailDomain"] = "example.org";
        }
    }
}
