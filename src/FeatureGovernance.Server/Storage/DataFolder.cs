using FeatureGovernance.Server.Storage.Postgres;

namespace FeatureGovernance.Server.Storage;

/// <summary>Where the server keeps what is its own: the private cluster and the first administrator's token.</summary>
internal static class DataFolder
{
    public static string Path(IConfiguration configuration) =>
        configuration["FEATGOV_DATA"] is { Length: > 0 } chosen ? System.IO.Path.GetFullPath(chosen) : EmbeddedPostgresOptions.DefaultDataFolder();
}
