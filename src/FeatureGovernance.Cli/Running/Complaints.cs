using System.CommandLine;
using System.CommandLine.Invocation;
using System.Text.Json;
using FeatureGovernance.Client;

namespace FeatureGovernance.Cli.Running;

/// <summary>Runs the command; whatever goes wrong becomes a few clear lines on standard error and exit code 2.</summary>
internal static class Complaints
{
    private const int MostErrors = 50;

    public static async Task<int> RunAsync(RootCommand root, string[] args, Surroundings surroundings)
    {
        var parsed = root.Parse(args);
        if (parsed.Action is ParseErrorAction)
        {
            foreach (var error in parsed.Errors)
                surroundings.Errors.WriteLine($"featgov: {Written.Plain(error.Message)}");
            surroundings.Errors.WriteLine($"  {string.Join(' ', CommandPath(parsed))} --help tells how it is used.");
            return ExitCode.Error;
        }

        try
        {
            return await parsed.InvokeAsync(new InvocationConfiguration
            {
                Output = surroundings.Output,
                Error = surroundings.Errors,
                EnableDefaultExceptionHandler = false,
            });
        }
        catch (Exception fault) when (Describe(fault) is { } lines)
        {
            foreach (var line in lines)
                surroundings.Errors.WriteLine(Written.Plain(line));
            return ExitCode.Error;
        }
    }

    private static IEnumerable<string>? Describe(Exception fault) => fault switch
    {
        GovernanceException refused => Refusal(refused),
        UsageException usage => usage.Remedy is { } remedy ? [$"featgov: {usage.Message}", $"  {remedy}"] : [$"featgov: {usage.Message}"],
        HttpRequestException network =>
            [$"featgov: The server cannot be reached: {network.Message}", "  Check FEATGOV_URL or `featgov login`, and that the server runs."],
        JsonException or IOException or UnauthorizedAccessException => [$"featgov: {fault.Message}"],
        OperationCanceledException => ["featgov: Interrupted."],
        _ => null,
    };

    private static IEnumerable<string> Refusal(GovernanceException refused)
    {
        yield return $"featgov: {refused.Detail} ({refused.Code})";
        foreach (var error in refused.Errors.Take(MostErrors))
            yield return $"  {error.Field}: {error.Message}{(error.Remedy is { } remedy ? $" {remedy}" : "")}";
        if (refused.Errors.Count > MostErrors)
            yield return $"  … and {refused.Errors.Count - MostErrors} more.";
        if (refused.Status == 401)
            yield return "  Run `featgov login`, or set FEATGOV_TOKEN.";
        if (refused.Status >= 500 && refused.RequestId is { } request)
            yield return $"  The server's log knows more under request {request}.";
    }

    private static Stack<string> CommandPath(ParseResult parsed)
    {
        var names = new Stack<string>();
        for (System.CommandLine.Parsing.SymbolResult? at = parsed.CommandResult; at is System.CommandLine.Parsing.CommandResult command; at = at.Parent)
            names.Push(command.Command is RootCommand ? "featgov" : command.Command.Name);
        return names;
    }
}
