using FeatureGovernance.ServerTests.Fixtures;

namespace FeatureGovernance.ServerTests.Audit;

public sealed class AuditTests(TestCluster cluster)
{
    public static TheoryData<string, string> Tampering => new()
    {
        { "altered", "update audit.event set reason = 'another' where sequence = 3" },
        { "altered in its after-image", "update audit.event set after = '{}' where sequence = 2" },
        { "removed from the middle", "delete from audit.event where sequence = 2" },
        { "removed from the end", "delete from audit.event where sequence = (select max(sequence) from audit.event)" },
        { "moved out of time", "update audit.event set at = 'infinity' where sequence = 2" },
        { "added at the end", "insert into audit.event select sequence + 1, at, actor, action, subject_kind, subject_id, subject, before, after, reason, request_id, address, hash from audit.event order by sequence desc limit 1" },
        { "added before the beginning", "insert into audit.event select -1, at, actor, action, subject_kind, subject_id, subject, before, after, reason, request_id, address, hash from audit.event where sequence = 1" },
        { "given another place of origin", "update audit.event set address = '10.0.0.1' where sequence = 3" },
        { "robbed of its head", "delete from audit.head" },
        { "removed with all others", "truncate audit.event" },
        { "reordered", "update audit.event set sequence = -sequence where sequence in (2, 3); update audit.event set sequence = 5 + sequence where sequence < 0" },
    };

    [Fact]
    public async Task An_untouched_trail_verifies()
    {
        await using var server = await BusyServerAsync();

        var verified = (await server.Admin.GetAsync("audit/verify")).Expect(200);

        verified.Body.GetProperty("intact").GetBoolean().Should().BeTrue();
        verified.Number("events").Should().BeGreaterThan(4);
    }

    [Theory]
    [MemberData(nameof(Tampering))]
    public async Task An_event_tampered_with_in_the_database_is_found(string what, string sql)
    {
        await using var server = await BusyServerAsync();
        await server.ExecuteAsync($"alter table audit.event disable trigger append_only; {sql}");

        (await server.Admin.GetAsync("audit/verify")).Expect(200).Body.GetProperty("intact").GetBoolean().Should().BeFalse("an event was {0}", what);
    }

    [Fact]
    public async Task The_database_refuses_to_change_an_event()
    {
        await using var server = await BusyServerAsync();

        await server.Invoking(s => s.ExecuteAsync("delete from audit.event")).Should().ThrowAsync<Npgsql.PostgresException>();
    }

    [Fact]
    public async Task Concurrent_writes_leave_no_gap()
    {
        await using var server = await BusyServerAsync();

        await Task.WhenAll(Enumerable.Range(0, 40).Select(i => server.Admin.PutAsync($"features/parallel:f{i}", new { team = "audited" })));

        var verified = (await server.Admin.GetAsync("audit/verify")).Expect(200);
        verified.Body.GetProperty("intact").GetBoolean().Should().BeTrue();
        (await server.QueryAsync<long>("select count(*) from audit.event where subject like 'parallel:%'")).Should().Be(40);
    }

    private async Task<ApiServer> BusyServerAsync()
    {
        var server = new ApiServer(cluster);
        await server.InitializeAsync();
        await server.Admin.TeamAsync("audited");
        for (var i = 0; i < 3; i++)
            await server.Admin.FeatureAsync($"audited:f{i}", "audited");
        return server;
    }
}
