using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using FeatureGovernance.Client;

namespace FeatureGovernance.Cli.Running;

/// <summary>One invocation: what was typed, where the answers go, and the server.</summary>
internal sealed class Call(ParseResult parsed, Surroundings surroundings, CancellationToken cancellation) : IDisposable
{
    public static readonly Option<bool> Json = new("--json") { Description = "Print JSON for programs.", Recursive = true };

    private GovernanceClient? client;

    public Surroundings Surroundings => surroundings;

    public CancellationToken Cancellation => cancellation;

    public Screen Screen { get; } = new(surroundings, parsed.GetValue(Json));

    public GovernanceClient Client => client ??= Connection.Find(surroundings).Open(surroundings.Network);

    /// <summary>The same server by another token; to be disposed by the caller.</summary>
    public GovernanceClient ConnectAs(string token) => (Connection.Find(surroundings) with { Token = token }).Open(surroundings.Network);

    public T? Get<T>(Option<T> option) => parsed.GetValue(option);

    public T Get<T>(Argument<T> argument) => parsed.GetValue(argument)!;

    /// <summary>True where the option stands on the command line, even with its default.</summary>
    public bool Has(Option option) => parsed.GetResult(option) is { Implicit: false };

    /// <summary>A file as bytes, or standard input for <c>-</c>.</summary>
    public Stream OpenInput(string file)
    {
        if (file == "-")
            return surroundings.Input();
        if (Directory.Exists(file))
            throw new UsageException($"{file} is a folder.", "Name a file, or - for standard input.");
        return File.Exists(file) ? File.OpenRead(file) : throw new UsageException($"There is no file {file}.", "Name a file, or - for standard input.");
    }

    /// <summary>A JSON object from a file or standard input.</summary>
    public async Task<JsonObject> ReadObjectAsync(string file)
    {
        await using var input = OpenInput(file);
        try
        {
            return await JsonNode.ParseAsync(input, cancellationToken: cancellation) as JsonObject
                ?? throw new UsageException($"{file} holds no JSON object.", "Put the fields in { … }.");
        }
        catch (JsonException fault)
        {
            throw new UsageException($"{file} is not JSON: {fault.Message}", "Mend the line named.");
        }
    }

    /// <summary>A list, page by page, up to a limit; 0 for all of it.</summary>
    public async Task<List<T>> ListAsync<T>(string path, int limit)
    {
        if (limit < 0)
            throw new UsageException($"--limit: {limit} is out of range.", "Use a number from 1, or 0 for all.");
        const int largestPage = 1_000;
        var items = Client.ListAsync<T>(path.With(("limit", limit == 0 ? largestPage : Math.Min(limit, largestPage))), cancellation);
        return await (limit == 0 ? items : items.Take(limit)).ToListAsync(cancellation);
    }

    public void Dispose() => client?.Dispose();
}

internal static class Calling
{
    public static Command Runs(this Command command, Surroundings surroundings, Func<Call, Task<int>> action)
    {
        command.Validators.Add(RefuseInfinite);
        command.SetAction(async (parsed, cancellation) =>
        {
            using var call = new Call(parsed, surroundings, cancellation);
            return await action(call);
        });
        return command;
    }

    // JSON has no words for them, so the server cannot be asked what it thinks.
    private static void RefuseInfinite(CommandResult command)
    {
        foreach (var given in command.Children.OfType<OptionResult>().Where(given => given.Option.ValueType == typeof(double) || given.Option.ValueType == typeof(double?)))
        {
            if (given.Tokens is [var token] && double.TryParse(token.Value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
                && !double.IsFinite(number))
                command.AddError($"Option '{given.Option.Name}' is '{token.Value}'; give a finite number.");
        }
    }

    public static Command Runs(this Command command, Surroundings surroundings, Func<Call, Task> action) =>
        command.Runs(surroundings, async call =>
        {
            await action(call);
            return ExitCode.Pass;
        });
}
