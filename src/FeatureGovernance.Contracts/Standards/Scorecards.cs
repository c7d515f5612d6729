namespace FeatureGovernance.Contracts.Standards;

/// <summary>A rule between a feature and a level.</summary>
/// <param name="Rule">The rule's id.</param>
/// <param name="Level">The lowest level that asks for it.</param>
/// <param name="Effort">How much work it is; 1 is a few minutes.</param>
/// <param name="Message">What is wrong.</param>
/// <param name="Remedy">What to do about it.</param>
public sealed record LevelStep(string Rule, string Level, double Effort, string Message, string Remedy);

/// <summary>How far up the ladder a feature is.</summary>
/// <param name="Feature">The feature.</param>
/// <param name="Level">The level reached, or <c>none</c>.</param>
/// <param name="Next">The next level; null at the top.</param>
/// <param name="Effort">What the next level costs together.</param>
/// <param name="Path">The rules to meet for the next level, the cheapest first.</param>
/// <param name="Later">The rules that levels above the next ask for.</param>
public sealed record FeatureScorecardView(string Feature, string Level, string? Next, double Effort, IReadOnlyList<LevelStep> Path,
    IReadOnlyList<LevelStep> Later);

/// <summary>How far up the ladder a team or group is.</summary>
/// <param name="Subject">The team or group.</param>
/// <param name="Level">The highest level that the quota of its features has reached, or <c>none</c>.</param>
/// <param name="Next">The next level; null at the top.</param>
/// <param name="Features">How many features count.</param>
/// <param name="Counts">Features by level.</param>
/// <param name="Quota">The share of features that must reach a level.</param>
/// <param name="FeaturesToLift">How many features the next level still needs.</param>
/// <param name="Effort">What lifting them costs together.</param>
/// <param name="Path">The cheapest of them to lift, at most 100.</param>
public sealed record JointScorecardView(
    string Subject, string Level, string? Next, int Features, IReadOnlyDictionary<string, int> Counts, double Quota,
    int FeaturesToLift, double Effort, IReadOnlyList<FeatureScorecardView> Path);

/// <summary>One day of a trend.</summary>
/// <param name="Day">The day.</param>
/// <param name="Level">The level on it.</param>
/// <param name="Features">How many features counted.</param>
/// <param name="Counts">Features by place on the ladder: the first for none, then each level upwards.</param>
public sealed record LevelDay(DateOnly Day, string Level, int Features, IReadOnlyList<int> Counts);

/// <summary>How the level of a team or group went.</summary>
/// <param name="Subject">The team or group.</param>
/// <param name="Days">By day.</param>
public sealed record LevelTrend(string Subject, IReadOnlyList<LevelDay> Days);

/// <summary>A team or group in a list.</summary>
/// <param name="Subject">The team or group.</param>
/// <param name="Day">The day of the record.</param>
/// <param name="Level">Its level on that day.</param>
/// <param name="Features">How many features counted.</param>
/// <param name="Counts">Features by place on the ladder: the first for none, then each level upwards.</param>
public sealed record ScorecardSummary(string Subject, DateOnly Day, string Level, int Features, IReadOnlyList<int> Counts);
