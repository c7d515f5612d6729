using System.Globalization;
using DuckDB.NET.Data;
using FeatureGovernance.ServerTests.Fixtures;

namespace FeatureGovernance.ServerTests.Capacity;

/// <summary>A plan as CSV, as Parquet and as a document to print.</summary>
public sealed class ExportTests(ApiServer server) : IClassFixture<ApiServer>, IAsyncLifetime
{
    public async ValueTask InitializeAsync()
    {
        if (await server.QueryAsync<long>("select count(*) from capacity.pool") > 0)
            return;
        await server.Admin.PoolAsync("priced", unitPrice: 3);
        await server.Admin.PoolAsync("also-priced", unitPrice: 0.1);
        await server.Admin.PoolAsync("bare", unit: "terabyte", unitPrice: null);
        await server.Admin.ObservedAsync("priced", 900, ago => 200 + ((900 - ago) / 10.0) + (ago % 7), supply: 280);
        await server.Admin.ObservedAsync("also-priced", 200, ago => 1e9 / (1 + ago), supply: 1e9);
        await server.Admin.ObservedAsync("bare", 30, ago => 40 + (ago % 3));
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task Csv_and_parquet_hold_every_pool_total_and_period_in_stated_types()
    {
        var plan = await server.Admin.PlanAsync();
        var id = plan.Number("id");

        var csv = (await server.Admin.GetAsync($"capacity/plans/{id}", ("Accept", "text/csv"))).Expect(200).Raw.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var (types, rows) = await ParquetAsync($"capacity/plans/{id}");

        csv.Should().HaveCount(1 + (23 * 5), "three pools, the money, the hours");
        types.Select(type => type.Column).Should().Equal(csv[0].Split(','));
        types.Where(type => type.Type == "VARCHAR").Select(type => type.Column).Should().Equal("pool", "unit", "period", "total_by");
        types.Where(type => type.Type == "DATE").Select(type => type.Column).Should().Equal("from", "to", "shortfall_first_day");
        types.Count(type => type.Type == "DOUBLE").Should().Be(types.Count - 7);
        rows.Should().Equal(csv.Skip(1), "what is empty in one is null in the other, and numbers are the same to the last digit");
        var demand = Array.IndexOf(csv[0].Split(','), "demand_mean");
        foreach (var pool in plan.Body.GetProperty("poolPlans").GetProperty("items").EnumerateArray())
        {
            rows.Where(row => row.StartsWith(pool.GetProperty("pool").GetString() + ",", StringComparison.Ordinal)).Select(row => row.Split(',')[demand])
                .Should().Equal(pool.GetProperty("periods").EnumerateArray().Select(period => Spelled(period.At("demand.mean"))));
        }
    }

    [Fact]
    public async Task The_report_and_the_exports_are_had_from_the_page_too()
    {
        var id = (await server.Admin.PlanAsync()).Number("id");

        var page = await PageAsync($"/capacity/plans/{id}");
        var report = await PageAsync($"/capacity/plans/{id}/report");

        foreach (var form in (string[])["csv", "parquet", "report"])
            page.Should().Contain($"href=\"/capacity/plans/{id}/{form}\"");
        report.Should().StartWith("<!doctype html>").And.Contain("priced").And.Contain("Everything, in money").And.Contain("@media print").And.NotContain("<script");
        (await ParquetAsync($"/capacity/plans/{id}/parquet")).Rows.Should().HaveCount(23 * 5);
        (await PageAsync($"/capacity/plans/{id}/csv")).Split('\n', StringSplitOptions.RemoveEmptyEntries).Should().HaveCount(1 + (23 * 5));
        (await server.Admin.SendAsync(HttpMethod.Get, "/capacity/plans/999999/parquet", null, [("Accept", "text/html")])).Expect(404);
    }

    [Fact]
    public async Task A_plan_in_which_nothing_has_a_price_is_printed_compared_and_shown_without_money()
    {
        var asked = (await server.Admin.PostAsync("capacity/plans", new { name = "", pools = new[] { "bare" } })).Expect(202);
        var id = asked.Number("id");
        (await server.Admin.EndOfAsync($"capacity/plans/{id}")).ExpectState("succeeded").Items("totals").Should().BeEmpty();

        asked.Body.TryGetProperty("name", out _).Should().BeFalse("a blank name is none");
        (await PageAsync($"/capacity/plans/{id}/report")).Should().Contain("No pool has a price").And.Contain("bare").And.NotContain("Everything, in money");
        (await PageAsync($"/capacity/plans/{id}")).Should().Contain("bare");
        (await server.Admin.GetAsync($"capacity/plans/{id}/compare/{id}")).Expect(200).Items("money").Should().BeEmpty();
        (await ParquetAsync($"capacity/plans/{id}")).Rows.Should().HaveCount(23);
        (await server.Admin.CommandAsync(2, ["capacity", "plan", "show", $"{id}"])).Should().Contain("--pool");
        (await server.Admin.CommandAsync(0, ["capacity", "plan", "show", $"{id}", "--pool", "bare"])).Should().Contain("scenarios: none");
    }

    /// <summary>A Parquet answer as DuckDB reads it: its columns, and its rows in the spelling of the CSV form.</summary>
    private async Task<(List<(string Column, string Type)> Types, List<string> Rows)> ParquetAsync(string address)
    {
        var cancellation = TestContext.Current.CancellationToken;
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        request.Headers.TryAddWithoutValidation("Accept", "application/vnd.apache.parquet");
        using var response = await server.Admin.Http.SendAsync(request, cancellation);
        response.Content.Headers.ContentType!.MediaType.Should().Be("application/vnd.apache.parquet");
        var path = Path.Combine(Path.GetTempPath(), $"featgov-plan-{Guid.CreateVersion7():N}.parquet");
        try
        {
            await File.WriteAllBytesAsync(path, await response.Content.ReadAsByteArrayAsync(cancellation), cancellation);
            await using var connection = new DuckDBConnection("Data Source=:memory:");
            await connection.OpenAsync(cancellation);
            var types = await ReadAsync(connection, $"describe select * from read_parquet('{path}')", row => (row.GetString(0), row.GetString(1)));
            return (types, await ReadAsync(connection, $"select * from read_parquet('{path}')",
                row => string.Join(',', Enumerable.Range(0, row.FieldCount).Select(at => Spelled(row.GetValue(at))))));
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static async Task<List<T>> ReadAsync<T>(DuckDBConnection connection, string sql, Func<System.Data.Common.DbDataReader, T> read)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await using var reader = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        var rows = new List<T>();
        while (await reader.ReadAsync(TestContext.Current.CancellationToken))
            rows.Add(read(reader));
        return rows;
    }

    private async Task<string> PageAsync(string path) =>
        (await server.Admin.SendAsync(HttpMethod.Get, path, null, [("Accept", "text/html")])).Expect(200).Raw;

    private static string Spelled(object value) => value switch
    {
        double number => number.ToString("G10", CultureInfo.InvariantCulture),
        DateOnly day => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        DateTime day => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        _ => $"{value}",
    };
}
