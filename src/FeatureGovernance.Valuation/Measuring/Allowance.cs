namespace FeatureGovernance.Valuation.Measuring;

/// <summary>The time allowed for a measurement, from now on.</summary>
internal sealed class Allowance : IDisposable
{
    // The full models come first, and must leave time to measure with them.
    private const double FullModels = 0.4;
    private const double Ablations = 0.5;

    private readonly long begun = TimeProvider.System.GetTimestamp();
    private readonly TimeSpan? budget;
    private readonly CancellationTokenSource limit;

    public Allowance(TimeSpan? budget, CancellationToken stop)
    {
        (this.budget, Stop) = (budget, stop);
        limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        if (budget <= TimeSpan.Zero)
            limit.Cancel();
        else if (budget is { } allowed)
            limit.CancelAfter(allowed);
    }

    /// <summary>Asked to stop from outside.</summary>
    public CancellationToken Stop { get; }

    /// <summary>That, or the end of the time allowed.</summary>
    public CancellationToken Limit => limit.Token;

    public bool IsSpent => limit.IsCancellationRequested && !Stop.IsCancellationRequested;

    public bool IsTooLateToAblate => Elapsed > budget * Ablations;

    public bool IsTooLateForFull => Elapsed > budget * FullModels;

    /// <summary>The time for one of so many full models that are left; null for no bound.</summary>
    public TimeSpan? ForFull(int left) => ((budget * FullModels) - Elapsed) / left;

    private TimeSpan Elapsed => TimeProvider.System.GetElapsedTime(begun);

    public void Dispose() => limit.Dispose();
}
