namespace FeatureGovernance.Core.Lifecycle;

/// <summary>Where a feature stands in its life.</summary>
public enum Stage
{
    /// <summary>Registered, not yet offered to anyone.</summary>
    Draft,

    /// <summary>Offered for review.</summary>
    Proposed,

    /// <summary>May be read in trials.</summary>
    Experimental,

    /// <summary>May be read by every approved model.</summary>
    Adopted,

    /// <summary>On notice: present readers must leave, no new ones may come.</summary>
    Deprecated,

    /// <summary>Reads are refused or defaulted for an announced while, to find hidden readers.</summary>
    Brownout,

    /// <summary>Off, and still restorable.</summary>
    Disabled,

    /// <summary>Gone; the key stays reserved.</summary>
    Removed,
}

/// <summary>Where the relation of one model to one feature stands.</summary>
public enum AdoptionState
{
    /// <summary>Asked for, waiting for the owner.</summary>
    Requested,

    /// <summary>Granted, not yet read.</summary>
    Approved,

    /// <summary>Read in a trial.</summary>
    Trial,

    /// <summary>Read for good.</summary>
    Adopted,

    /// <summary>Turned down.</summary>
    Rejected,

    /// <summary>Taken back by who asked.</summary>
    Withdrawn,

    /// <summary>Ended in favour of a replacement.</summary>
    Migrated,
}

/// <summary>How serious a finding is.</summary>
public enum RuleLevel
{
    /// <summary>Worth knowing.</summary>
    Info,

    /// <summary>To be mended, blocks nothing.</summary>
    Warn,

    /// <summary>Blocks.</summary>
    Error,
}
