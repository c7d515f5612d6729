using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;

namespace FeatureGovernance.Contracts.Drift;

/// <summary>
/// A run of detection over the stored profiles. Its phases are <c>hour</c>, <c>day</c> or <c>week</c> while it looks at such windows, then
/// <c>publication</c>.
/// </summary>
public sealed record DriftRunView : RunView
{
    /// <summary>How many profiles, series, tests, incidents, new, updated and closed ones there were.</summary>
    public required IReadOnlyDictionary<string, long> Counts { get; init; }
}

/// <summary>An incident in a list.</summary>
public record IncidentSummary
{
    /// <summary>Its number.</summary>
    public required int Id { get; init; }

    /// <summary>The feature it shows most in.</summary>
    public required string Feature { get; init; }

    /// <summary>The team that owns this feature, whose incident it is.</summary>
    public required string Team { get; init; }

    /// <summary>How many features it shows in.</summary>
    public required int Features { get; init; }

    /// <summary><c>open</c>, <c>acknowledged</c>, <c>snoozed</c>, <c>resolved</c> or <c>expected</c>.</summary>
    public required string Status { get; init; }

    /// <summary><c>serious</c>, <c>moderate</c> or <c>minor</c>.</summary>
    public required string Severity { get; init; }

    /// <summary>The length of a window: <c>hour</c>, <c>day</c> or <c>week</c>.</summary>
    public required string Window { get; init; }

    /// <summary>The start of the first window.</summary>
    public required DateTimeOffset Start { get; init; }

    /// <summary>The end of the last window so far.</summary>
    public required DateTimeOffset End { get; init; }

    /// <summary>Whether it reaches to the newest window.</summary>
    public required bool Ongoing { get; init; }

    /// <summary><c>step</c>, <c>drift</c>, <c>spike</c>, <c>variance</c> or <c>mixture</c>.</summary>
    public required string Kind { get; init; }

    /// <summary><c>behaviour</c>, <c>dataQuality</c>, <c>productChange</c> or <c>season</c>.</summary>
    public required string Cause { get; init; }

    /// <summary>The probability of the cause, 0 to 1.</summary>
    public required double CauseProbability { get; init; }

    /// <summary>What is wrong with the data; null for other causes.</summary>
    public string? Fault { get; init; }

    /// <summary>-log10 of the adjusted p-value of the surest signal, at most 300.</summary>
    public required double Score { get; init; }

    /// <summary>The share of the values that are touched, or of their spread that they moved, 0 to 1.</summary>
    public required double Size { get; init; }

    /// <summary>What it is expected to cost, as a part of the value of all models, 0 to 1; null where no share of its features is known.</summary>
    public double? Loss { get; init; }

    /// <summary>System and table of the features.</summary>
    public required IReadOnlyList<string> Sources { get; init; }

    /// <summary>The segments it shows in; empty text for all rows.</summary>
    public required IReadOnlyList<string> Segments { get; init; }

    /// <summary><c>training</c>, <c>serving</c> or both.</summary>
    public required IReadOnlyList<string> Sites { get; init; }

    /// <summary>Until when nobody is to be bothered, where it is snoozed.</summary>
    public DateTimeOffset? SnoozedUntil { get; init; }

    /// <summary>What was said with the last decision.</summary>
    public string? Reason { get; init; }

    /// <summary>Who took it; null where nobody has.</summary>
    public string? DecidedBy { get; init; }

    /// <summary>When.</summary>
    public DateTimeOffset? DecidedAt { get; init; }

    /// <summary>When it was first found.</summary>
    public required DateTimeOffset FoundAt { get; init; }

    /// <summary>When it last changed.</summary>
    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>Counts its changes; the ETag.</summary>
    public required int Revision { get; init; }
}

/// <summary>An incident with all that is known of it.</summary>
public sealed record IncidentView : IncidentSummary
{
    /// <summary>An incident still to be filled in.</summary>
    [JsonConstructor]
    public IncidentView()
    {
    }

    /// <summary>An incident with what lists tell of it.</summary>
    [SetsRequiredMembers]
    public IncidentView(IncidentSummary summary)
        : base(summary)
    {
        Causes = new Dictionary<string, double>();
        Faults = new Dictionary<string, double>();
        Evidence = [];
        FeatureDetails = [];
        Impact = new(0, null, null, null, null, []);
    }

    /// <summary>The probability of each cause; they sum to 1.</summary>
    public required IReadOnlyDictionary<string, double> Causes { get; init; }

    /// <summary>The probability of each fault, given that the data are wrong; they sum to 1.</summary>
    public required IReadOnlyDictionary<string, double> Faults { get; init; }

    /// <summary>What was weighed.</summary>
    public required IReadOnlyList<IncidentEvidence> Evidence { get; init; }

