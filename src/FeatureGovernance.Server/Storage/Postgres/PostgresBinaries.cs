using System.Runtime.InteropServices;
using System.Text.RegularExpressions;

namespace FeatureGovernance.Server.Storage.Postgres;

/// <summary>A folder holding initdb, pg_ctl and postgres of one version.</summary>
internal sealed partial record PostgresBinaries(string Folder, int Major, string Version)
{
    public const int OldestMajor = 15;

    private static readonly string[] Programs = ["postgres", "initdb", "pg_ctl"];

    public string Initdb => Path.Combine(Folder, "initdb");

    public string PgCtl => Path.Combine(Folder, "pg_ctl");

    public string Postgres => Path.Combine(Folder, "postgres");

    /// <summary>What the programs need to find their libraries where packages were unpacked instead of installed.</summary>
    public IReadOnlyDictionary<string, string> Environment => LibrariesOf(Folder);

    /// <summary>
    /// The first usable folder of FEATGOV_POSTGRES_BIN (then nothing else is tried), PATH, Debian's
    /// /usr/lib/postgresql/*/bin (newest first) and the packages that deploy/run.sh unpacked.
    /// </summary>
    /// <param name="major">The version an existing cluster demands; any from 15 on where null.</param>
    /// <param name="cancellation">Stops the search.</param>
    public static async Task<PostgresBinaries> FindAsync(int? major, CancellationToken cancellation)
    {
        var chosen = System.Environment.GetEnvironmentVariable("FEATGOV_POSTGRES_BIN");
        var wanted = major is null ? $"{OldestMajor} or newer" : $"{major} (the data folder was made by it)";
        var seen = new List<string>();
        foreach (var folder in chosen is { Length: > 0 } ? [Path.GetFullPath(chosen)] : Candidates())
        {
            if (await InspectAsync(folder, cancellation) is not { } found)
                continue;
            if (major is null ? found.Major >= OldestMajor : found.Major == major)
                return found;
            seen.Add($"{found.Version} in {found.Folder}");
        }

        var rejected = seen.Count > 0 ? $" Found only {string.Join(", ", seen)}." : "";
        throw new EmbeddedPostgresException(chosen is { Length: > 0 }
            ? $"FEATGOV_POSTGRES_BIN={chosen} holds no working initdb, pg_ctl and postgres of PostgreSQL {wanted}.{rejected}"
            : $"PostgreSQL {wanted} was not found.{rejected} Start through deploy/run.sh, which installs it; or install it " +
              $"(Debian: apt-get install postgresql{(major is null ? "" : $"-{major}")}); or set FEATGOV_POSTGRES_BIN to the folder of " +
              "initdb; or name a server in ConnectionStrings__FeatureGovernance.");
    }

    private static IEnumerable<string> Candidates() =>
        OnPath().Concat(Versions("/")).Concat(UnpackedRoots().SelectMany(Versions)).Distinct();

    // A link on PATH leads to its folder: Debian's wrappers in /usr/bin do not, and are passed over as postgres is not beside them.
    private static IEnumerable<string> OnPath() =>
        from folder in (System.Environment.GetEnvironmentVariable("PATH") ?? "").Split(':')
        where Path.IsPathRooted(folder)
        let program = new FileInfo(Path.Combine(folder, "postgres"))
        where program.Exists
        select (program.ResolveLinkTarget(returnFinalTarget: true) as FileInfo ?? program).DirectoryName;

    private static IEnumerable<string> Versions(string root)
    {
        var parent = Path.Combine(root, "usr/lib/postgresql");
        return Directory.Exists(parent)
            ? Directory.GetDirectories(parent)
                .OrderByDescending(folder => int.TryParse(Path.GetFileName(folder), out var version) ? version : 0)
                .Select(folder => Path.Combine(folder, "bin"))
            : [];
    }

    private static IEnumerable<string> UnpackedRoots()
    {
        var home = System.Environment.GetFolderPath(System.Environment.SpecialFolder.UserProfile);
        var cache = System.Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } chosen ? chosen
            : home.Length > 0 ? Path.Combine(home, ".cache") : null;
        return cache is null ? [] : [Path.Combine(cache, "feature-governance", "postgresql")];
    }

    private static async Task<PostgresBinaries?> InspectAsync(string folder, CancellationToken cancellation)
    {
        if (!Programs.All(program => File.Exists(Path.Combine(folder, program))))
            return null;
        try
        {
            var answer = await new Command(Path.Combine(folder, "postgres"), "--version") { Environment = LibrariesOf(folder) }
                .RunAsync(cancellation);
            var version = VersionPattern().Match(answer.Output);
            return answer.ExitCode == 0 && version.Success
                ? new(folder, int.Parse(version.Groups["major"].Value), version.Value)
                : null;
        }
        catch (EmbeddedPostgresException)
        {
            return null;
        }
    }

    private static Dictionary<string, string> LibrariesOf(string binaries)
    {
        var marker = binaries.IndexOf("/usr/lib/postgresql/", StringComparison.Ordinal);
        if (marker <= 0)
            return [];
        var triplet = RuntimeInformation.OSArchitecture == Architecture.Arm64 ? "aarch64-linux-gnu" : "x86_64-linux-gnu";
        var root = binaries[..marker];
        var inherited = System.Environment.GetEnvironmentVariable("LD_LIBRARY_PATH");
        string?[] folders = [$"{root}/usr/lib/{triplet}", $"{root}/lib/{triplet}", inherited];
        return new() { ["LD_LIBRARY_PATH"] = string.Join(':', folders.Where(path => !string.IsNullOrEmpty(path))) };
    }

    [GeneratedRegex(@"(?<major>\d+)(\.\d+|devel|beta\d+|rc\d+)")]
    private static partial Regex VersionPattern();
}
