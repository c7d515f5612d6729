using DuckDB.NET.Data;
using FeatureGovernance.ServerTests.Fixtures;

namespace FeatureGovernance.ServerTests.Telemetry;

public sealed class ParquetTests(ApiServer server) : IClassFixture<ApiServer>
{
    private const string ContentType = "application/vnd.apache.parquet";

    [Fact]
    public async Task Usage_lands_from_Parquet()
    {
        var org = await server.OrganisationAsync("columnar");
        var file = Parquet($"""
            select '{org}:f' || (i % 2) as feature, '{org}_model' as model, date '2026-01-01' + (i // 2)::int as day, 'serving' as environment,
                   i as reads, 100 as requests, case when i = 3 then 0.5 end as "samplingRate"
            from range(100) t(i)
            """);

        (await PostAsync("usage", file)).Expect(200).Number("landed").Should().Be(100);

        (await server.ReadsAsync(org)).Should().Be(99 * 50);
        (await server.QueryAsync<long>("select count(*) from telemetry.usage_daily where sampling_rate = 0.5")).Should().Be(1);
    }

    [Fact]
    public async Task Importance_lands_from_Parquet_one_row_a_feature()
    {
        var org = await server.OrganisationAsync("flat");
        var file = Parquet($"""
            select '{org}_model' as model, 'permutation' as method, timestamptz '2026-01-05 10:00:00+00' as "evaluatedAt", 'auc' as metric,
                   '{org}:f' || i as feature, i / 4 as value, 0.01 as "standardError" from range(2) t(i)
            """);

        (await PostAsync("importance", file)).Expect(200).Number("landed").Should().Be(2);

        (await server.ImportanceAsync(org)).Should().Be("flat:f0=0 flat:f1=0.25");
        (await server.QueryAsync<DateTime>("select evaluated_at from telemetry.importance limit 1"))
            .Should().Be(new DateTime(2026, 1, 5, 10, 0, 0, DateTimeKind.Utc));
    }

    [Fact]
    public async Task A_cut_file_is_refused()
    {
        var file = Parquet("select 'x' as feature from range(1000)");

        (await PostAsync("usage", file[..^10])).ExpectProblem(400, "malformed-parquet");
        (await PostAsync("usage", [])).ExpectProblem(400, "malformed-parquet");
        (await PostAsync("usage", "not Parquet at all"u8.ToArray())).ExpectProblem(400, "malformed-parquet");
        (await PostAsync("costs", file)).Expect(415);
    }

    [Fact]
    public async Task Missing_wrong_and_mistyped_columns_are_named_by_row()
    {
        var refused = await PostAsync("usage",
            Parquet("select 'a:b' as feature, 'm' as model, date '2026-01-01' as day, 'serving' as environment, 'many' as reads, 1 as rqs"));

        refused.ExpectProblem(400, "malformed-lines").FaultyFields.Should().BeEquivalentTo("reads", "rqs", "requests");
    }

    private Task<Answer> PostAsync(string kind, byte[] file) => server.Admin.SendBytesAsync(HttpMethod.Post, $"telemetry/{kind}", file, ContentType);

    private static byte[] Parquet(string query)
    {
        var path = Path.Combine(Path.GetTempPath(), $"featgov-test-{Guid.CreateVersion7():N}.parquet");
        using var connection = new DuckDBConnection("Data Source=:memory:");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = $"copy ({query}) to '{path}' (format parquet)";
        command.ExecuteNonQuery();
        var bytes = File.ReadAllBytes(path);
        File.Delete(path);
        return bytes;
    }
}
