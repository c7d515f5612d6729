namespace FeatureGovernance.Contracts.Telemetry;

/// <summary>What one model read of one feature on one day; a line of <c>POST /telemetry/usage</c>.</summary>
public sealed record UsageReport
{
    /// <summary>The feature's key, or a former one.</summary>
    public required string Feature { get; init; }

    /// <summary>The model.</summary>
    public required string Model { get; init; }

    /// <summary>The UTC day, from 2000 to tomorrow.</summary>
    public required DateOnly Day { get; init; }

    /// <summary><c>training</c> or <c>serving</c>.</summary>
    public required string Environment { get; init; }

    /// <summary>How often the feature was read. May exceed the requests, since one request may rank many candidates.</summary>
    public required long Reads { get; init; }

    /// <summary>How many requests the model answered (in training: examples).</summary>
    public required long Requests { get; init; }

    /// <summary>The share of reads that was observed, over 0 up to 1; the figures are as observed, not scaled up. Absent: all of them.</summary>
    public double? SamplingRate { get; init; }
}

/// <summary>One evaluation of a model; a line of <c>POST /telemetry/importance</c>. Reporting it again replaces it as a whole.</summary>
public sealed record ImportanceReport
{
    /// <summary>The model.</summary>
    public required string Model { get; init; }

    /// <summary>The model's version; absent where it is not known.</summary>
    public string? Version { get; init; }

    /// <summary><c>ablation</c>, <c>permutation</c>, <c>shap</c>, <c>gain</c>, <c>split</c> or <c>coefficient</c>.</summary>
    public required string Method { get; init; }

    /// <summary>When; without an offset, UTC.</summary>
    public required DateTimeOffset EvaluatedAt { get; init; }

    /// <summary>The name of what was measured, for example <c>auc</c>.</summary>
    public required string Metric { get; init; }

    /// <summary>The measurements.</summary>
    public required IReadOnlyList<ImportanceValue> Values { get; init; }
}

/// <summary>How much one feature contributed.</summary>
public sealed record ImportanceValue
{
    /// <summary>The feature's key, or a former one.</summary>
    public required string Feature { get; init; }

    /// <summary>The contribution, finite, in units of the metric; may be negative.</summary>
    public required double Value { get; init; }

    /// <summary>Its standard error, finite and at least 0, where known.</summary>
    public double? StandardError { get; init; }
}

/// <summary>What one feature consumed of one resource on one day; a line of <c>POST /telemetry/costs</c>.</summary>
public sealed record CostReport
{
    /// <summary>The feature's key, or a former one.</summary>
    public required string Feature { get; init; }

    /// <summary>The UTC day, from 2000 to tomorrow.</summary>
    public required DateOnly Day { get; init; }

    /// <summary>The resource, for example <c>serving-cpu</c>.</summary>
    public required string Resource { get; init; }

    /// <summary>The amount, finite and at least 0.</summary>
    public required double Amount { get; init; }

    /// <summary>The unit, for example <c>core-hours</c>; a resource keeps the unit of its first report.</summary>
    public required string Unit { get; init; }
}

/// <summary>What became of a batch of telemetry.</summary>
/// <param name="Batch">The batch's number; numbers follow the order of commits.</param>
/// <param name="Received">Lines or rows that were read.</param>
/// <param name="Landed">Lines or rows that landed; of several with the same key the last counts.</param>
/// <param name="Failed">Lines or rows that were left out; 0 unless <c>onError=skip</c>.</param>
/// <param name="Errors">Why, by line; the first 1,000.</param>
public sealed record TelemetryResult(long Batch, long Received, long Landed, long Failed, IReadOnlyList<LineError> Errors);

/// <summary>Usage of a feature by one model on one day.</summary>
/// <param name="Model">The model.</param>
/// <param name="Day">The UTC day.</param>
/// <param name="Environment"><c>training</c> or <c>serving</c>.</param>
/// <param name="Reads">Observed reads.</param>
/// <param name="Requests">Observed requests.</param>
/// <param name="SamplingRate">The share of reads that was observed; null for all.</param>
public sealed record UsageDay(string Model, DateOnly Day, string Environment, long Reads, long Requests, double? SamplingRate);

/// <summary>The usage of a feature. Days and models without a line are unknown, not zero.</summary>
/// <param name="Feature">The present key.</param>
/// <param name="From">The first day.</param>
/// <param name="To">The last day.</param>
/// <param name="Days">By day and model.</param>
public sealed record FeatureUsage(string Feature, DateOnly From, DateOnly To, IReadOnlyList<UsageDay> Days);

/// <summary>A batch that landed.</summary>
/// <param name="Batch">Its number.</param>
/// <param name="Kind"><c>usage</c>, <c>importance</c> or <c>cost</c>.</param>
/// <param name="At">When.</param>
/// <param name="Actor">Who sent it.</param>
/// <param name="Landed">Lines that landed.</param>
/// <param name="Failed">Lines that were left out.</param>
/// <param name="FirstDay">The earliest day it speaks of.</param>
/// <param name="LastDay">The latest.</param>
public sealed record TelemetryBatch(long Batch, string Kind, DateTimeOffset At, string Actor, long Landed, long Failed, DateOnly? FirstDay, DateOnly? LastDay);

/// <summary>What a unit of a resource costs from a day on; the body of <c>PUT /prices/{resource}</c>.</summary>
public sealed record ResourcePrice
{
    /// <summary>The unit, the same as in cost reports.</summary>
    public string? Unit { get; init; }

    /// <summary>The first day the price holds.</summary>
    public DateOnly? EffectiveFrom { get; init; }

    /// <summary>The price of one unit in the organisation's currency, finite and at least 0.</summary>
    public double? UnitPrice { get; init; }
}
