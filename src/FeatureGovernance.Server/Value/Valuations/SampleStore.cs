using FeatureGovernance.Server.Storage;

namespace FeatureGovernance.Server.Value.Valuations;

/// <summary>
/// Where evaluation samples lie: uploads in the data folder until they are measured, and, where the operator names a folder in
/// <c>FEATGOV_SAMPLES</c>, files below it, which stay where they are.
/// </summary>
internal sealed class SampleStore(IConfiguration configuration)
{
    private string Uploads => Path.Combine(DataFolder.Path(configuration), "valuations");

    /// <summary>Takes in an upload; the caller's size limit bounds it.</summary>
    public async Task<(string File, long Bytes)> TakeAsync(Stream body, CancellationToken cancellation)
    {
        Directory.CreateDirectory(Uploads);
        var file = $"{Guid.CreateVersion7():N}.sample";
        var path = Path.Combine(Uploads, file);
        try
        {
            await using var written = File.Create(path);
            await body.CopyToAsync(written, cancellation);
            return (file, written.Length);
        }
        catch
        {
            File.Delete(path);
            throw;
        }
    }

    /// <summary>The operator's file by its path below the folder of samples; null where it is not there, or leads out of it.</summary>
    public string? Allowed(string path)
    {
        if (configuration["FEATGOV_SAMPLES"] is not { Length: > 0 } folder || path.Contains('\0'))
            return null;
        var root = Path.GetFullPath(folder) + Path.DirectorySeparatorChar;
        var full = Path.GetFullPath(Path.Combine(root, path));
        if (!full.StartsWith(root, StringComparison.Ordinal) || !File.Exists(full))
            return null;
        // A link may lead out of the folder.
        var real = File.ResolveLinkTarget(full, returnFinalTarget: true)?.FullName ?? full;
        return real.StartsWith(root, StringComparison.Ordinal) ? full : null;
    }

    public string PathOf(string file, bool isUpload) => isUpload ? Path.Combine(Uploads, file) : file;

    /// <summary>A sentence about a file without where it lies, which is nobody's business but the operator's.</summary>
    public static string Discreet(string sentence, string path) =>
        sentence.Replace(path, "the sample", StringComparison.Ordinal).Replace($"'{Path.GetFileName(path)}'", "The sample", StringComparison.Ordinal);

    /// <summary>Deletes an upload; the operator's own files stay.</summary>
    public void Forget(string file, bool isUpload)
    {
        if (isUpload)
            File.Delete(PathOf(file, isUpload));
    }
}
