namespace FeatureGovernance.Server.Storage.Postgres;

/// <summary>Folders with permissions; the private cluster exists on Unix only.</summary>
internal static class UnixFolder
{
    public const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>Others may pass through to a name they know, and see nothing.</summary>
    public const UnixFileMode Passable = Private | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    public static void Create(string path, UnixFileMode mode)
    {
        if (OperatingSystem.IsWindows())
            throw new EmbeddedPostgresException("The private PostgreSQL needs Unix: name a server in ConnectionStrings__FeatureGovernance.");
        Directory.CreateDirectory(path, mode);
    }

    public static bool IsPrivate(string path) =>
        !OperatingSystem.IsWindows() && File.GetUnixFileMode(path) == Private && new DirectoryInfo(path).LinkTarget is null;
}
