using System.Diagnostics;

namespace FeatureGovernance.Server.Storage.Postgres;

/// <summary>What a finished program said.</summary>
internal sealed record CommandResult(int ExitCode, string Output, string Error)
{
    public string Said => string.Join('\n', new[] { Output.Trim(), Error.Trim() }.Where(text => text.Length > 0));
}

/// <summary>Runs one program to its end, as this process's user or, where an account is given, as that one.</summary>
internal sealed record Command(string Program, params IReadOnlyList<string> Arguments)
{
    public UnixAccount? Account { get; init; }

    public string? WorkingFolder { get; init; }

    public string? Input { get; init; }

    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    public async Task<CommandResult> RunAsync(CancellationToken cancellation)
    {
        using var process = new Process { StartInfo = StartInfo() };
        try
        {
            process.Start();
        }
        catch (System.ComponentModel.Win32Exception missing)
        {
            throw new EmbeddedPostgresException($"Cannot run {process.StartInfo.FileName}: {missing.Message}", missing);
        }

        try
        {
            var output = process.StandardOutput.ReadToEndAsync(cancellation);
            var error = process.StandardError.ReadToEndAsync(cancellation);
            await process.StandardInput.WriteAsync(Input.AsMemory(), cancellation);
            process.StandardInput.Close();
            await process.WaitForExitAsync(cancellation);
            return new(process.ExitCode, await output, await error);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            throw;
        }
    }

    public async Task<CommandResult> RunOrThrowAsync(CancellationToken cancellation)
    {
        var result = await RunAsync(cancellation);
        return result.ExitCode == 0
            ? result
            : throw new EmbeddedPostgresException($"{Path.GetFileName(Program)} failed (exit code {result.ExitCode}): {result.Said}");
    }

    private ProcessStartInfo StartInfo()
    {
        string[] prefix = Account is null
            ? []
            : ["setpriv", $"--reuid={Account.User}", $"--regid={Account.Group}", "--clear-groups", "--"];
        string[] line = [.. prefix, Program, .. Arguments];
        var start = new ProcessStartInfo(line[0], line[1..])
        {
            WorkingDirectory = WorkingFolder ?? "/",
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // A caller's PGDATA, PGPORT or PGOPTIONS must not leak into the private cluster; C keeps messages predictable.
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("PG", StringComparison.Ordinal)).ToList())
            start.Environment.Remove(name);
        start.Environment["LC_ALL"] = "C";
        foreach (var (name, value) in Environment)
            start.Environment[name] = value;
        return start;
    }
}
