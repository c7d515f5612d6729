using System.Security.Cryptography;
using System.Text;

namespace FeatureGovernance.Server.Storage.Postgres;

/// <summary>Where a cluster lives, who runs it, and through which folder it is reached.</summary>
/// <param name="Cluster">The PostgreSQL data directory, links resolved.</param>
/// <param name="Account">The account that runs it; null for this process's own.</param>
internal sealed record ClusterLocation(string Cluster, UnixAccount? Account)
{
    // sockaddr_un holds 108 bytes, the last one a zero.
    private const int LongestSocketPath = 107;
    private const string SocketName = ".s.PGSQL.5432";
    private const string SharedParent = "/var/lib/feature-governance";

    public string LockFile => Cluster + ".lock";

    public string OwnerFile => Cluster + ".owner";

    public string Unfinished => Cluster + ".new";

    public bool Exists => File.Exists(Path.Combine(Cluster, "PG_VERSION"));

    /// <summary>
    /// The cluster is the folder "postgres" of the data folder. As root it is run by an unprivileged account; where that account
    /// cannot reach the data folder, "postgres" is a link to /var/lib/feature-governance/(hash of the data folder's path).
    /// </summary>
    public static async Task<ClusterLocation> ResolveAsync(string dataFolder, CancellationToken cancellation)
    {
        dataFolder = Path.GetFullPath(dataFolder);
        var root = Environment.IsPrivilegedProcess;
        // The account that runs the cluster must be able to pass through a folder that root makes.
        MakeFolder(dataFolder, root ? UnixFolder.Passable : UnixFolder.Private);
        var entry = Path.Combine(dataFolder, "postgres");
        if (!root)
            return new(await ResolvedAsync(entry, cancellation), null);

        var account = UnixAccount.Unprivileged();
        if (!Path.Exists(entry) && new FileInfo(entry).LinkTarget is null && !await account.CanReachAsync(dataFolder, cancellation))
            LinkToShared(entry, dataFolder);
        var cluster = await ResolvedAsync(entry, cancellation);
        Directory.CreateDirectory(Path.GetDirectoryName(cluster)!);
        if (Directory.Exists(cluster) && await UnixAccount.OwnerOfAsync(cluster, cancellation) is { User: not 0 } owner)
            account = owner;
        return new(cluster, account);
    }

    /// <summary>The cluster's own folder, which is private; a short one under /tmp where the socket's path would be too long.</summary>
    public async Task<string> PrepareSocketFolderAsync(CancellationToken cancellation)
    {
        var fits = Encoding.UTF8.GetByteCount($"{Cluster}/{SocketName}") <= LongestSocketPath;
        // Host lists and PostgreSQL's own list of folders split at characters such as comma and quote.
        if (fits && Cluster.All(c => char.IsAsciiLetterOrDigit(c) || "/._-+@".Contains(c)))
            return Cluster;

        var folder = $"/tmp/featgov-{ShortHash(Cluster)}";
        if (!Path.Exists(folder))
        {
            UnixFolder.Create(folder, UnixFolder.Private);
            if (Account is not null)
                await Account.TakeOwnershipAsync(folder, cancellation);
        }

        var rightful = Account ?? await UnixAccount.OwnerOfAsync(Cluster, cancellation);
        var owner = await UnixAccount.OwnerOfAsync(folder, cancellation);
        return owner.User == rightful.User && UnixFolder.IsPrivate(folder)
            ? folder
            : throw new EmbeddedPostgresException($"{folder} is not a private folder of this service: remove it, or choose a shorter FEATGOV_DATA.");
    }

    // A name once used is never used again: a data folder that was deleted and made anew starts with an empty cluster.
    private static void LinkToShared(string entry, string dataFolder)
    {
        Directory.CreateDirectory(SharedParent);
        var name = $"{SharedParent}/{ShortHash(dataFolder)}";
        var target = Enumerable.Range(1, int.MaxValue)
            .Select(count => count == 1 ? name : $"{name}-{count}")
            .First(free => !Path.Exists(free) && !Path.Exists(free + ".lock"));
        try
        {
            File.CreateSymbolicLink(entry, target);
        }
        catch (IOException) when (new FileInfo(entry).LinkTarget is not null)
        {
            // Another server made the link first; the lock decides between the two.
        }
    }

    private static string ShortHash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..16];

    private static void MakeFolder(string path, UnixFileMode mode)
    {
        try
        {
            UnixFolder.Create(path, mode);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw new EmbeddedPostgresException($"Cannot make the data folder {path}: {refused.Message} Set FEATGOV_DATA to another folder.", refused);
        }
    }

    // As the kernel names the postmaster's working folder, whatever links lead there.
    private static async Task<string> ResolvedAsync(string entry, CancellationToken cancellation) =>
        (await new Command("realpath", "--canonicalize-missing", "--zero", entry).RunOrThrowAsync(cancellation)).Output.TrimEnd('\0');
}
