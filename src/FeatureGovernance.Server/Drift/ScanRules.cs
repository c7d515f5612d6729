using System.Collections.Immutable;
using FeatureGovernance.Contracts.Drift;
using FeatureGovernance.Core.Drift;
using FeatureGovernance.Core.Registry;
using FeatureGovernance.Profiling;
using FeatureGovernance.Server.Http;

namespace FeatureGovernance.Server.Drift;

/// <summary>Which folders the operator lets the server read: FEATGOV_PROFILE_ROOTS, absolute paths with ':' between them. None by default.</summary>
internal sealed record ScanRoots(ImmutableArray<string> Folders)
{
    public static ScanRoots From(IConfiguration configuration) => new(
        [.. (configuration["FEATGOV_PROFILE_ROOTS"] ?? "")
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(Real)]);

    /// <summary>Whether a path, links resolved, lies under one of the folders.</summary>
    public bool Allow(string path)
    {
        var fixedPart = path.Contains('*', StringComparison.Ordinal) ? path[..path.IndexOf('*', StringComparison.Ordinal)] : path;
        var real = Real(fixedPart);
        return Folders.Any(folder => real == folder || real.StartsWith(folder + Path.DirectorySeparatorChar, StringComparison.Ordinal));
    }

    // Links are followed step by step, so that none leads out.
    private static string Real(string path)
    {
        var real = Path.GetPathRoot(Path.GetFullPath(path))!;
        foreach (var part in Path.GetFullPath(path)[real.Length..].Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries))
        {
            var next = Path.Combine(real, part);
            real = Directory.Exists(next) || File.Exists(next) ? new FileInfo(next).ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? next : next;
        }

        return real;
    }
}

/// <summary>Reads requests to scan.</summary>
internal static class ScanRules
{
    private const int MostColumns = 10_000;
    private const int MostSegments = 3;

    /// <summary>What to profile and where it was seen; null where the faults say why not.</summary>
    public static (ProfileQuestion Question, ProfileSite Site)? Read(ScanRequest? request, ScanRoots roots, FieldFaults faults, string prefix = "")
    {
        if (request is null)
        {
            faults.Add(prefix + "scan", "The field is required.", "Say what to profile.", "required-field");
            return null;
        }

        faults.Text($"{prefix}path", request.Path, 1_000, required: true);
        faults.Slug($"{prefix}group", request.Group, required: false);
        faults.Text($"{prefix}time", request.Time);
        faults.Text($"{prefix}readAt", request.ReadAt);
        faults.Text($"{prefix}asOf", request.AsOf);
        faults.Text($"{prefix}lag", request.Lag);
        faults.Check(request.Lag is null || (request.ReadAt ?? request.AsOf) is null, $"{prefix}lag", "The lag is given in seconds and by times at once.",
            "Name its column, or those of readAt and asOf.");
        var window = faults.Word<WindowLength>($"{prefix}window", request.Window, WindowLength.Day);
        var site = faults.Word<ProfileSite>($"{prefix}site", request.Site, ProfileSite.Serving);
        if (request.Group is null && request.Columns is not { Count: > 0 })
            faults.Add($"{prefix}group", "Neither a group nor columns are given.",
                "Name the group whose features the columns are, or map columns to features.");
        faults.Check(request.Columns is null or { Count: <= MostColumns }, $"{prefix}columns", $"There are {request.Columns?.Count:N0} columns.",
            $"Map at most {MostColumns:N0}.");
        foreach (var (column, feature) in (request.Columns ?? new Dictionary<string, string>()).Take(MostColumns).Where(pair => !FeatureKey.TryParse(pair.Value, out _)))
            faults.Add($"{prefix}columns.{Problems.Shorten(FieldFaults.Printable(column))}",
                $"'{Problems.Shorten(FieldFaults.Printable(feature ?? ""))}' is no feature's key.", "Write group:name.");
        faults.Check(request.Segments is null or { Count: <= MostSegments }, $"{prefix}segments", $"There are {request.Segments?.Count} columns.",
            $"Use at most {MostSegments}.");
        if (faults.Any)
            return null;
        if (!Path.IsPathFullyQualified(request.Path!) || !roots.Allow(request.Path!))
        {
            faults.Add($"{prefix}path", "The path lies in no folder that this server may read.", roots.Folders.IsEmpty
                ? "Ask the operator to set FEATGOV_PROFILE_ROOTS, or profile the file yourself with featgov profile."
                : "Use an absolute path under a folder of FEATGOV_PROFILE_ROOTS.");
            return null;
        }

        var question = new ProfileQuestion(request.Path!, window!.Value)
        {
            Time = request.Time,
            Start = request.Start?.UtcDateTime,
            Segments = [.. request.Segments ?? []],
            Lag = LagColumns.Of(request.ReadAt, request.AsOf, request.Lag),
        };
        return (question, site!.Value);
    }
}
