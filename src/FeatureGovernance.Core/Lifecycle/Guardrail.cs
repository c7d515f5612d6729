namespace FeatureGovernance.Core.Lifecycle;

/// <summary>A limit that a model's reported number may not cross while reads are being taken away.</summary>
/// <param name="Model">The model that reports.</param>
/// <param name="Metric">What it reports, for example <c>auc</c> or <c>errors</c>.</param>
/// <param name="Min">The least that is tolerated; null where low is fine.</param>
/// <param name="Max">The most that is tolerated; null where high is fine.</param>
public sealed record Guardrail(string Model, string Metric, double? Min, double? Max)
{
    /// <summary>Whether the number lies outside the limits.</summary>
    public bool CrossedBy(double value) => value < Min || value > Max;

    internal IEnumerable<FieldError> Faults(string field)
    {
        if (Min is null && Max is null)
            yield return new(field, "The guardrail has no limit.", "Give min, max or both.", "guardrail-without-limit");
        if (Min > Max)
            yield return new(field, "The least tolerated lies above the most.", "Let min be no more than max.", "guardrail-out-of-order");
    }
}

/// <summary>A number that a model reported of itself.</summary>
/// <param name="Model">The model.</param>
/// <param name="Metric">What.</param>
/// <param name="Value">How much; finite.</param>
/// <param name="At">When it was measured.</param>
public sealed record GuardrailReport(string Model, string Metric, double Value, DateTimeOffset At);

/// <summary>Limits against reports.</summary>
public static class GuardrailChecks
{
    /// <summary>
    /// The limit of the proposal that the report crosses; null where none is. Only a brownout is aborted, and only by what was measured
    /// since it began.
    /// </summary>
    public static Guardrail? Crossed(Proposal proposal, GuardrailReport report) =>
        proposal.State == ProposalState.Brownout && report.At >= proposal.BrownoutBegan
            ? proposal.Plan.Guardrails.FirstOrDefault(limit => limit.Model == report.Model && limit.Metric == report.Metric && limit.CrossedBy(report.Value))
            : null;
}
