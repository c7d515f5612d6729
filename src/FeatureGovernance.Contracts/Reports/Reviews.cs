namespace FeatureGovernance.Contracts.Reports;

/// <summary>What a quarter brought, for the organisation or for a team and those under it.</summary>
/// <param name="Quarter">For example <c>2026-Q4</c>.</param>
/// <param name="Team">The team; null for the organisation.</param>
/// <param name="From">Its first day.</param>
/// <param name="Until">Its last day.</param>
/// <param name="MadeAt">When this was written.</param>
/// <param name="IsFinal">Whether it was kept when the quarter was over; else it is as of <paramref name="MadeAt"/>.</param>
/// <param name="Stages">How many features stood where, and how many came and went.</param>
/// <param name="Standing">What its features are worth and cost.</param>
/// <param name="Deprecations">What became of proposals in the quarter.</param>
/// <param name="Adoptions">What became of requests for its features in the quarter.</param>
/// <param name="Levels">How far up the ladder it was; the organisation has none of its own.</param>
/// <param name="Best">Its most valuable features, at most ten.</param>
/// <param name="ToDrop">What is advised to go, the largest saving first, at most ten.</param>
public sealed record QuarterlyReview(
    string Quarter, string? Team, DateOnly From, DateOnly Until, DateTimeOffset MadeAt, bool IsFinal,
    IReadOnlyList<StageMovement> Stages, ReviewStanding Standing, ReviewDeprecations Deprecations, IReadOnlyList<AdoptionCount> Adoptions,
    ReviewLevels? Levels, IReadOnlyList<ReviewFeature> Best, IReadOnlyList<ReviewFeature> ToDrop);

/// <summary>One stage over a quarter: <paramref name="AtBegin"/> + <paramref name="Came"/> − <paramref name="Left"/> = <paramref name="AtEnd"/>.</summary>
public sealed record StageMovement(string Stage, long AtBegin, long Came, long Left, long AtEnd);

/// <summary>Value and cost.</summary>
/// <param name="Value">Its part of all value, 0 to 1; null where nothing is scored.</param>
/// <param name="Cost">Money in the quarter, as reported and priced; null where nothing was.</param>
/// <param name="CostBefore">The same of the quarter before.</param>
/// <param name="AdvisedToGo">Features recommended for deprecation.</param>
/// <param name="SavingPerDay">What those would save; null where no cost is known.</param>
public sealed record ReviewStanding(double? Value, double? Cost, double? CostBefore, long AdvisedToGo, double? SavingPerDay);

/// <summary>Proposals that concern its features, counted in the quarter.</summary>
/// <param name="Submitted">Written.</param>
/// <param name="Removed">Come to removal.</param>
/// <param name="Undone">Rolled back.</param>
/// <param name="Open">Open when this was written.</param>
/// <param name="SavedPerDay">What removals of the quarter saved, as far as it was observed.</param>
public sealed record ReviewDeprecations(long Submitted, long Removed, long Undone, long Open, double? SavedPerDay);

/// <summary>How many adoptions of its features came to a state in the quarter.</summary>
public sealed record AdoptionCount(string State, long Count);

/// <summary>Levels of the scorecard; null where none was recorded.</summary>
public sealed record ReviewLevels(string? AtBegin, string? AtEnd);

/// <summary>A feature in a list of a review.</summary>
public sealed record ReviewFeature(string Feature, string Team, double? Value, double? CostPerDay, double? SavingPerDay);

/// <summary>A review that was kept.</summary>
public sealed record ReviewSummary(string Quarter, string? Team, DateTimeOffset MadeAt);
