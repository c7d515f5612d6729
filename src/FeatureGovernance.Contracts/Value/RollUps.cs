namespace FeatureGovernance.Contracts.Value;

/// <summary>The value of a set of features.</summary>
/// <param name="Name">The group, team, source or surface; null where features name none.</param>
/// <param name="Value">Part of all value, from 0 to 1; over all sets they sum to 1.</param>
/// <param name="Lower">The 10th percentile.</param>
/// <param name="Upper">The 90th percentile.</param>
/// <param name="Features">How many features.</param>
/// <param name="CostPerDay">Money per day; a feature read on several surfaces costs each an equal part per model.</param>
/// <param name="UnknownCost">How many of the features have no known cost.</param>
public sealed record RollUp(string? Name, double Value, double Lower, double Upper, int Features, double CostPerDay, int UnknownCost);

/// <summary>A feature that no other beats: none has at least its value at no more cost.</summary>
/// <param name="Feature">Its key.</param>
/// <param name="Value">Part of all value, from 0 to 1.</param>
/// <param name="CostPerDay">Money per day.</param>
public sealed record FrontFeature(string Feature, double Value, double CostPerDay);

/// <summary>The features taken by efficiency up to where more cost buys the least more value.</summary>
/// <param name="Features">How many.</param>
/// <param name="CostShare">The part of all cost they take, from 0 to 1.</param>
/// <param name="ValueShare">The part of all value they give, from 0 to 1.</param>
public sealed record KneeOfValue(int Features, double CostShare, double ValueShare);

/// <summary>Value against cost.</summary>
/// <param name="Features">How many features were compared: those with a known cost and value.</param>
/// <param name="LeftOut">How many have a score without the one or the other.</param>
/// <param name="Knee">Null where nothing costs, or nothing is worth, anything.</param>
/// <param name="Front">By cost, the cheapest first; the first 1,000.</param>
public sealed record ValueAgainstCost(int Features, int LeftOut, KneeOfValue? Knee, IReadOnlyList<FrontFeature> Front);
