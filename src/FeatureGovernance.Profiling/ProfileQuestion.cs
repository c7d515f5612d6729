using System.Collections.Immutable;
using FeatureGovernance.Core.Drift;

namespace FeatureGovernance.Profiling;

/// <summary>What to profile of a file.</summary>
/// <param name="Path">A Parquet or CSV file, a folder of them (partitioned as Hive does, <c>day=2026-01-31/…</c>, or not), or a pattern with <c>*</c>.</param>
/// <param name="Window">The length of a window.</param>
public sealed record ProfileQuestion(string Path, WindowLength Window)
{
    /// <summary>The columns wanted; empty for all that hold numbers, texts or lists of numbers.</summary>
    public ImmutableArray<string> Columns { get; init; } = [];

    /// <summary>The column of times, which may be one of the folder's partitions; null to look for one, unless <see cref="Start"/> is given.</summary>
    public string? Time { get; init; }

    /// <summary>The start of the one window that all rows belong to, for files without times.</summary>
    public DateTime? Start { get; init; }

    /// <summary>Columns by whose values rows are told apart, as <c>country=se</c>.</summary>
    public ImmutableArray<string> Segments { get; init; } = [];

    /// <summary>A column that says how many rows of the warehouse each row stands for; null for one.</summary>
    public string? Weight { get; init; }

    /// <summary>How old values were when they were read; null where the file does not say.</summary>
    public LagColumns? Lag { get; init; }

    /// <summary>By column, the value that stands in for a missing one.</summary>
    public ImmutableDictionary<string, string> Defaults { get; init; } = ImmutableDictionary<string, string>.Empty;
}

/// <summary>Where a file says how old the values of a row were when they were read: the time of reading less that as of which they hold, or seconds.</summary>
/// <param name="ReadAt">The column of times at which values were read, or could first be; null for the column of times.</param>
/// <param name="AsOf">The column of times as of which values hold; null for the column of times.</param>
/// <param name="Seconds">A column of ages in seconds, instead of the two.</param>
public sealed record LagColumns(string? ReadAt, string? AsOf, string? Seconds)
{
    /// <summary>Null where no column is named.</summary>
    public static LagColumns? Of(string? readAt, string? asOf, string? seconds) =>
        readAt is null && asOf is null && seconds is null ? null : new(readAt, asOf, seconds);

    internal IEnumerable<string> Named => ((string?[])[ReadAt, AsOf, Seconds]).OfType<string>();
}

/// <summary>The profile of one column in one window and segment: of numbers, of texts or of embeddings.</summary>
/// <param name="Column">The column.</param>
/// <param name="Start">Of the window, in UTC.</param>
/// <param name="Segment">Empty for all rows.</param>
/// <param name="Numbers">Of a column of numbers.</param>
/// <param name="Texts">Of a column of texts.</param>
/// <param name="Embeddings">Of a column of lists or arrays of numbers.</param>
public sealed record ColumnProfile(
    string Column, DateTime Start, string Segment, Statistics.Sketches.Profile<double>? Numbers, Statistics.Sketches.Profile<string>? Texts,
    Statistics.Sketches.Profile<Statistics.Sketches.Embedding>? Embeddings = null)
{
    /// <summary>How old the values of the window's rows were when they were read, in seconds: the median, within the bound of its sketch; null where it is not known.</summary>
    public double? LagSeconds { get; init; }

    /// <summary>The profile as a JSON object.</summary>
    public void WriteJson(System.Text.Json.Utf8JsonWriter json)
    {
        Numbers?.WriteJson(json);
        Texts?.WriteJson(json);
        Embeddings?.WriteJson(json);
    }
}

/// <summary>What is wrong with a file or with the question.</summary>
public sealed class ProfilingException(string message, Exception? inner = null) : Exception(message, inner);
