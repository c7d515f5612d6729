namespace FeatureGovernance.Server.Storage.Postgres;

/// <summary>The configuration file that the service writes into its cluster at each start.</summary>
internal static class ClusterSettings
{
    public const string FileName = "feature-governance.conf";

    /// <summary>Overlays on PostgreSQL's own defaults: a socket and no network, a week of logs, room for large loads.</summary>
    private static readonly Dictionary<string, string> Defaults = new()
    {
        ["listen_addresses"] = "",
        ["unix_socket_permissions"] = "0700",
        ["max_connections"] = "200",
        ["max_wal_size"] = "4GB",
        ["checkpoint_timeout"] = "15min",
        ["timezone"] = "GMT",
        ["log_timezone"] = "GMT",
        ["logging_collector"] = "on",
        ["log_directory"] = "log",
        ["log_filename"] = "postgresql-%a.log",
        ["log_rotation_age"] = "1d",
        ["log_rotation_size"] = "0",
        ["log_truncate_on_rotation"] = "on",
    };

    public static string Text(string socketFolder, IReadOnlyDictionary<string, string> chosen)
    {
        var settings = new SortedDictionary<string, string>(Defaults, StringComparer.Ordinal) { ["unix_socket_directories"] = socketFolder };
        foreach (var (name, value) in chosen)
            settings[name] = value;
        var lines = settings.Select(setting => $"{setting.Key} = '{setting.Value.Replace("\\", "\\\\").Replace("'", "''")}'\n");
        return "# Written at each start of the service; put changes of your own into postgresql.auto.conf by ALTER SYSTEM.\n" + string.Concat(lines);
    }
}
