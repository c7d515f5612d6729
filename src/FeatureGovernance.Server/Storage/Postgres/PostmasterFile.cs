namespace FeatureGovernance.Server.Storage.Postgres;

/// <summary>postmaster.pid of a cluster: who serves it, and through which socket folder.</summary>
internal sealed record PostmasterFile(int ProcessId, string? SocketFolder)
{
    public const string Name = "postmaster.pid";

    public static PostmasterFile? Read(string cluster)
    {
        try
        {
            var lines = File.ReadAllLines(Path.Combine(cluster, Name));
            return lines.Length > 0 && int.TryParse(lines[0], out var id) && id > 0
                ? new(id, lines.ElementAtOrDefault(4) is { Length: > 0 } folder ? folder : null)
                : null;
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Whether the process named here works in the cluster: after a crash the number may belong to anyone.</summary>
    public bool Serves(string cluster)
    {
        try
        {
            return new FileInfo($"/proc/{ProcessId}/cwd").LinkTarget == cluster;
        }
        catch (UnauthorizedAccessException)
        {
            return false;
        }
    }

    public bool NamesLivingProcess => Directory.Exists($"/proc/{ProcessId}");
}
