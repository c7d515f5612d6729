namespace FeatureGovernance.Core.Lifecycle;

/// <summary>How far a model's move off a feature has come.</summary>
public enum MigrationStatus
{
    /// <summary>Nobody has begun.</summary>
    Open,

    /// <summary>Somebody is at it.</summary>
    InProgress,

    /// <summary>Something stands in the way.</summary>
    Blocked,

    /// <summary>The model's live manifest no longer reads the feature.</summary>
    Done,
}

/// <summary>The rules of migration tasks.</summary>
public static class Migration
{
    /// <summary>
    /// Whether the status may be set: done is a fact of the manifest, not a promise, so it is refused while the live manifest reads the
    /// feature, and nothing else is true once it does not.
    /// </summary>
    /// <param name="status">The status asked for.</param>
    /// <param name="stillReads">Whether the model's live manifest reads the feature.</param>
    public static Refusal? Refuses(MigrationStatus status, bool stillReads) => (status, stillReads) switch
    {
        (MigrationStatus.Done, true) => new(RefusalKind.BrokenRule, "reader-still-live", "The model's live manifest still reads the feature.",
            [new("status", "The model's live manifest still reads the feature.", "Register a manifest without it; the task is then done by itself.",
                "reader-still-live")]),
        (not MigrationStatus.Done, false) =>
            new(RefusalKind.Conflict, "migration-done", "The model's live manifest no longer reads the feature; the task is done."),
        _ => null,
    };
}
