using FeatureGovernance.Server.Storage;
using FeatureGovernance.Server.Value;
using FeatureGovernance.ServerTests.Fixtures;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace FeatureGovernance.ServerTests.Value;

/// <summary>Small organisations with telemetry, and runs over them.</summary>
internal static class Organisation
{
    public static readonly DateOnly Today = DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime);

    /// <summary>Team core with features g:a … and models m1 (weight 3) and m2 (weight 1).</summary>
    public static async Task OrganisationAsync(this Api api, string[] m1, string[] m2, params string[] others)
    {
        await api.TeamAsync("core", leads: ["ada"]);
        foreach (var key in m1.Concat(m2).Concat(others).Distinct())
            await api.FeatureAsync(key, "core");
        await api.ModelAsync("m1", "core", weight: 3);
        await api.ModelAsync("m2", "core", kind: "retrieval", weight: 1);
        await api.ManifestAsync("m1", "v1", m1);
        await api.ManifestAsync("m2", "v1", m2);
    }

    /// <summary>Lands usage as a batch does: the figures replace those of the same day, and the day is noted as changed.</summary>
    public static Task UsageAsync(
        this ApiServer server, string feature, string model, int daysAgo, long reads, long requests = 1000, double? samplingRate = null, int environment = 1) =>
        server.ExecuteAsync($"""
            select telemetry.ensure_month('usage_daily', date '{Today.AddDays(-daysAgo):yyyy-MM-dd}');
            insert into telemetry.usage_daily (feature_id, model_id, day, environment, sampling_rate, reads, requests)
            select f.id, m.id, date '{Today.AddDays(-daysAgo):yyyy-MM-dd}', {environment}, {Text(samplingRate)}, {reads}, {requests}
            from registry.feature f, registry.model m where f.key = '{feature}' and m.name = '{model}'
            on conflict (feature_id, model_id, day, environment) do update set reads = excluded.reads, requests = excluded.requests, sampling_rate = excluded.sampling_rate;
            {Changed(0, daysAgo)}
            """);

    public static async Task ImportanceAsync(
        this ApiServer server, string model, int daysAgo, int method, params (string Feature, double Value, double? Error)[] values)
    {
        await server.ExecuteAsync($"""
            select telemetry.ensure_month('importance', date '{Today.AddDays(-daysAgo):yyyy-MM-dd}');
            insert into telemetry.metric (name) values ('auc') on conflict do nothing;
            {Changed(1, daysAgo)}
            """);
        foreach (var (feature, value, error) in values)
        {
            await server.ExecuteAsync($"""
                insert into telemetry.importance (feature_id, model_id, method, metric_id, evaluated_at, value, standard_error)
                select f.id, m.id, {method}, (select id from telemetry.metric where name = 'auc'),
                       date '{Today.AddDays(-daysAgo):yyyy-MM-dd}'::timestamp at time zone 'utc', {Text(value)}, {Text(error)}
                from registry.feature f, registry.model m where f.key = '{feature}' and m.name = '{model}'
                """);
        }
    }

    public static Task CostAsync(this ApiServer server, string feature, string resource, int daysAgo, double amount) =>
        server.ExecuteAsync($"""
            select telemetry.ensure_month('cost_daily', date '{Today.AddDays(-daysAgo):yyyy-MM-dd}');
            insert into telemetry.resource (name, unit) select '{resource}', 'hour' where not exists (select from telemetry.resource where name = '{resource}');
            insert into telemetry.cost_daily
            select f.id, date '{Today.AddDays(-daysAgo):yyyy-MM-dd}', r.id, {Text(amount)} from registry.feature f, telemetry.resource r where f.key = '{feature}' and r.name = '{resource}';
            {Changed(2, daysAgo)}
            """);

    public static Task PriceAsync(this ApiServer server, string resource, double price) =>
        server.ExecuteAsync($"insert into telemetry.price select id, date '2020-01-01', {Text(price)} from telemetry.resource where name = '{resource}'");

    /// <summary>Registered so long ago that no grace applies.</summary>
    public static Task SettledAsync(this ApiServer server) => server.ExecuteAsync("update registry.feature set created_at = now() - interval '200 days'");

    /// <summary>Runs to the end and answers what the run says of itself.</summary>
    public static async Task<Answer> ScoreAsync(this ApiServer server, bool full = false)
    {
        var id = (await server.Admin.PostAsync("scoring/runs", new { full })).Expect(202).Number("id");
        return (await server.EndOfAsync(id)).ExpectState("succeeded");
    }

    public static Task<Answer> EndOfAsync(this ApiServer server, int id) => server.Admin.EndOfAsync($"scoring/runs/{id}");

    /// <summary>Everything that scoring keeps and says, apart from run numbers and times.</summary>
    public static async Task<double[]> NumbersAsync(this ApiServer server)
    {
        await using var command = server.Services.GetRequiredService<NpgsqlDataSource>().CreateCommand("""
            select array[s.feature_id, coalesce(s.value, -1), coalesce(s.lower, -1), coalesce(s.upper, -1), coalesce(s.percentile, -1), coalesce(s.usage, -1),
                         coalesce(s.reads_per_day, -1), coalesce(s.reads_per_day_upper_bound, -1), coalesce(s.cost_per_day, -1), s.recommendation, s.confidence] from value.feature_score s
            union all
            select array[feature_id, model_id, environment, last_day - date '2020-01-01', coalesce(last_read - date '2020-01-01', -1), days_reported, quiet_days, quiet_exposure,
                         days, reads, observed, exposure, request_reads, requests] from value.pair_state
            union all
            select array[feature_id, model_id, method, weight, weighted_sum, weighted_squares, reports] from value.pair_evidence
            order by 1
            """);
        await using var reader = await command.ExecuteReaderAsync();
        var numbers = new List<double>();
        while (await reader.ReadAsync())
            numbers.AddRange(reader.GetFieldValue<double[]>(0));
        return [.. numbers];
    }

    public static void ShouldEqual(this double[] actual, double[] expected)
    {
        actual.Should().HaveCount(expected.Length);
        for (var i = 0; i < actual.Length; i++)
            actual[i].Should().BeApproximately(expected[i], 1e-9 * Math.Max(1, Math.Abs(expected[i])));
    }

    /// <summary>Begins a run and stops as a killed process does: the session ends in the middle of a phase, and nobody writes an end.</summary>
    public static async Task KillScoringAsync(this ApiServer server, double at)
    {
        var source = server.Services.GetRequiredService<NpgsqlDataSource>();
        await using var connection = await source.OpenConnectionAsync();
        (await RunLedger.Runs.TryHoldAsync(connection, 0, CancellationToken.None)).Should().BeTrue();
        var now = WriteTransaction.Truncate(TimeProvider.System.GetUtcNow());
        var id = (int)(await RunLedger.AddAsync(connection, full: false, Today, "test", now, CancellationToken.None))!;
        var run = await RunLedger.StartAsync(connection, id, now, CancellationToken.None);
        var scoring = new Scoring(connection, run!, progress => progress.Fraction >= at ? throw new InvalidOperationException("killed") : Task.CompletedTask);
        await scoring.Invoking(s => s.ExecuteAsync(() => now, CancellationToken.None)).Should().ThrowAsync<InvalidOperationException>();
        await RunLedger.Runs.ReleaseAsync(connection, 0);
    }

    private static string Changed(int kind, int daysAgo) => $"""
        with batch as (insert into telemetry.batch (kind, at, actor, landed, failed) values ({kind}, now(), 'test', 1, 0) returning id)
        insert into telemetry.changed_day select {kind}, date '{Today.AddDays(-daysAgo):yyyy-MM-dd}', id from batch
        on conflict (kind, day) do update set batch_id = excluded.batch_id;
        """;

    private static string Text(double? number) => number?.ToString("R", System.Globalization.CultureInfo.InvariantCulture) ?? "null";
}
