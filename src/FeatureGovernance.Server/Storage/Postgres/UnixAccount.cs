namespace FeatureGovernance.Server.Storage.Postgres;

/// <summary>A numeric user and group.</summary>
internal sealed record UnixAccount(int User, int Group)
{
    /// <summary>Who runs clusters when the service runs as root, which PostgreSQL refuses: postgres, else nobody.</summary>
    public static UnixAccount Unprivileged()
    {
        var accounts = File.ReadLines("/etc/passwd").Select(line => line.Split(':')).Where(fields => fields.Length >= 4).ToList();
        var chosen = accounts.Find(fields => fields[0] == "postgres") ?? accounts.Find(fields => fields[0] == "nobody");
        return chosen is not null
            ? new(int.Parse(chosen[2]), int.Parse(chosen[3]))
            : throw new EmbeddedPostgresException("PostgreSQL does not run as root, and there is neither a postgres nor a nobody account.");
    }

    public static async Task<UnixAccount> OwnerOfAsync(string path, CancellationToken cancellation)
    {
        var answer = await new Command("stat", "--format=%u %g", path).RunOrThrowAsync(cancellation);
        var ids = answer.Output.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        return new(int.Parse(ids[0]), int.Parse(ids[1]));
    }

    /// <summary>Hands a folder and all in it to this account.</summary>
    public Task TakeOwnershipAsync(string folder, CancellationToken cancellation) =>
        new Command("chown", "--recursive", $"{User}:{Group}", folder).RunOrThrowAsync(cancellation);

    public async Task<bool> CanReachAsync(string folder, CancellationToken cancellation) =>
        (await new Command("test", "-x", folder) { Account = this }.RunAsync(cancellation)).ExitCode == 0;
}
