namespace FeatureGovernance.Server.Storage;

/// <summary>Where the server keeps what is its own: the private cluster and the first administrator's token.</summary>
internal static class DataFolder
{
    public static string Path(IConfiguration configuration)
    {
        if (configuration["FEATGOV_DATA"] is { Length: > 0 } chosen)
            return System.IO.Path.GetFullPath(chosen);
        var root = Environment.GetEnvironmentVariable("XDG_DATA_HOME") is { Length: > 0 } data
            ? data
            : System.IO.Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".local", "share");
        return System.IO.Path.Combine(root, "feature-governance");
    }
}
