namespace FeatureGovernance.Tests;

/// <summary>Finds the real data that some tests run on: the folder FEATGOV_SHARED_DATA, else ../shared/data beside the project.</summary>
internal static class SharedData
{
    /// <summary>The path of a shared file; skips the test with the reason where it is absent.</summary>
    public static string Path(params string[] parts)
    {
        var folder = Environment.GetEnvironmentVariable("FEATGOV_SHARED_DATA") ?? System.IO.Path.Combine(ProjectRoot(), "..", "shared", "data");
        var path = System.IO.Path.GetFullPath(System.IO.Path.Combine([folder, .. parts]));
        Assert.SkipUnless(File.Exists(path) || Directory.Exists(path), $"Needs shared data: {string.Join('/', parts)} (set FEATGOV_SHARED_DATA).");
        return path;
    }

    /// <summary>The folder that holds FeatureGovernance.sln.</summary>
    public static string ProjectRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(System.IO.Path.Combine(folder.FullName, "FeatureGovernance.sln")))
            folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException("The tests run from within the project's folder.");
    }
}
