using DuckDB.NET.Data;
using FeatureGovernance.ServerTests.Fixtures;

namespace FeatureGovernance.ServerTests.Drift;

/// <summary>A server that may read one folder.</summary>
public sealed class ScanningServer(TestCluster cluster) : ApiServer(cluster)
{
    public string Folder { get; } = Directory.CreateTempSubdirectory("featgov-scan-").FullName;

    protected override void Configure(Microsoft.AspNetCore.Builder.WebApplicationBuilder builder) => builder.Configuration["FEATGOV_PROFILE_ROOTS"] = Folder;

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        Directory.Delete(Folder, recursive: true);
    }
}

/// <summary>Writing files, and having them profiled by the server or by the command.</summary>
internal static class ScanScene
{
    public static async Task<Answer> ScanAsync(this ApiServer server, object request) =>
        await server.Admin.EndOfAsync($"profiles/scans/{(await server.Admin.PostAsync("profiles/scan", request)).Expect(202).Number("id")}");

    public static void Query(params string[] statements)
    {
        using var connection = new DuckDBConnection("DataSource=:memory:");
        connection.Open();
        foreach (var statement in statements)
        {
            using var command = connection.CreateCommand();
            command.CommandText = statement;
            command.ExecuteNonQuery();
        }
    }
}
