using FeatureGovernance.ServerTests.Fixtures;
using FeatureGovernance.Tests;

namespace FeatureGovernance.ServerTests.Registry;

public sealed class FeastImportTests(ApiServer server, TestCluster cluster) : IClassFixture<ApiServer>
{
    private static byte[] Registry => File.ReadAllBytes(SharedData.Path("feast", "registry.db"));

    [Fact]
    public async Task A_real_registry_is_registered_whole_and_a_second_import_changes_nothing()
    {
        await using var empty = new ApiServer(cluster);
        await empty.InitializeAsync();
        await empty.Admin.TeamAsync("credit");
        var first = await ImportAsync(Registry, empty);
        first.Expect(200).Body.GetProperty("features").GetProperty("created").GetInt32().Should().Be(18);
        first.Body.GetProperty("models").GetProperty("created").GetInt32().Should().Be(5);
        var sequence = await empty.QueryAsync<long>("select count(*) from audit.event where action <> 'registry.imported'");

        var second = await ImportAsync(Registry, empty);

        second.Expect(200).Items("changes").Should().BeEmpty();
        second.Body.GetProperty("features").GetProperty("unchanged").GetInt32().Should().Be(18);
        (await empty.QueryAsync<long>("select count(*) from audit.event where action <> 'registry.imported'")).Should().Be(sequence);
        (await empty.Admin.GetAsync("groups")).Expect(200).Items().Should().HaveCount(4);
        (await empty.Admin.GetAsync("models?limit=2")).Expect(200).Items().Should().HaveCount(2);
    }

    [Fact]
    public async Task What_people_added_survives_an_import()
    {
        await server.Admin.TeamAsync("credit");
        (await ImportAsync(Registry)).Expect(200);
        var key = (await server.Admin.GetAsync("features?limit=1")).Items()[0].GetProperty("key").GetString();
        (await server.Admin.PatchAsync($"features/{key}", new { sensitivity = "personal" })).Expect(200);

        (await ImportAsync(Registry)).Expect(200);

        (await server.Admin.GetAsync($"features/{key}")).Text("sensitivity").Should().Be("personal");
    }

    [Theory]
    [InlineData("")]
    [InlineData("hello")]
    [InlineData("{\"projects\": 3}")]
    [InlineData("PAR1aaaaPAR1")]
    public async Task A_file_that_is_no_registry_is_refused(string content)
    {
        await server.Admin.TeamAsync("credit");

        (await ImportAsync(System.Text.Encoding.UTF8.GetBytes(content))).Expect(400);
    }

    [Fact]
    public async Task The_team_must_exist() =>
        (await server.Admin.SendBytesAsync(HttpMethod.Post, "imports/feast?team=nobody", Registry, "application/octet-stream"))
            .ExpectProblem(400, "malformed-request").FaultyFields.Should().Equal("team");

    private Task<Answer> ImportAsync(byte[] file, ApiServer? into = null) =>
        (into ?? server).Admin.SendBytesAsync(HttpMethod.Post, "imports/feast?team=credit", file, "application/octet-stream");
}
