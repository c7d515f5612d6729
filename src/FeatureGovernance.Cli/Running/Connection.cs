using System.Text.Json;
using FeatureGovernance.Client;

namespace FeatureGovernance.Cli.Running;

/// <summary>Where the server is and with which token to speak to it.</summary>
internal sealed record Connection(string Url, string? Token)
{
    public const string DefaultUrl = "http://127.0.0.1:5080";

    /// <summary>
    /// The environment before the file. A stored token goes only to the server it was stored for; for another one, the environment names it.
    /// </summary>
    public static Connection Find(Surroundings surroundings)
    {
        var stored = Read(FilePath(surroundings));
        var url = Given("FEATGOV_URL") ?? stored?.Url ?? DefaultUrl;
        var storedToken = stored is not null && Address(stored.Url) == Address(url) ? stored.Token : null;
        return new(url, Given("FEATGOV_TOKEN") ?? storedToken);

        string? Given(string name) => surroundings.Variable(name) is { Length: > 0 } value ? value.Trim() : null;
    }

    public GovernanceClient Open(HttpMessageHandler? network) => GovernanceClient.Connect(
        Address(Url),
        Token ?? throw new UsageException($"There is no token for {Url}.", "Run `featgov login --url URL`, or set FEATGOV_TOKEN."),
        network);

    public static Uri Address(string url) =>
        Uri.TryCreate(url, UriKind.Absolute, out var address) && address.Scheme is "http" or "https" && address.UserInfo.Length == 0
            ? address
            : throw new UsageException($"'{url}' is not the address of a server.", $"Use one such as {DefaultUrl}.");

    public static string FilePath(Surroundings surroundings)
    {
        var folder = surroundings.Variable("XDG_CONFIG_HOME") is { Length: > 0 } config && Path.IsPathRooted(config)
            ? config
            : Path.Combine(
                surroundings.Variable("HOME") ?? throw new UsageException("Neither XDG_CONFIG_HOME nor HOME is set.",
                    "Set FEATGOV_URL and FEATGOV_TOKEN instead."),
                ".config");
        return Path.Combine(folder, "featgov", "config.json");
    }

    /// <summary>Writes beside the file and renames, so that nobody ever sees a half-written or readable one.</summary>
    public void Save(string path)
    {
        var folder = Path.GetDirectoryName(path)!;
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(folder);
        else
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        var fresh = $"{path}.{Environment.ProcessId}";
        using (var stream = new FileStream(fresh, options))
            JsonSerializer.Serialize(stream, this, ClientJson.Indented);
        File.Move(fresh, path, overwrite: true);
    }

    private static Connection? Read(string path)
    {
        if (!File.Exists(path))
            return null;
        try
        {
            return JsonSerializer.Deserialize<Connection>(File.ReadAllBytes(path), ClientJson.Options) is { Url: not null } stored
                ? stored
                : throw new JsonException("It names no url.");
        }
        catch (JsonException fault)
        {
            throw new UsageException($"{path} is not readable: {fault.Message}", "Run `featgov login` again.");
        }
    }
}
