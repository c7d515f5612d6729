using System.Collections.Immutable;
using FeatureGovernance.Core.Drift.Profiles;

namespace FeatureGovernance.Valuation;

/// <summary>What an incident is expected to cost a model, by replay.</summary>
/// <param name="Loss">Of held-out quality, in its unit.</param>
/// <param name="Deviation">The standard deviation of that loss in a period such as the incident's.</param>
/// <param name="Shuffled">The quality lost where all values of the features are shuffled.</param>
public sealed record ReplayedIncident(double Loss, double Deviation, double Shuffled)
{
    private const double MostRatio = 3;

    /// <summary>
    /// As it is for a model whose own loss by shuffling the features was reported: what is replayed through others is scaled to it, and where
    /// they differ, that is uncertain.
    /// </summary>
    /// <param name="reported">The quality that the model itself loses where all values of the features are shuffled, in the same unit.</param>
    public ReplayedIncident For(double reported)
    {
        if (!(Shuffled > 0 && reported > 0))
            return this with { Deviation = Math.Sqrt((Deviation * Deviation) + (reported * reported)) };
        var ratio = Math.Clamp(reported / Shuffled, 1 / MostRatio, MostRatio);
        return new(ratio * Loss, Math.Sqrt(Math.Pow(ratio * Deviation, 2) + Math.Pow((ratio - 1) * Loss / 2, 2)), reported);
    }

    /// <summary>Replays every reading of what happened, and weighs what they cost.</summary>
    /// <param name="replay">The models.</param>
    /// <param name="features">Features of the sample with their readings.</param>
    /// <param name="wrong">The probability that values are wrong; what is genuine harms less.</param>
    /// <param name="span">How long it lasts, in the unit of the sample's times.</param>
    /// <param name="stop">Stops between folds.</param>
    /// <returns>Null where nothing happened that could be replayed.</returns>
    public static ReplayedIncident? Of(
        Replay replay, IReadOnlyCollection<(string Feature, ImmutableArray<ReadDrift> Readings)> features, double wrong, double span, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(replay);
        ArgumentNullException.ThrowIfNull(features);
        var told = features.Where(one => one.Readings.Any(reading => reading.Steps.Length > 0)).ToArray();
        if (told.Length == 0)
            return null;
        // One cause has one reading in all features: the first of each together, the second of those that have one together.
        var most = told.Max(one => one.Readings.Length);
        var ways = Enumerable.Range(0, most).Select(way =>
        {
            var readings = told.Select(one => (one.Feature, Reading: one.Readings[Math.Min(way, one.Readings.Length - 1)])).ToArray();
            return replay.Measure([.. readings.Select(one => new FeatureDrift(one.Feature, one.Reading.Steps))], span, stop);
        }).ToArray();
        var (loss, differ) = (ways.Average(way => way.Loss), ways.Average(way => way.Deviation * way.Deviation));
        differ += ways.Average(way => (way.Loss - loss) * (way.Loss - loss));
        var harm = wrong + ((1 - wrong) * ImpactEstimate.HarmOfGenuineChange);
        var doubt = wrong * (1 - wrong) * Math.Pow((1 - ImpactEstimate.HarmOfGenuineChange) * loss, 2);
        return new(harm * loss, Math.Sqrt((harm * harm * differ) + doubt), ways[0].Shuffled);
    }
}
