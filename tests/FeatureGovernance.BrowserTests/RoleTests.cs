using FeatureGovernance.BrowserTests.Fixtures;

namespace FeatureGovernance.BrowserTests;

/// <summary>The main stories in the generated organisation, as each role.</summary>
[Collection(nameof(Tour))]
public sealed class RoleTests(Tour tour, Browser browser)
{
    [Theory]
    [InlineData("viewer")]
    [InlineData("engineer")]
    [InlineData("lead")]
    [InlineData("planner")]
    [InlineData("admin")]
    public Task A_role_does_what_it_may_and_nothing_else(string role) => tour.Story.WalkAsync(browser, role);

    [Theory]
    [InlineData("engineer")]
    [InlineData("lead")]
    public Task Another_team_decides_on_none_of_it(string role) => tour.Story.StrangerAsync(browser, role, tour.Stranger);
}
