using System.Collections.Immutable;

namespace FeatureGovernance.Core.Standards;

/// <summary>A rule between a feature and the next level.</summary>
public sealed record Step(string Rule, int Level, double Effort, string Message, string Remedy);

/// <summary>How far up the ladder a feature is.</summary>
/// <param name="Level">Index of the highest level of which, and of all below, every rule is met; -1 for none.</param>
/// <param name="Unmet">Every unmet rule that some level asks for, the lowest level and the least effort first.</param>
public sealed record FeatureScorecard(string Key, int Level, ImmutableArray<Step> Unmet)
{
    /// <summary>The rules to meet to reach a level: there is no shorter way, since a level asks for all of its rules.</summary>
    public IEnumerable<Step> PathTo(int level) => Unmet.Where(step => step.Level <= level);

    public double EffortTo(int level) => PathTo(level).Sum(step => step.Effort);

    /// <param name="verdicts">What the feature does not plainly meet.</param>
    public static FeatureScorecard Of(string key, Ladder ladder, IEnumerable<RuleVerdict> verdicts)
    {
        ImmutableArray<Step> unmet =
        [
            .. verdicts.Where(verdict => verdict.HoldsBack && verdict.Rule.For is not null)
                .Select(verdict => new Step(verdict.Rule.Id, ladder.Levels.IndexOf(verdict.Rule.For!), verdict.Rule.Effort, verdict.Message,
                    verdict.Rule.Remedy))
                .Where(step => step.Level >= 0).OrderBy(step => step.Level).ThenBy(step => step.Effort).ThenBy(step => step.Rule, StringComparer.Ordinal),
        ];
        return new(key, unmet.IsEmpty ? ladder.Levels.Length - 1 : unmet[0].Level - 1, unmet);
    }
}

/// <summary>How far up the ladder a team or group is.</summary>
/// <param name="Features">How many features count.</param>
/// <param name="Level">Index of the highest level that the quota of its features has reached; -1 for none.</param>
/// <param name="Counts">Features by level: the first for none, then each level of the ladder.</param>
/// <param name="Path">The features to lift to the next level, the cheapest first; empty at the top.</param>
/// <param name="Effort">What that costs together.</param>
public sealed record JointScorecard(int Features, int Level, ImmutableArray<int> Counts, ImmutableArray<FeatureScorecard> Path, double Effort)
{
    /// <summary>
    /// Features are lifted independently of each other, so that the cheapest way to lift k of them is to take the k cheapest.
    /// </summary>
    public static JointScorecard Of(Ladder ladder, IReadOnlyCollection<FeatureScorecard> features)
    {
        var counts = new int[ladder.Levels.Length + 1];
        foreach (var feature in features)
            counts[feature.Level + 1]++;
        var needed = Needed(ladder, features.Count);
        var level = Reached(ladder, counts);
        var next = level + 1;
        ImmutableArray<FeatureScorecard> path = next >= ladder.Levels.Length || features.Count == 0 ? [] :
        [
            .. features.Where(feature => feature.Level < next).OrderBy(feature => feature.EffortTo(next))
                .ThenBy(feature => feature.Key, StringComparer.Ordinal).Take(needed - AtLeast(counts, next)),
        ];
        return new(features.Count, level, [.. counts], path, path.Sum(feature => feature.EffortTo(next)));
    }

    /// <summary>Index of the highest level that the quota has reached, by features per level, the first for none; -1 for none.</summary>
    public static int Reached(Ladder ladder, int[] counts)
    {
        var level = -1;
        while (counts.Sum() > 0 && level + 1 < ladder.Levels.Length && AtLeast(counts, level + 1) >= Needed(ladder, counts.Sum()))
            level++;
        return level;
    }

    // Of ten features 80 % are eight, whatever 0.8 is in binary.
    private static int Needed(Ladder ladder, int features) => (int)Math.Ceiling((ladder.Quota * features) - 1e-9);

    private static int AtLeast(int[] counts, int level) => counts.Skip(level + 1).Sum();
}
