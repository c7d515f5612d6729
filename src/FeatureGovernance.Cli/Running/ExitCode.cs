namespace FeatureGovernance.Cli.Running;

/// <summary>What the command leaves behind for scripts.</summary>
internal static class ExitCode
{
    public const int Pass = 0;

    /// <summary>The command worked and the answer is no: a check failed, the audit trail is broken, a scoring run failed.</summary>
    public const int Fail = 1;

    /// <summary>The command could not do what was asked.</summary>
    public const int Error = 2;
}

/// <summary>The user can mend this: one sentence on what is wrong, one on what to do.</summary>
internal sealed class UsageException(string message, string? remedy = null) : Exception(message)
{
    public string? Remedy => remedy;
}
