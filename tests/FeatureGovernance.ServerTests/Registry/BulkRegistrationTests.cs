using System.Text;
using FeatureGovernance.ServerTests.Fixtures;

namespace FeatureGovernance.ServerTests.Registry;

public sealed class BulkRegistrationTests(ApiServer server) : IClassFixture<ApiServer>
{
    private const string Ndjson = "application/x-ndjson";

    [Fact]
    public async Task Thousands_of_features_are_registered_in_one_request_each_with_its_audit_event()
    {
        await server.Admin.TeamAsync("bulk");
        var lines = new StringBuilder();
        for (var i = 0; i < 12_000; i++)
            lines.Append($$"""{"key":"many:f{{i}}","team":"bulk","dataType":"double","description":"Feature number {{i}}."}""").Append('\n');

        var answer = await server.Admin.SendTextAsync(HttpMethod.Post, "features/bulk", lines.ToString(), Ndjson);

        answer.Expect(200).Number("created").Should().Be(12_000);
        (await server.QueryAsync<long>("select count(*) from audit.event where subject like 'many:%'")).Should().Be(12_000);
        (await server.Admin.SendTextAsync(HttpMethod.Post, "features/bulk", lines.ToString(), Ndjson)).Number("unchanged").Should().Be(12_000);
        (await server.Admin.GetAsync("audit/verify")).Body.GetProperty("intact").GetBoolean().Should().BeTrue();
    }

    [Fact]
    public async Task Bad_lines_are_reported_by_number_and_field_and_good_ones_land()
    {
        await server.Admin.TeamAsync("bulk");
        const string lines = """
            {"key":"mixed:a","team":"bulk"}

            {"key":"mixed:b","team":"nobody"}
            {"key":"mixed c","team":"bulk"}
            {"key":"mixed:d","team":"bulk","dataType":7}
            {"key":"mixed:e","team":"bulk"
            {"key":"mixed:f","team":"bulk","surprise":true}
            """;

        var answer = (await server.Admin.SendTextAsync(HttpMethod.Post, "features/bulk", lines, Ndjson)).Expect(200);

        answer.Number("created").Should().Be(1);
        answer.Items("errors").Select(error => $"{error.GetProperty("line")} {error.GetProperty("field")}")
            .Should().BeEquivalentTo("3 team", "4 key", "5 dataType", "6 body", "7 surprise");
    }

    [Fact]
    public async Task A_child_may_follow_its_parent_in_the_same_request()
    {
        await server.Admin.TeamAsync("bulk");
        const string lines = """
            {"key":"kin:parent","team":"bulk"}
            {"key":"kin:child","team":"bulk","derivedFrom":["kin:parent"]}
            """;

        (await server.Admin.SendTextAsync(HttpMethod.Post, "features/bulk", lines, Ndjson)).Expect(200).Number("created").Should().Be(2);
        (await server.Admin.GetAsync("features/kin:parent/dependants")).Items("features").Select(key => key.GetString()).Should().Equal("kin:child");
    }

    [Fact]
    public async Task A_later_line_for_the_same_key_changes_what_the_earlier_one_registered()
    {
        await server.Admin.TeamAsync("bulk");
        const string lines = """
            {"key":"twice:a","team":"bulk","dataType":"int32"}
            {"key":"twice:a","team":"bulk","dataType":"int64"}
            """;

        var answer = (await server.Admin.SendTextAsync(HttpMethod.Post, "features/bulk", lines, Ndjson)).Expect(200);

        (answer.Number("created"), answer.Number("updated")).Should().Be((1, 1));
        (await server.Admin.GetAsync("features/twice:a")).Number("version").Should().Be(2);
    }

    [Fact]
    public async Task A_line_over_a_megabyte_is_reported_and_the_rest_is_read()
    {
        await server.Admin.TeamAsync("bulk");
        var lines = $$"""{"key":"long:a","team":"bulk","description":"{{new string('x', 3 << 20)}}"}""" + "\n" + """{"key":"long:b","team":"bulk"}""";

        var answer = (await server.Admin.SendTextAsync(HttpMethod.Post, "features/bulk", lines, Ndjson)).Expect(200);

        (answer.Number("created"), answer.Number("failed")).Should().Be((1, 1));
    }

    [Fact]
    public async Task A_body_without_lines_is_refused() =>
        (await server.Admin.SendTextAsync(HttpMethod.Post, "features/bulk", "\n\n", Ndjson)).ExpectProblem(400, "malformed-request");
}
