using DuckDB.NET.Data;
using FeatureGovernance.Cli.Running;
using FeatureGovernance.ServerTests.Fixtures;
using FeatureGovernance.ServerTests.Telemetry;

namespace FeatureGovernance.ServerTests.Drift;

/// <summary>A server that may read one folder.</summary>
public sealed class ScanningServer(TestCluster cluster) : ApiServer(cluster)
{
    public string Folder { get; } = Directory.CreateTempSubdirectory("featgov-scan-").FullName;

    protected override void Configure(Microsoft.AspNetCore.Builder.WebApplicationBuilder builder) => builder.Configuration["FEATGOV_PROFILE_ROOTS"] = Folder;
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

    /// <summary>Runs the command against the server, and tells what it wrote; on standard error where it ends with a fault.</summary>
    public static async Task<string> RunAsync(this ApiServer server, int code, params string[] words)
    {
        using var output = new StringWriter();
        using var errors = new StringWriter();
        var ended = await FeatureGovernance.Cli.Program.RunAsync(words, new Surroundings
        {
            Output = output,
            Errors = errors,
            Input = () => new MemoryStream(),
            Clock = TimeProvider.System,
            Variable = name => name switch { "FEATGOV_URL" => server.Address.ToString(), "FEATGOV_TOKEN" => ApiServer.AdminToken, "XDG_CONFIG_HOME" => Path.GetTempPath(), _ => null },
        });
        ended.Should().Be(code, "it says {0}", errors);
        return code == 0 ? output.ToString() : errors.ToString();
    }
}
