namespace FeatureGovernance.Contracts.Drift;

/// <summary>A file or folder to profile on the server.</summary>
public sealed record ScanRequest
{
    /// <summary>A Parquet or CSV file, a folder of them (partitioned as Hive does, or not), or a pattern with <c>*</c>; under a folder that the operator allows.</summary>
    public string? Path { get; init; }

    /// <summary>Columns are features of this group, by name.</summary>
    public string? Group { get; init; }

    /// <summary>Features by column, where names differ; besides the group or instead of it.</summary>
    public IReadOnlyDictionary<string, string>? Columns { get; init; }

    /// <summary>The column of times; found by itself where there is one.</summary>
    public string? Time { get; init; }

    /// <summary><c>hour</c>, <c>day</c> (the default) or <c>week</c>.</summary>
    public string? Window { get; init; }

    /// <summary>The start of the one window of a file without times.</summary>
    public DateTimeOffset? Start { get; init; }

    /// <summary>The column of times at which values were read, or could first be. Their lag is this less <see cref="AsOf"/>, or less <see cref="Time"/>.</summary>
    public string? ReadAt { get; init; }

    /// <summary>The column of times as of which values hold, where <see cref="Time"/> is when they were read.</summary>
    public string? AsOf { get; init; }

    /// <summary>A column of lags in seconds, instead of <see cref="ReadAt"/> and <see cref="AsOf"/>.</summary>
    public string? Lag { get; init; }

    /// <summary>Columns by whose values rows are told apart, at most three.</summary>
    public IReadOnlyList<string>? Segments { get; init; }

    /// <summary><c>training</c> or <c>serving</c> (the default).</summary>
    public string? Site { get; init; }

    /// <summary>True to land nothing where values lie outside what a feature was registered to have; otherwise they land, and are told.</summary>
    public bool? Strict { get; init; }
}

/// <summary>A scan, and how far it is.</summary>
/// <param name="Id">Its number.</param>
/// <param name="State"><c>queued</c>, <c>running</c>, <c>succeeded</c> or <c>failed</c>.</param>
/// <param name="Request">What was asked.</param>
/// <param name="RequestedBy">By whom.</param>
/// <param name="RequestedAt">When.</param>
/// <param name="FinishedAt">When it ended.</param>
/// <param name="Rows">Rows read so far.</param>
/// <param name="Profiles">How many profiles landed.</param>
/// <param name="Replaced">How many of these replaced a former one.</param>
/// <param name="Skipped">Columns that are no registered feature.</param>
/// <param name="Error">What was wrong with the file; nothing of it landed.</param>
public sealed record ScanView(
    int Id, string State, ScanRequest Request, string RequestedBy, DateTimeOffset RequestedAt, DateTimeOffset? FinishedAt, long Rows, int? Profiles,
    int? Replaced, IReadOnlyList<string> Skipped, string? Error)
{
    /// <summary>What lies outside what features were registered to have, at most twenty.</summary>
    public IReadOnlyList<string> Outside { get; init; } = [];
}

/// <summary>A scan that is made again and again.</summary>
public sealed record ScanSchedule
{
    /// <summary><c>hour</c> or <c>day</c>.</summary>
    public string? Every { get; init; }

    /// <summary>What to profile.</summary>
    public ScanRequest? Scan { get; init; }
}

/// <summary>A scheduled scan.</summary>
/// <param name="Name">Of the source.</param>
/// <param name="Every"><c>hour</c> or <c>day</c>.</param>
/// <param name="Scan">What is profiled.</param>
/// <param name="NextAt">When next.</param>
/// <param name="SetBy">Who set it.</param>
/// <param name="LastScan">The newest scan made of it.</param>
public sealed record ScanScheduleView(string Name, string Every, ScanRequest Scan, DateTimeOffset NextAt, string SetBy, int? LastScan);
