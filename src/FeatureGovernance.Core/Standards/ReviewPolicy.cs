using System.Collections.Immutable;
using FeatureGovernance.Core.Lifecycle;
using FeatureGovernance.Core.Standards.Expressions;

namespace FeatureGovernance.Core.Standards;

/// <summary>A team that must agree before features of some sort go, beside those that own and read them.</summary>
/// <param name="Team">Whom to ask, for example the privacy team.</param>
/// <param name="Scope">Features it concerns, whatever their stage.</param>
/// <param name="When">What must be true of them; what is not known counts as true, so that nobody is passed over. Null for always.</param>
public sealed record ReviewerRule(string Team, Scope Scope, Expression? When)
{
    /// <summary>Whether the rule speaks of a feature.</summary>
    public bool Concerns(FeatureRecord feature) => Scope.Covers(feature) && When?.Ask(feature) is not false;
}

/// <summary>How deprecations are reviewed.</summary>
/// <param name="Reviewers">Whom to ask beside owners and readers.</param>
/// <param name="Silence">Whose silence agrees.</param>
public sealed record ReviewPolicy(ImmutableArray<ReviewerRule> Reviewers, SilencePolicy Silence)
{
    /// <summary>Owners and readers are asked, and silence agrees to nothing.</summary>
    public static ReviewPolicy Usual { get; } = new([], SilencePolicy.Blocks);

    /// <summary>The teams to ask for a feature, each once.</summary>
    public ImmutableArray<string> TeamsFor(FeatureRecord feature) =>
        [.. Reviewers.Where(rule => rule.Concerns(feature)).Select(rule => rule.Team).Distinct(StringComparer.Ordinal)];
}
