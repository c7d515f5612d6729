namespace FeatureGovernance.ServerTests.Fixtures;

/// <summary>A clock that stands still until it is moved.</summary>
public sealed class ManualClock(DateTimeOffset start) : TimeProvider
{
    private readonly Lock moving = new();
    private DateTimeOffset now = start;

    public override DateTimeOffset GetUtcNow()
    {
        lock (moving)
            return now;
    }

    public void Advance(TimeSpan by)
    {
        lock (moving)
            now += by;
    }
}
