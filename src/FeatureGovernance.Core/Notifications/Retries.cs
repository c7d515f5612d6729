namespace FeatureGovernance.Core.Notifications;

/// <summary>How a delivery that failed is tried again: exponentially later, spread by chance so that a receiver that comes back is not run
/// over.</summary>
/// <param name="Most">How many attempts there are before it is given up; at least 1.</param>
/// <param name="First">The wait after the first failure.</param>
/// <param name="Longest">The longest wait.</param>
public sealed record Retries(int Most, TimeSpan First, TimeSpan Longest)
{
    /// <summary>Fourteen attempts over about half a day.</summary>
    public static Retries Default { get; } = new(14, TimeSpan.FromSeconds(10), TimeSpan.FromHours(4));

    /// <summary>The wait after a number of failed attempts; null where it is to be given up.</summary>
    /// <param name="attempts">Failed attempts so far, from 1.</param>
    /// <param name="chance">A number drawn from 0 to 1; the wait is from half of the full one to all of it.</param>
    /// <param name="asked">How long the receiver asked to be left alone; kept up to <see cref="Longest"/>.</param>
    public TimeSpan? After(int attempts, double chance, TimeSpan? asked = null)
    {
        if (attempts >= Most)
            return null;
        var full = Math.Min(Longest.TotalSeconds, First.TotalSeconds * Math.Pow(2, Math.Max(0, attempts - 1)));
        var wait = full * (0.5 + (0.5 * Math.Clamp(chance, 0, 1)));
        return TimeSpan.FromSeconds(Math.Max(wait, Math.Min(Longest.TotalSeconds, asked?.TotalSeconds ?? 0)));
    }
}
