using System.Diagnostics;
using FeatureGovernance.Server.Storage.Postgres;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace FeatureGovernance.ServerTests.Storage;

public sealed class EmbeddedPostgresTests : IDisposable
{
    private static readonly Dictionary<string, string> Fast = new()
    {
        ["fsync"] = "off",
        ["synchronous_commit"] = "off",
        ["full_page_writes"] = "off",
        ["shared_buffers"] = "16MB",
        ["max_connections"] = "20",
    };

    private readonly string parent = Path.Combine(Path.GetTempPath(), $"featgov-test-{Guid.CreateVersion7():N}");
    private readonly List<string> clusters = [];

    public EmbeddedPostgresTests() => UnixFolder.Create(parent, UnixFolder.Passable);

    private string DataFolder => Path.Combine(parent, "data");

    [Fact]
    public async Task The_first_start_makes_an_empty_utf8_database_without_network()
    {
        await using var postgres = await StartAsync(DataFolder);
        (await ScalarAsync(postgres, "SHOW server_encoding")).Should().Be("UTF8");
        (await ScalarAsync(postgres, "SHOW listen_addresses")).Should().Be("");
        (await ScalarAsync(postgres, "SELECT current_database()")).Should().Be("feature_governance");
        (await ScalarAsync(postgres, "SHOW fsync")).Should().Be("off");
        UnixFolder.IsPrivate(postgres.ClusterFolder).Should().BeTrue();
    }

    [Fact]
    public async Task A_restart_keeps_the_data()
    {
        await using (var first = await StartAsync(DataFolder))
            await RememberAsync(first);
        await using var second = await StartAsync(DataFolder);
        await ShouldRememberAsync(second);
    }

    [Fact]
    public async Task Stopping_ends_the_cluster_even_while_sessions_are_open()
    {
        var postgres = await StartAsync(DataFolder);
        await using var session = new NpgsqlConnection(postgres.ConnectionString + ";Pooling=false");
        await session.OpenAsync(Stop);
        await postgres.StopAsync(Stop);
        await postgres.StopAsync(Stop);
        PostmasterFile.Read(postgres.ClusterFolder).Should().BeNull();
    }

    [Fact]
    public async Task A_cluster_that_outlived_its_killed_owner_is_taken_over()
    {
        await using (var first = await StartAsync(DataFolder))
            await RememberAsync(first);
        var orphan = await StartOrphanAsync();
        await using (var heir = await StartAsync(DataFolder))
        {
            PostmasterFile.Read(heir.ClusterFolder)!.ProcessId.Should().Be(orphan);
            await ShouldRememberAsync(heir);
        }

        PostmasterFile.Read(Path.Combine(DataFolder, "postgres")).Should().BeNull("the heir stops what it took over");
    }

    [Fact]
    public async Task A_cluster_that_was_killed_with_its_owner_recovers()
    {
        await using (var first = await StartAsync(DataFolder))
            await RememberAsync(first);
        var orphan = await StartOrphanAsync();
        using (var postmaster = Process.GetProcessById(orphan))
        {
            postmaster.Kill();
            await postmaster.WaitForExitAsync(Stop);
        }

        await using var next = await StartAsync(DataFolder);
        await ShouldRememberAsync(next);
    }

    [Fact]
    public async Task A_stale_pid_file_whose_number_another_process_has_now_is_ignored()
    {
        string cluster;
        await using (var first = await StartAsync(DataFolder))
        {
            cluster = first.ClusterFolder;
            await RememberAsync(first);
        }

        await File.WriteAllTextAsync(Path.Combine(cluster, PostmasterFile.Name), $"{Environment.ProcessId}\n{cluster}\n1\n5432\n{cluster}\n\n", Stop);
        await using var next = await StartAsync(DataFolder);
        await ShouldRememberAsync(next);
    }

    [Fact]
    public async Task A_first_start_that_was_interrupted_is_made_good()
    {
        var half = Directory.CreateDirectory(Path.Combine(DataFolder, "postgres.new", "base")).FullName;
        await File.WriteAllTextAsync(Path.Combine(half, "1"), "half written", Stop);
        await using var postgres = await StartAsync(DataFolder);
        (await ScalarAsync(postgres, "SELECT 1")).Should().Be(1);
        Directory.Exists(Path.Combine(DataFolder, "postgres.new")).Should().BeFalse();
    }

    [Fact]
    public async Task A_second_owner_is_refused_by_name_of_the_first()
    {
        await using var first = await StartAsync(DataFolder);
        var second = () => StartAsync(DataFolder);
        (await second.Should().ThrowAsync<EmbeddedPostgresException>())
            .WithMessage($"*{DataFolder} is in use by another server (process {Environment.ProcessId})*");
        (await ScalarAsync(first, "SELECT 1")).Should().Be(1);
    }

