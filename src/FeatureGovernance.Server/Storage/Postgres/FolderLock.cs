namespace FeatureGovernance.Server.Storage.Postgres;

/// <summary>Held by the one living server that owns a cluster; the kernel frees it however that server ends.</summary>
internal sealed class FolderLock : IDisposable
{
    private readonly FileStream file;

    private FolderLock(FileStream file) => this.file = file;

    public static FolderLock Take(ClusterLocation location, string dataFolder)
    {
        FileStream file;
        try
        {
            file = new FileStream(location.LockFile, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (UnauthorizedAccessException refused)
        {
            throw new EmbeddedPostgresException(
                $"The data folder {dataFolder} belongs to another user: start as that user, or set FEATGOV_DATA to another folder.", refused);
        }
        catch (IOException) when (File.Exists(location.LockFile))
        {
            throw new EmbeddedPostgresException(
                $"The data folder {dataFolder} is in use by another server{Owner(location)}: stop that one, or set FEATGOV_DATA to another folder.");
        }

        File.WriteAllText(location.OwnerFile, Environment.ProcessId.ToString());
        return new FolderLock(file);
    }

    public void Dispose() => file.Dispose();

    private static string Owner(ClusterLocation location) =>
        File.Exists(location.OwnerFile) ? $" (process {File.ReadAllText(location.OwnerFile)})" : "";
}
