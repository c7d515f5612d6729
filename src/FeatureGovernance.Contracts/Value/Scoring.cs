namespace FeatureGovernance.Contracts.Value;

/// <summary>The body of <c>POST /scoring/runs</c>.</summary>
public sealed record ScoringRequest
{
    /// <summary>True to forget what earlier runs kept and count everything anew; default false.</summary>
    public bool? Full { get; init; }
}

/// <summary>One scoring run.</summary>
public sealed record ScoringRunView
{
    /// <summary>Its number.</summary>
    public required int Id { get; init; }

    /// <summary><c>queued</c>, <c>running</c>, <c>succeeded</c>, <c>failed</c> or <c>cancelled</c>.</summary>
    public required string State { get; init; }

    /// <summary>True where everything is counted anew.</summary>
    public required bool Full { get; init; }

    /// <summary>The last day counted.</summary>
    public required DateOnly AsOf { get; init; }

    /// <summary>Who asked for it.</summary>
    public required string RequestedBy { get; init; }

    /// <summary>When.</summary>
    public required DateTimeOffset RequestedAt { get; init; }

    /// <summary>When it last began; null while queued.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>When it ended.</summary>
    public DateTimeOffset? FinishedAt { get; init; }

    /// <summary>What it is doing: <c>usage</c>, <c>evidence</c>, <c>shares</c>, <c>judgement</c>, <c>publication</c>.</summary>
    public string? Phase { get; init; }

    /// <summary>From 0 to 1.</summary>
    public required double Progress { get; init; }

    /// <summary>How often it was begun: more than once where a process stopped in the middle.</summary>
    public required int Attempts { get; init; }

    /// <summary>True where someone asked it to stop.</summary>
    public required bool CancelRequested { get; init; }

    /// <summary>Rows by what they are, for example <c>pairs</c>.</summary>
    public required IReadOnlyDictionary<string, long> Counts { get; init; }

    /// <summary>Why it failed.</summary>
    public string? Error { get; init; }
}
