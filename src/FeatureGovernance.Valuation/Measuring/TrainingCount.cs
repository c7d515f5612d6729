namespace FeatureGovernance.Valuation.Measuring;

/// <summary>Counts trainings, and the time in which at least one was under way.</summary>
internal sealed class TrainingCount
{
    private readonly Lock gate = new();
    private int open;
    private long begun;

    public int Trainings { get; private set; }

    public TimeSpan Time { get; private set; }

    /// <summary>A training begins; it ends with what is returned.</summary>
    public IDisposable Begin()
    {
        lock (gate)
        {
            Trainings++;
            if (open++ == 0)
                begun = TimeProvider.System.GetTimestamp();
        }

        return new Ending(this);
    }

    private void End()
    {
        lock (gate)
        {
            if (--open == 0)
                Time += TimeProvider.System.GetElapsedTime(begun);
        }
    }

    private sealed class Ending(TrainingCount count) : IDisposable
    {
        public void Dispose() => count.End();
    }
}
