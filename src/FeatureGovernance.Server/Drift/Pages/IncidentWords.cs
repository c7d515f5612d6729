using FeatureGovernance.Contracts.Drift;
using FeatureGovernance.Core;
using FeatureGovernance.Core.Drift;
using FeatureGovernance.Server.Pages;

namespace FeatureGovernance.Server.Drift.Pages;

/// <summary>How an incident is called on pages.</summary>
public static class IncidentWords
{
    /// <summary>What it is, without the feature: the fault where the data are most likely wrong, and how the values changed otherwise.</summary>
    /// <param name="kind">A word of <see cref="FeatureGovernance.Statistics.Inference.ChangeKind"/>.</param>
    /// <param name="fault">A word of <see cref="Fault"/>; null for other causes.</param>
    public static string What(string kind, string? fault) => fault is null ? kind switch
    {
        "step" => "The values stepped",
        "drift" => "The values drift",
        "spike" => "A spike",
        "variance" => "Another spread",
        "mixture" => "Another mixture",
        _ => "Something changed",
    } : FaultOf(fault);

    /// <summary>What is wrong with data.</summary>
    public static string FaultOf(string fault) => Words<Fault>.TryParse(fault, out var one) ? Of(one) : Show.Word(fault);

    /// <summary>A cause as a probability is given for it.</summary>
    public static string CauseOf(string cause) => cause switch
    {
        "behaviour" => "People act differently",
        "dataQuality" => "The data are wrong",
        "productChange" => "The product changed",
        "season" => "The time of year",
        _ => Show.Word(cause),
    };

    /// <summary>A cause or a fault, whichever has this name.</summary>
    public static string Named(string word) => Words<Fault>.TryParse(word, out var fault) ? Of(fault) : CauseOf(word);

    /// <summary>The feature it shows most in, and how many others.</summary>
    public static string Where(IncidentSummary incident) =>
        incident.Features == 1 ? incident.Feature : $"{incident.Feature} and {Show.Of(incident.Features - 1, "other feature")}";

    /// <summary>By what a cost was estimated.</summary>
    public static string Method(string method) => method == "replay" ? "replayed through fitted models" : "from drift and value share";

    private static string Of(Fault fault) => fault switch
    {
        Fault.Missing => "Missing values",
        Fault.DefaultFilled => "Defaults instead of values",
        Fault.Stuck => "Stuck or stale values",
        Fault.Rescaled => "Rescaled values",
        Fault.ShiftedTimeZone => "Shifted times",
        Fault.TruncatedPrecision => "Digits cut off",
        Fault.RelabelledCategory => "A new or renamed category",
        Fault.DuplicatedPartition => "Doubled rows",
        Fault.DroppedPartition => "Rows left out",
        Fault.SignFlip => "Plus and minus exchanged",
        Fault.SchemaChange => "Values of another kind",
        Fault.TrainingServingSkew => "Training and serving disagree",
        _ => Show.Word(Words.Of(fault)),
    };
}
