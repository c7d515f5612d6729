namespace FeatureGovernance.Cli.Running;

/// <summary>All that the command gets from outside itself, so that tests can put it anywhere.</summary>
internal sealed record Surroundings
{
    public required TextWriter Output { get; init; }

    public required TextWriter Errors { get; init; }

    /// <summary>Standard input, as bytes.</summary>
    public required Func<Stream> Input { get; init; }

    public required Func<string, string?> Variable { get; init; }

    public required TimeProvider Clock { get; init; }

    /// <summary>Whether a person watches standard output, so that colour serves.</summary>
    public bool OutputIsTerminal { get; init; }

    /// <summary>Whether a person watches standard error, so that progress bars serve.</summary>
    public bool ErrorsAreTerminal { get; init; }

    /// <summary>Takes the place of the network in tests.</summary>
    public HttpMessageHandler? Network { get; init; }

    public static Surroundings OfThisProcess() => new()
    {
        Output = Console.Out,
        Errors = Console.Error,
        Input = Console.OpenStandardInput,
        Variable = Environment.GetEnvironmentVariable,
        Clock = TimeProvider.System,
        OutputIsTerminal = !Console.IsOutputRedirected,
        ErrorsAreTerminal = !Console.IsErrorRedirected,
    };
}
