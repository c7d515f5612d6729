using System.Diagnostics;
using Npgsql;

namespace FeatureGovernance.Server.Storage.Postgres;

/// <summary>
/// A private PostgreSQL cluster in the service's data folder, reached through a Unix socket only. It is made on first start and
/// stops with the service; one that outlived a killed service is taken over.
/// </summary>
internal sealed class EmbeddedPostgres : IAsyncDisposable
{
    private const string Database = "feature_governance";
    private const string Superuser = "postgres";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly ClusterLocation location;
    private readonly PostgresBinaries binaries;
    private readonly FolderLock folderLock;
    private readonly ILogger logger;
    private bool stopped;

    private EmbeddedPostgres(ClusterLocation location, PostgresBinaries binaries, FolderLock folderLock, ILogger logger)
    {
        this.location = location;
        this.binaries = binaries;
        this.folderLock = folderLock;
        this.logger = logger;
    }

    /// <summary>Of the database feature_governance, as superuser.</summary>
    public string ConnectionString { get; private set; } = "";

    /// <summary>The PostgreSQL data directory; outside the data folder where root's is out of the cluster account's reach.</summary>
    public string ClusterFolder => location.Cluster;

    public static async Task<EmbeddedPostgres> StartAsync(EmbeddedPostgresOptions options, ILogger logger, CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        var location = await ClusterLocation.ResolveAsync(options.DataFolder, cancellation);
        var folderLock = FolderLock.Take(location, options.DataFolder);
        try
        {
            var binaries = await PostgresBinaries.FindAsync(MajorOf(location), cancellation);
            var postgres = new EmbeddedPostgres(location, binaries, folderLock, logger);
            if (!location.Exists)
                await postgres.CreateAsync(options, cancellation);
            var how = await postgres.OpenOrLeaveStoppedAsync(options, cancellation);
            logger.LogInformation("PostgreSQL {Version} {How} in {Milliseconds} ms: {Cluster}",
                binaries.Version, how, clock.ElapsedMilliseconds, location.Cluster);
            return postgres;
        }
        catch
        {
            folderLock.Dispose();
            throw;
        }
    }

    /// <summary>Ends all sessions, stops the cluster and frees the data folder. Doing so twice is harmless.</summary>
    public async Task StopAsync(CancellationToken cancellation)
    {
        if (stopped)
            return;
        var result = await PgCtl("stop", "--mode=fast", "--wait", $"--timeout={Patience.TotalSeconds}").RunAsync(cancellation);
        if (result.ExitCode != 0 && PostmasterFile.Read(location.Cluster) is { } file && file.Serves(location.Cluster))
            logger.LogWarning("PostgreSQL did not stop; the next start takes it over: {Reason}", result.Said);
        stopped = true;
        folderLock.Dispose();
    }

    public async ValueTask DisposeAsync() => await StopAsync(CancellationToken.None);

    private static int? MajorOf(ClusterLocation location) =>
        location.Exists ? int.Parse(File.ReadAllText(Path.Combine(location.Cluster, "PG_VERSION")).Split('.')[0]) : null;

    // Made beside its place and renamed when whole, so that an interrupted first start leaves nothing half-made.
    private async Task CreateAsync(EmbeddedPostgresOptions options, CancellationToken cancellation)
    {
        var folder = location.Unfinished;
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
        UnixFolder.Create(folder, UnixFolder.Private);
        if (location.Account is not null)
            await location.Account.TakeOwnershipAsync(folder, cancellation);

        logger.LogInformation("Making a PostgreSQL {Version} cluster in {Cluster}", binaries.Version, location.Cluster);
        var durable = options.Settings.GetValueOrDefault("fsync") != "off";
        string[] arguments =
        [
            $"--pgdata={folder}", $"--username={Superuser}", "--auth-local=trust", "--auth-host=reject", "--encoding=UTF8",
            "--no-instructions", .. durable ? Array.Empty<string>() : ["--no-sync"],
        ];
        var made = await At(folder, binaries.Initdb, [.. arguments, "--locale=C.UTF-8"]).RunAsync(cancellation);
        if (made.ExitCode != 0 && made.Said.Contains("locale"))
            made = await At(folder, binaries.Initdb, [.. arguments, "--locale=C"]).RunAsync(cancellation);
        if (made.ExitCode != 0)
            throw new EmbeddedPostgresException($"Cannot make a PostgreSQL cluster in {location.Cluster}: {made.Said}");

        await (At(folder, binaries.Postgres, "--single", "-D", folder, "-c", "fsync=off", "postgres") with { Input = $"CREATE DATABASE {Database};\n" })
            .RunOrThrowAsync(cancellation);
        await File.AppendAllTextAsync(Path.Combine(folder, "postgresql.conf"), $"\ninclude_if_exists = '{ClusterSettings.FileName}'\n", cancellation);
        Directory.Move(folder, location.Cluster);
    }

