using System.Text;
using System.Text.Json;
using FeatureGovernance.ServerTests.Fixtures;
using FeatureGovernance.ServerTests.Telemetry;
using FeatureGovernance.Statistics.Sketches;

namespace FeatureGovernance.ServerTests.Drift;

public sealed class ProfileTests(ApiServer server) : IClassFixture<ApiServer>
{
    [Fact]
    public async Task Segments_of_a_window_are_merged()
    {
        var org = await server.OrganisationAsync("merged");

        (await server.Admin.ReportAsync("profiles", string.Join('\n', Line(org, Of(1, 2, 3), "country=se"), Line(org, Of(4, 5), "country=no")))).Expect(200)
            .Number("landed").Should().Be(2);

        var window = (await Values(org)).GetProperty("windows").EnumerateArray().Should().ContainSingle().Which;
        window.GetProperty("segments").GetInt32().Should().Be(2);
        window.GetProperty("count").GetInt64().Should().Be(6);
        window.GetProperty("nulls").GetInt64().Should().Be(1);
        window.GetProperty("mean").GetDouble().Should().BeApproximately(3, 1e-12);
        window.GetProperty("maximum").GetDouble().Should().Be(5);
        window.GetProperty("distinct").GetDouble().Should().BeApproximately(5, 0.01);
    }

    [Fact]
    public async Task A_profile_sent_again_replaces_the_former()
    {
        var org = await server.OrganisationAsync("again");
        (await server.Admin.ReportAsync("profiles", Line(org, Of(1, 2)))).Expect(200);

        (await server.Admin.ReportAsync("profiles", Line(org, Of(7, 8, 9)))).Expect(200).Number("replaced").Should().Be(1);

        (await Values(org)).GetProperty("windows")[0].GetProperty("minimum").GetDouble().Should().Be(7);
    }

    [Theory]
    [InlineData("\"day\"", "\"month\"", "window")]
    [InlineData("T00:00:00Z", "T01:30:00Z", "start")]
    [InlineData("\"numbers\"", "\"texts\"", "profile.frequent")]
    [InlineData("\"numbers\"", "\"embeddings\"", "profile.frequent")]
    [InlineData("\"moments\":[", "\"moments\":[0,", "profile.moments")]
    [InlineData("\"profile\":{", "\"lagSeconds\":-1,\"profile\":{", "lagSeconds")]
    [InlineData("\"count\":3", "\"count\":30", "profile.moments")]
    [InlineData("\"quantiles\":\"", "\"quantiles\":\"AAAA", "profile.quantiles")]
    [InlineData("\"count\":3", "\"count\":-3", "profile.count")]
    [InlineData(":f0\"", ":f9\"", "feature")]
    [InlineData("\"feature\"", "\"featur\"", "featur")]
    [InlineData("\"profile\":{", "\"version\":2,\"profile\":{", "version")]
    public async Task A_faulty_line_is_refused_and_nothing_lands(string part, string replacement, string field)
    {
        var org = await server.OrganisationAsync($"faulty_{(part + replacement).Sum(c => c)}_{field.Replace('.', '_')}");
        var good = Line(org, Of(1, 2));

        var answer = await server.Admin.ReportAsync("profiles", good + "\n" + good.Replace(part, replacement, StringComparison.Ordinal));

        answer.Expect(400).Body.GetProperty("errors").EnumerateArray()
            .Should().Contain(error => error.GetProperty("line").GetInt32() == 2
                && error.GetProperty("field").GetString()!.StartsWith(field, StringComparison.Ordinal));
        (await Values(org)).GetProperty("windows").GetArrayLength().Should().Be(0);
    }

    [Fact]
    public async Task Values_outside_the_registered_range_land_and_are_told_or_refused_where_that_is_asked()
    {
        var org = await server.OrganisationAsync("outside");
        (await server.Admin.PatchAsync($"features/{org}:f0", new { expected = new { min = 0, max = 6.5, maxNullRate = 0.1 } })).Expect(200);
        var lines = string.Join('\n', Line(org, Of(5, 6)), Line(org, Of(1, 7, -2), "country=se"));

        var refused = (await server.Admin.ReportAsync("profiles?strict=true", lines)).ExpectProblem(422, "outside-expected");
        refused.Body.GetProperty("errors").EnumerateArray().Select(error => (error.GetProperty("line").GetInt32(), error.GetProperty("field").GetString()))
            .Should().Equal((2, "profile.quantiles"), (2, "profile.quantiles"), (2, "profile.nulls"));
        (await Values(org)).GetProperty("windows").GetArrayLength().Should().Be(0);

        var outside = (await server.Admin.ReportAsync("profiles", lines)).Expect(200).Items("outside")
            .Select(one => one.GetProperty("message").GetString()).ToList();
        outside.Should().HaveCount(3).And.OnlyContain(message =>
            message!.StartsWith($"{org}:f0@2, day of {Organisation.Yesterday}T00:00Z, country=se: ", StringComparison.Ordinal));
        outside.Should().ContainSingle(message => message!.EndsWith("the smallest value is -2, below 0.", StringComparison.Ordinal));
        outside.Should().ContainSingle(message => message!.EndsWith("25 % of the values are missing, more than 10 %.", StringComparison.Ordinal));
        (await Values(org)).GetProperty("windows").GetArrayLength().Should().Be(1);
    }

    [Fact]
    public async Task What_was_kept_before_profiles_were_packed_is_still_read()
    {
        var org = await server.OrganisationAsync("unpacked");
        (await server.Admin.ReportAsync("profiles", Line(org, Of(1, 2, 3)))).Expect(200);
        var packed = await Values(org);
        var profile = Profile.OfNumbers(new());
        foreach (var value in (double[])[1, 2, 3])
            profile.Update(value);
        profile.UpdateNull();

        (await server.QueryAsync<int>($"with kept as (update drift.profile set content = '\\x{Convert.ToHexString(profile.ToBytes())}' from registry.feature f where f.id = feature_id and f.key = '{org}:f0' returning 1) select count(*)::int from kept"))
            .Should().Be(1);

        (await Values(org)).GetRawText().Should().Be(packed.GetRawText());
    }

    private async Task<JsonElement> Values(string org) => (await server.Admin.GetAsync($"features/{org}:f0/values")).Expect(200).Body;

    private static string Line(string org, string profile, string segment = "") =>
        $$"""{"feature":"{{org}}:f0","window":"day","start":"{{Organisation.Yesterday}}T00:00:00Z","segment":"{{segment}}","profile":{{profile}}}""".Replace("\"segment\":\"\",", "", StringComparison.Ordinal);

    // One missing value goes with the first profile of a window only where it starts at 1.
    private static string Of(params double[] values)
    {
        var profile = Profile.OfNumbers(new());
        foreach (var value in values)
            profile.Update(value);
        if (values[0] == 1)
            profile.UpdateNull();
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
            profile.WriteJson(json);
        return Encoding.UTF8.GetString(stream.ToArray());
    }
}
