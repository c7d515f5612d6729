namespace FeatureGovernance.Server.Storage.Postgres;

/// <summary>Where the private cluster keeps its data, and how it is tuned.</summary>
/// <param name="DataFolder">The service's data folder; made on first start.</param>
internal sealed record EmbeddedPostgresOptions(string DataFolder)
{
    /// <summary>PostgreSQL parameters laid over the defaults, applied at each start (not to a postmaster that is taken over).</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();

    /// <summary>FEATGOV_DATA, else $XDG_DATA_HOME/feature-governance, else ~/.local/share/feature-governance.</summary>
    public static string DefaultDataFolder()
    {
        if (Environment.GetEnvironmentVariable("FEATGOV_DATA") is { Length: > 0 } chosen)
            return Path.GetFullPath(chosen);
        if (Environment.GetEnvironmentVariable("XDG_DATA_HOME") is { Length: > 0 } shared && Path.IsPathRooted(shared))
            return Path.Combine(shared, "feature-governance");
        // Read from the account database where HOME is unset.
        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        return home.Length > 0
            ? Path.Combine(home, ".local", "share", "feature-governance")
            : throw new EmbeddedPostgresException("There is no home folder to keep data in: set FEATGOV_DATA to a folder.");
    }
}