    // An interrupted start may have left a postmaster behind.
    private async Task<string> OpenOrLeaveStoppedAsync(EmbeddedPostgresOptions options, CancellationToken cancellation)
    {
        try
        {
            return await OpenAsync(options, cancellation);
        }
        catch
        {
            if (PostmasterFile.Read(location.Cluster) is { } file && file.Serves(location.Cluster))
                await StopAsync(CancellationToken.None);
            throw;
        }
    }

    private async Task<string> OpenAsync(EmbeddedPostgresOptions options, CancellationToken cancellation)
    {
        if (location.Account is { } account && await UnixAccount.OwnerOfAsync(location.Cluster, cancellation) is { User: 0 })
            await account.TakeOwnershipAsync(location.Cluster, cancellation);
        if (await TakeOverAsync(cancellation))
            return "taken over";

        var socketFolder = await location.PrepareSocketFolderAsync(cancellation);
        ConnectionString = ConnectionTo(socketFolder);
        await File.WriteAllTextAsync(
            Path.Combine(location.Cluster, ClusterSettings.FileName), ClusterSettings.Text(socketFolder, options.Settings), cancellation);
        await LaunchAsync(cancellation);
        return "started";
    }

    /// <summary>Waits for a postmaster that is already there, until it answers or is gone.</summary>
    private async Task<bool> TakeOverAsync(CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        while (PostmasterFile.Read(location.Cluster) is { } file)
        {
            if (!file.Serves(location.Cluster))
            {
                // PostgreSQL clears a file of a dead process itself, but not one whose number has passed to another process.
                if (file.NamesLivingProcess)
                    File.Delete(Path.Combine(location.Cluster, PostmasterFile.Name));
                return false;
            }

            if (file.SocketFolder is not null && await AnswersAsync(ConnectionTo(file.SocketFolder), cancellation))
            {
                ConnectionString = ConnectionTo(file.SocketFolder);
                return true;
            }

            if (clock.Elapsed > Patience)
                throw new EmbeddedPostgresException($"The PostgreSQL process {file.ProcessId} of {location.Cluster} does not answer: stop it and start again.");
            await Task.Delay(100, cancellation);
        }

        return false;
    }

    private async Task LaunchAsync(CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        while (true)
        {
            var log = Path.Combine(location.Cluster, "start.log");
            File.Delete(log);
            // pg_ctl gives the postmaster a session of its own: Ctrl-C reaches the service, which then stops it in order.
            var result = await PgCtl("start", "--wait", $"--timeout={Patience.TotalSeconds}", "--log=start.log").RunAsync(cancellation);
            if (result.ExitCode == 0)
                return;
            var said = result.Said + '\n' + LogTail(log);
            // Sessions of a postmaster that was killed live on for a moment, and hold its shared memory.
            if (!said.Contains("shared memory block") || clock.Elapsed > Patience)
                throw new EmbeddedPostgresException($"PostgreSQL did not start in {location.Cluster}: {said.Trim()}");
            await Task.Delay(200, cancellation);
        }
    }

    private string LogTail(string startLog)
    {
        var folder = new DirectoryInfo(Path.Combine(location.Cluster, "log"));
        var newest = folder.Exists ? folder.GetFiles().MaxBy(file => file.LastWriteTimeUtc)?.FullName : null;
        var lines = new[] { startLog, newest }.OfType<string>().Where(File.Exists).SelectMany(path => File.ReadLines(path).TakeLast(10));
        return string.Join('\n', lines);
    }

    // pg_ctl hands paths to a shell; PGDATA and a relative log name keep ours out of it.
    private Command PgCtl(params string[] arguments)
    {
        var command = At(location.Cluster, binaries.PgCtl, arguments);
        return command with { Environment = new Dictionary<string, string>(command.Environment) { ["PGDATA"] = location.Cluster } };
    }

    private Command At(string folder, string program, params string[] arguments) =>
        new(program, arguments) { Account = location.Account, WorkingFolder = folder, Environment = binaries.Environment };

    private static string ConnectionTo(string socketFolder) => new NpgsqlConnectionStringBuilder
    {
        Host = socketFolder,
        Port = 5432,
        Username = Superuser,
        Database = Database,
    }.ConnectionString;

    private static async Task<bool> AnswersAsync(string connectionString, CancellationToken cancellation)
    {
        try
        {
            await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false, Timeout = 5 }.ConnectionString);
            await connection.OpenAsync(cancellation);
            return true;
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }
}
