namespace FeatureGovernance.Contracts.Lifecycle;

/// <summary>One model's move off one feature that is going.</summary>
public sealed record MigrationTask
{
    /// <summary>The task.</summary>
    public required int Id { get; init; }

    /// <summary>The proposal that takes the feature out.</summary>
    public required int Deprecation { get; init; }

    /// <summary>The feature to leave.</summary>
    public required string Feature { get; init; }

    /// <summary>The model that reads it.</summary>
    public required string Model { get; init; }

    /// <summary>What to read instead; null where nothing takes its place.</summary>
    public string? Replacement { get; init; }

    /// <summary>Whether the model's live manifest reads the replacement already; null where there is none.</summary>
    public bool? ReadsReplacement { get; init; }

    /// <summary>The team that is to do it.</summary>
    public required string Assignee { get; init; }

    /// <summary><c>open</c>, <c>inProgress</c>, <c>blocked</c> or <c>done</c>.</summary>
    public required string Status { get; init; }

    /// <summary>By when; at first the end of notice.</summary>
    public required DateTimeOffset DueAt { get; init; }

    /// <summary>What was said about it.</summary>
    public string? Note { get; init; }

    /// <summary>Whether the model's live manifest still reads the feature.</summary>
    public required bool InManifest { get; init; }

    /// <summary>The last day on which a read in serving was reported; null where none was in the last 35 days.</summary>
    public DateOnly? LastServingRead { get; init; }

    /// <summary>The last day on which the model reported its serving reads of the feature at all; null is unknown, not zero.</summary>
    public DateOnly? LastServingReport { get; init; }

    /// <summary>Counts the changes; also the ETag.</summary>
    public required int Revision { get; init; }
}

/// <summary>A change of a migration task; what is left out stays.</summary>
public sealed record MigrationChange
{
    /// <summary><c>open</c>, <c>inProgress</c>, <c>blocked</c>, or <c>done</c> once the manifest shows it.</summary>
    public string? Status { get; init; }

    /// <summary>By when.</summary>
    public DateTimeOffset? DueAt { get; init; }

    /// <summary>The team that is to do it.</summary>
    public string? Assignee { get; init; }

    /// <summary>What to read instead.</summary>
    public string? Replacement { get; init; }

    /// <summary>What there is to say.</summary>
    public string? Note { get; init; }
}

/// <summary>How far a proposal's readers have come.</summary>
/// <param name="Deprecation">The proposal.</param>
/// <param name="Reads">Pairs of a model and a feature that were ever to be migrated.</param>
/// <param name="InManifests">How many of those are still in a live manifest.</param>
/// <param name="SeenReading">How many of those no longer in a manifest were seen to read in serving within the last seven days.</param>
/// <param name="Unknown">How many of those no longer in a manifest reported nothing in that time, or only a sample, so that nobody knows.</param>
/// <param name="Overdue">How many are not done and past their date.</param>
/// <param name="Done">The share, 0 to 1, that is neither in a manifest, nor seen reading, nor unknown; null where there was no reader.</param>
public sealed record MigrationProgress(int Deprecation, int Reads, int InManifests, int SeenReading, int Unknown, int Overdue, double? Done);