    [Theory]
    [InlineData("deep")]
    [InlineData("it's a \"$(folder)\", really")]
    public async Task A_data_folder_may_have_a_long_or_awkward_path(string name)
    {
        var folder = name == "deep" ? Path.Combine(parent, new string('d', 60), new string('e', 60)) : Path.Combine(parent, name);
        Directory.CreateDirectory(folder);
        await using var postgres = await StartAsync(folder);
        (await ScalarAsync(postgres, "SELECT 1")).Should().Be(1);
        var socketFolder = new NpgsqlConnectionStringBuilder(postgres.ConnectionString).Host!;
        clusters.Add(socketFolder);
        socketFolder.Should().StartWith("/tmp/featgov-");
        UnixFolder.IsPrivate(socketFolder).Should().BeTrue();
    }

    [Fact]
    public async Task As_root_a_data_folder_closed_to_others_links_to_a_cluster_outside()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "Only root starts the cluster as another user.");
        UnixFolder.Create(DataFolder, UnixFolder.Private);
        string cluster;
        await using (var first = await StartAsync(DataFolder))
        {
            cluster = first.ClusterFolder;
            cluster.Should().StartWith("/var/lib/feature-governance/");
            await RememberAsync(first);
        }

        await using (var second = await StartAsync(DataFolder))
        {
            second.ClusterFolder.Should().Be(cluster);
            await ShouldRememberAsync(second);
        }

        Directory.Delete(DataFolder, recursive: true);
        UnixFolder.Create(DataFolder, UnixFolder.Private);
        await using var anew = await StartAsync(DataFolder);
        anew.ClusterFolder.Should().NotBe(cluster, "a deleted data folder does not come back");
    }

    [Fact]
    public async Task As_root_the_cluster_runs_as_an_unprivileged_user()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "Only root starts the cluster as another user.");
        await using var postgres = await StartAsync(DataFolder);
        var owner = await UnixAccount.OwnerOfAsync($"/proc/{PostmasterFile.Read(postgres.ClusterFolder)!.ProcessId}", Stop);
        owner.User.Should().NotBe(0);
        owner.Should().Be(await UnixAccount.OwnerOfAsync(postgres.ClusterFolder, Stop));
    }

    [Fact]
    public async Task A_setting_that_postgresql_refuses_is_quoted_in_the_error()
    {
        var start = () => EmbeddedPostgres.StartAsync(
            new(DataFolder) { Settings = new Dictionary<string, string>(Fast) { ["shared_buffers"] = "plenty" } }, NullLogger.Instance, Stop);
        (await start.Should().ThrowAsync<EmbeddedPostgresException>()).WithMessage("*shared_buffers*plenty*");
        await using var repaired = await StartAsync(DataFolder);
        (await ScalarAsync(repaired, "SELECT 1")).Should().Be(1);
    }

    public void Dispose()
    {
        foreach (var folder in clusters.Append(parent).Where(Directory.Exists))
            Directory.Delete(folder, recursive: true);
        foreach (var file in clusters.SelectMany(cluster => new[] { cluster + ".lock", cluster + ".owner" }))
            File.Delete(file);
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private async Task<EmbeddedPostgres> StartAsync(string folder)
    {
        var postgres = await EmbeddedPostgres.StartAsync(new(folder) { Settings = Fast }, NullLogger.Instance, Stop);
        if (!postgres.ClusterFolder.StartsWith(parent, StringComparison.Ordinal))
            clusters.Add(postgres.ClusterFolder);
        return postgres;
    }

    // What remains of a server that was killed: its postmaster runs and nobody holds the lock.
    private async Task<int> StartOrphanAsync()
    {
        var location = await ClusterLocation.ResolveAsync(DataFolder, Stop);
        var binaries = await PostgresBinaries.FindAsync(null, Stop);
        await new Command(binaries.PgCtl, "start", "--wait", "--log=orphan.log")
        {
            Account = location.Account,
            WorkingFolder = location.Cluster,
            Environment = new Dictionary<string, string>(binaries.Environment) { ["PGDATA"] = location.Cluster },
        }.RunOrThrowAsync(Stop);
        return PostmasterFile.Read(location.Cluster)!.ProcessId;
    }

    private static async Task RememberAsync(EmbeddedPostgres postgres) =>
        await ScalarAsync(postgres, "CREATE TABLE kept AS SELECT 42 AS answer; CHECKPOINT; SELECT 1");

    private static async Task ShouldRememberAsync(EmbeddedPostgres postgres) =>
        (await ScalarAsync(postgres, "SELECT answer FROM kept")).Should().Be(42);

    private static async Task<object?> ScalarAsync(EmbeddedPostgres postgres, string sql)
    {
        await using var connection = new NpgsqlConnection(postgres.ConnectionString + ";Pooling=false");
        await connection.OpenAsync(Stop);
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync(Stop);
    }
}
