namespace FeatureGovernance.Contracts.Lifecycle;

/// <summary>A feature that looks like another.</summary>
/// <param name="Feature">The other feature.</param>
/// <param name="Team">Its team.</param>
/// <param name="Stage">Where it stands.</param>
/// <param name="Description">What it says of itself.</param>
/// <param name="Score">How alike, 0 to 1.</param>
/// <param name="Name">How alike the keys are, 0 to 1.</param>
/// <param name="Source">1 for the same table and column, a half for the same table.</param>
/// <param name="Wording">How alike the descriptions are, 0 to 1.</param>
/// <param name="Values">How alike the distributions of their values are, 0 to 1; null where their profiles do not tell.</param>
/// <param name="Strong">Whether whoever proposes the feature is asked why this one does not serve.</param>
public sealed record LookAlike(
    string Feature, string Team, string Stage, string? Description, double Score, double Name, double Source, double Wording,
    double? Values, bool Strong);

/// <summary>What looks like a feature.</summary>
/// <param name="Feature">The feature.</param>
/// <param name="Threshold">From which score on a look-alike is strong.</param>
/// <param name="WhyNot">What was said of them when it was proposed.</param>
/// <param name="Items">The most alike first, at most 20.</param>
public sealed record LookAlikeList(string Feature, double Threshold, string? WhyNot, IReadOnlyList<LookAlike> Items);

/// <summary>How many came through one step of a funnel, and how long they took to it.</summary>
/// <param name="Step">The state they came to.</param>
/// <param name="Count">How many came to it.</param>
/// <param name="Now">How many are in it now.</param>
/// <param name="MedianDays">Median of the days that those who left it spent in it; null where none did.</param>
/// <param name="P90Days">The 90th percentile of that.</param>
public sealed record FunnelStep(string Step, int Count, int Now, double? MedianDays, double? P90Days);

/// <summary>How features come to be adopted.</summary>
/// <param name="Subject">The feature or team; <c>all</c> for everything.</param>
/// <param name="Stages">Features: proposed, trialled, adopted, abandoned.</param>
/// <param name="Adoptions">Requests of models: requested, approved, trial, adopted, abandoned.</param>
public sealed record AdoptionFunnel(string Subject, IReadOnlyList<FunnelStep> Stages, IReadOnlyList<FunnelStep> Adoptions);

/// <summary>A trial.</summary>
/// <param name="Feature">The feature.</param>
/// <param name="Model">The model that tries it.</param>
/// <param name="Team">The model's team.</param>
/// <param name="Request">The adoption request.</param>
/// <param name="Began">When it began.</param>
/// <param name="EndsOn">Its last day.</param>
/// <param name="Share">The feature's share of the model's importance at the last look; null where nothing measured it.</param>
/// <param name="FlaggedAt">When it was flagged for withdrawal: over, and no value shown; null where it was not.</param>
public sealed record TrialView(string Feature, string Model, string Team, int Request, DateTimeOffset Began, DateOnly EndsOn, double? Share,
    DateTimeOffset? FlaggedAt);

/// <summary>A feature that a model may gain by.</summary>
/// <param name="Feature">The feature.</param>
/// <param name="Team">Its team.</param>
/// <param name="Stage">Where it stands.</param>
/// <param name="ExpectedShare">The median of its predicted share of the model's importance.</param>
/// <param name="Lower">The 10th percentile.</param>
/// <param name="Upper">The 90th percentile.</param>
/// <param name="ExpectedValue">That share times the model's part of all weight.</param>
/// <param name="Siblings">How many sibling models it is known of.</param>
/// <param name="Evidence">The siblings that gain most by it, at most five.</param>
public sealed record AdoptionAdvice(
    string Feature, string Team, string Stage, double ExpectedShare, double Lower, double Upper, double ExpectedValue, int Siblings,
        IReadOnlyList<SiblingGain> Evidence);

/// <summary>What a sibling model gains by a feature.</summary>
/// <param name="Model">The sibling.</param>
/// <param name="Share">The feature's share of its importance.</param>
public sealed record SiblingGain(string Model, double Share);

/// <summary>What a model may gain by.</summary>
/// <param name="Model">The model.</param>
/// <param name="Siblings">The models it was compared with.</param>
/// <param name="Items">The greatest expected gain first.</param>
public sealed record AdoptionAdviceList(string Model, IReadOnlyList<string> Siblings, IReadOnlyList<AdoptionAdvice> Items);
