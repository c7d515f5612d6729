namespace FeatureGovernance.Contracts.Value;

/// <summary>The body of <c>POST /scoring/runs</c>.</summary>
public sealed record ScoringRequest
{
    /// <summary>True to forget what earlier runs kept and count everything anew; default false.</summary>
    public bool? Full { get; init; }
}

/// <summary>One scoring run. Its phases are <c>usage</c>, <c>evidence</c>, <c>shares</c>, <c>judgement</c> and <c>publication</c>.</summary>
public sealed record ScoringRunView : RunView
{
    /// <summary>True where everything is counted anew.</summary>
    public required bool Full { get; init; }

    /// <summary>The last day counted.</summary>
    public required DateOnly AsOf { get; init; }

    /// <summary>How often it was begun: more than once where a process stopped in the middle.</summary>
    public required int Attempts { get; init; }

    /// <summary>Rows by what they are, for example <c>pairs</c>.</summary>
    public required IReadOnlyDictionary<string, long> Counts { get; init; }
}