    /// <summary>The features it shows in, the most touched first; at most 200.</summary>
    public required IReadOnlyList<IncidentFeature> FeatureDetails { get; init; }

    /// <summary>What it is expected to cost models.</summary>
    public required IncidentImpact Impact { get; init; }
}

/// <summary>What an incident is expected to cost all models that read its features.</summary>
/// <param name="Models">How many there are.</param>
/// <param name="Loss">The part of all value of all live models, each by its weight; null where no share is known.</param>
/// <param name="LossLower">Its 10th percentile.</param>
/// <param name="LossUpper">Its 90th percentile.</param>
/// <param name="TrafficPerDay">Requests a day of these models; null where none is known.</param>
/// <param name="ByModel">Those that lose most by weight first, then by traffic; at most 200.</param>
public sealed record IncidentImpact(
    int Models, double? Loss, double? LossLower, double? LossUpper, double? TrafficPerDay, IReadOnlyList<ModelImpact> ByModel);

/// <summary>What an incident is expected to cost one model.</summary>
/// <param name="Model">The model.</param>
/// <param name="Team">Its owner.</param>
/// <param name="Features">How many of the incident's features it reads.</param>
/// <param name="Weight">Its part of the weight of all live models.</param>
/// <param name="TrafficPerDay">Its requests a day.</param>
/// <param name="Loss">The part of what features contribute to the model that is expected to be lost, above 1 where drifted values mislead it further; null where no share is known.</param>
/// <param name="LossLower">Its 10th percentile.</param>
/// <param name="LossUpper">Its 90th percentile.</param>
/// <param name="Metric">The model's metric.</param>
/// <param name="MetricChange">The expected change of the metric, in its unit; null where importance was not measured in it.</param>
/// <param name="MetricLower">Its 10th percentile.</param>
/// <param name="MetricUpper">Its 90th percentile.</param>
/// <param name="ObservedChange">The mean the model reported during the incident less that of the four weeks before; null where it reported none.</param>
/// <param name="Method"><c>replay</c> where the drift was replayed through models fitted on the model's evaluation sample, else <c>profiles</c>.</param>
public sealed record ModelImpact(
    string Model, string Team, int Features, double Weight, double? TrafficPerDay, double? Loss, double? LossLower, double? LossUpper,
    string? Metric, double? MetricChange, double? MetricLower, double? MetricUpper, double? ObservedChange, string Method);

/// <summary>How good estimates of impact have been, over incidents that are over and models that report their metric.</summary>
/// <param name="Judged">How many estimates were held against what was reported.</param>
/// <param name="Within">How many of those were within their 80 % interval.</param>
/// <param name="MedianRatio">The median of observed over expected change; null where fewer than three are judged.</param>
/// <param name="MeanError">The mean distance between both, in the metrics' units; null where none is judged.</param>
public sealed record ImpactRecordView(int Judged, int Within, double? MedianRatio, double? MeanError);

/// <summary>Something that speaks for some explanations.</summary>
/// <param name="Words">In words and numbers.</param>
/// <param name="Points">Log-odds added to causes or faults; absent where it was told for information only.</param>
public sealed record IncidentEvidence(string Words, IReadOnlyDictionary<string, double>? Points);

/// <summary>What an incident is in one feature.</summary>
/// <param name="Feature">Its key.</param>
/// <param name="Team">Its owner.</param>
/// <param name="Size">0 to 1.</param>
/// <param name="Signals">The surest first.</param>
public sealed record IncidentFeature(string Feature, string Team, double Size, IReadOnlyList<IncidentSignal> Signals);

/// <summary>One unusual thing.</summary>
/// <param name="Symptom">What, for example <c>missing</c> or <c>level</c>.</param>
/// <param name="Site"><c>training</c> or <c>serving</c>.</param>
/// <param name="Segment">Empty for all rows.</param>
/// <param name="Start">Of the first window.</param>
/// <param name="End">Of the last window.</param>
/// <param name="PValue">Adjusted for all tests of the run.</param>
/// <param name="Effect">In the symptom's unit: a change of share, standard deviations of values, a factor.</param>
/// <param name="Words">In words and numbers.</param>
public sealed record IncidentSignal(
    string Symptom, string Site, string Segment, DateTimeOffset Start, DateTimeOffset End, double PValue, double Effect, string Words);

/// <summary>What to do with an incident.</summary>
public sealed record IncidentDecision
{
    /// <summary><c>acknowledged</c>, <c>snoozed</c>, <c>resolved</c>, <c>expected</c>, or <c>open</c> to take a decision back.</summary>
    public string? Status { get; init; }

    /// <summary>For <c>snoozed</c>: until when, at most 90 days ahead.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>Why; required but for <c>acknowledged</c>.</summary>
    public string? Reason { get; init; }
}
