using System.Text.Json.Serialization;

namespace FeatureGovernance.Contracts;

/// <summary>A run of long work, and how far it is.</summary>
public abstract record RunView
{
    /// <summary>Its number.</summary>
    [JsonPropertyOrder(-2)]
    public required int Id { get; init; }

    /// <summary><c>queued</c>, <c>running</c>, <c>succeeded</c>, <c>failed</c> or <c>cancelled</c>.</summary>
    [JsonPropertyOrder(-1)]
    public required string State { get; init; }

    /// <summary>Who asked for it.</summary>
    public required string RequestedBy { get; init; }

    /// <summary>When.</summary>
    public required DateTimeOffset RequestedAt { get; init; }

    /// <summary>When it last began; absent while queued.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>When it ended.</summary>
    public DateTimeOffset? FinishedAt { get; init; }

    /// <summary>What it is doing.</summary>
    public string? Phase { get; init; }

    /// <summary>From 0 to 1.</summary>
    public required double Progress { get; init; }

    /// <summary>True where someone asked it to stop.</summary>
    public required bool CancelRequested { get; init; }

    /// <summary>Why it failed.</summary>
    public string? Error { get; init; }
}
