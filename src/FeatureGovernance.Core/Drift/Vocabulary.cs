namespace FeatureGovernance.Core.Drift;

/// <summary>How long a window of a profile is.</summary>
public enum WindowLength
{
    /// <summary>A clock hour.</summary>
    Hour,

    /// <summary>A day, from midnight.</summary>
    Day,

    /// <summary>A week, from Monday.</summary>
    Week,
}

/// <summary>What was seen to be unusual.</summary>
public enum Symptom
{
    /// <summary>The level moved against the seasonal reference.</summary>
    Level,

    /// <summary>Values within a window scatter more or less.</summary>
    Scatter,

    /// <summary>Single hours stand out of the seasonal pattern.</summary>
    Outliers,

    /// <summary>More values are missing.</summary>
    Missing,

    /// <summary>More values are not a number.</summary>
    NotANumber,

    /// <summary>One value stands in for many.</summary>
    Default,

    /// <summary>One value is repeated row after row.</summary>
    Stuck,

    /// <summary>A window repeats an earlier one value by value.</summary>
    Stale,

    /// <summary>Values between those known, but never seen before.</summary>
    NewValues,

    /// <summary>Finer values than ever before.</summary>
    FinerValues,

    /// <summary>Coarser values than before.</summary>
    CoarserValues,

    /// <summary>More values are negative.</summary>
    Negative,

    /// <summary>The daily pattern comes at another hour.</summary>
    ClockShift,

    /// <summary>A category never seen before.</summary>
    NewCategory,

    /// <summary>Categories in other shares.</summary>
    CategoryMix,

    /// <summary>The relation to other features broke.</summary>
    Relation,

    /// <summary>Rows are absent.</summary>
    FewerRows,

    /// <summary>Rows are there more than once.</summary>
    RepeatedRows,

    /// <summary>Training and serving disagree.</summary>
    Skew,

    /// <summary>Values are distributed otherwise around their mean.</summary>
    Shape,

    /// <summary>There are more or fewer distinct values.</summary>
    Cardinality,

    /// <summary>Values come later than usual, or no longer.</summary>
    Freshness,

    /// <summary>What people write for "unknown" stands row after row.</summary>
    StandIn,
}

/// <summary>Why values changed.</summary>
public enum Cause
{
    /// <summary>People act differently.</summary>
    Behaviour,

    /// <summary>The data are wrong.</summary>
    DataQuality,

    /// <summary>The product or the feature's definition changed.</summary>
    ProductChange,

    /// <summary>The time of year, or a holiday.</summary>
    Season,
}

/// <summary>What is wrong with data.</summary>
public enum Fault
{
    /// <summary>Values are missing.</summary>
    Missing,

    /// <summary>A default stands in for values.</summary>
    DefaultFilled,

    /// <summary>Values no longer change, or are those of an earlier window.</summary>
    Stuck,

    /// <summary>Another unit or factor.</summary>
    Rescaled,

    /// <summary>Times moved by some hours.</summary>
    ShiftedTimeZone,

    /// <summary>Digits were cut off.</summary>
    TruncatedPrecision,

    /// <summary>A category is new or has another name.</summary>
    RelabelledCategory,

    /// <summary>A part of the rows is there twice.</summary>
    DuplicatedPartition,

    /// <summary>A part of the rows is not there.</summary>
    DroppedPartition,

    /// <summary>Plus and minus changed places.</summary>
    SignFlip,

    /// <summary>Values of another kind.</summary>
    SchemaChange,

    /// <summary>Training and serving disagree.</summary>
    TrainingServingSkew,
}
