using FeatureGovernance.Server.Pages;
using FeatureGovernance.ServerTests.Fixtures;

namespace FeatureGovernance.ServerTests.Http;

/// <summary>Numbers on pages, as each reader writes them.</summary>
public sealed class ReaderNumbersTests(ApiServer server) : IClassFixture<ApiServer>
{
    [Theory]
    [InlineData("", "12,345,678.5")]
    [InlineData("de", "12.345.678,5")]
    [InlineData("de-DE", "12.345.678,5")]
    [InlineData("de-CH", "12’345’678.5")]
    [InlineData("fr-FR", "12\u202F345\u202F678,5")]
    [InlineData("SV", "12\u00A0345\u00A0678,5")]
    [InlineData("en-IN", "1,23,45,678.5")]
    [InlineData("tlh de", "12.345.678,5")]
    public void The_dearest_language_that_is_known_decides(string languages, string written) =>
        12_345_678.5.ToString("N1", ReaderNumbers.Of(languages.Split(' '))).Should().Be(written);

    [Theory]
    [InlineData("en-GB,en;q=0.9", "1.2 M")]
    [InlineData("en;q=0.5, de;q=0.8", "1,2 M")]
    [InlineData("no such header;;;", "1.2 M")]
    public async Task A_page_is_written_for_its_reader(string header, string traffic)
    {
        await server.Admin.PutAsync("teams/core", new { });
        await server.Admin.PutAsync("models/busy", new
        {
            team = "core", kind = "ranking", surface = "home", weight = 1, trafficPerDay = 1_200_000, metric = new { name = "auc", higherIsBetter = true },
        });

        (await server.Admin.SendAsync(HttpMethod.Get, "/models/busy", null, [("Accept", "text/html"), ("Accept-Language", header)])).Expect(200)
            .Raw.Should().Contain(traffic);
    }
}
