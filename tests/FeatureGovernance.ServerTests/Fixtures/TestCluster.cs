using FeatureGovernance.Server.Storage;
using FeatureGovernance.Server.Storage.Postgres;
using FeatureGovernance.ServerTests.Fixtures;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

[assembly: AssemblyFixture(typeof(TestCluster))]

namespace FeatureGovernance.ServerTests.Fixtures;

/// <summary>
/// One private PostgreSQL for the run, or the server that FEATGOV_TEST_CONNECTION names; a database for each test class, copied from a
/// template that was migrated once.
/// </summary>
public sealed class TestCluster : IAsyncLifetime
{
    private readonly string folder = Path.Combine(Path.GetTempPath(), $"featgov-tests-{Guid.CreateVersion7():N}");
    private readonly SemaphoreSlim copying = new(1);
    private EmbeddedPostgres? embedded;
    private string server = "";
    private string template = "";

    public async ValueTask InitializeAsync()
    {
        if (Environment.GetEnvironmentVariable("FEATGOV_TEST_CONNECTION") is { Length: > 0 } chosen)
        {
            server = chosen;
        }
        else
        {
            UnixFolder.Create(folder, UnixFolder.Passable);
            var options = new EmbeddedPostgresOptions(folder)
            {
                Settings = new Dictionary<string, string>
                {
                    ["fsync"] = "off", ["synchronous_commit"] = "off", ["full_page_writes"] = "off", ["max_connections"] = "400",
                },
            };
            embedded = await EmbeddedPostgres.StartAsync(options, NullLogger.Instance, CancellationToken.None);
            server = embedded.ConnectionString;
        }

        template = $"template_{Guid.CreateVersion7():N}";
        await ExecuteAsync($"create database {template}");
        await using var source = StorageSetup.DataSource(ConnectionString(template));
        await Migrator.MigrateAsync(source, NullLogger.Instance, CancellationToken.None);
    }

    /// <summary>The connection string of a fresh, migrated, empty database.</summary>
    internal async Task<string> NewDatabaseAsync()
    {
        var name = $"test_{Guid.CreateVersion7():N}";
        // PostgreSQL copies a template only while nobody else does.
        await copying.WaitAsync();
        try
        {
            await ExecuteAsync($"create database {name} template {template}");
        }
        finally
        {
            copying.Release();
        }

        return ConnectionString(name);
    }

    public async ValueTask DisposeAsync()
    {
        NpgsqlConnection.ClearAllPools();
        if (embedded is not null)
        {
            await embedded.DisposeAsync();
            Directory.Delete(folder, recursive: true);
        }

        copying.Dispose();
    }

    private string ConnectionString(string database) =>
        new NpgsqlConnectionStringBuilder(server) { Database = database, Pooling = true, MaxPoolSize = 20, ConnectionIdleLifetime = 20, IncludeErrorDetail = true }.ConnectionString;

    private async Task ExecuteAsync(string sql)
    {
        await using var source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(server) { Pooling = false }.ConnectionString);
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}
