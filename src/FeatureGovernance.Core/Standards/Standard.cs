using System.Collections.Immutable;
using FeatureGovernance.Core.Lifecycle;
using FeatureGovernance.Core.Registry;
using FeatureGovernance.Core.Standards.Expressions;

namespace FeatureGovernance.Core.Standards;

/// <summary>Which features something concerns; an empty list leaves its side open. All sides must fit.</summary>
/// <param name="Teams">The owning team or a team above it.</param>
/// <param name="Groups">The part of the key before the colon; a trailing <c>*</c> stands for anything.</param>
/// <param name="Tiers">The tag <c>tier</c>.</param>
/// <param name="Stages">Stages at which it holds, and so also for entering them.</param>
/// <param name="Transitions">Stages for whose entering alone it holds.</param>
public sealed record Scope(
    ImmutableArray<FeatureKind> Kinds,
    ImmutableArray<string> Teams,
    ImmutableArray<string> Groups,
    ImmutableArray<string> Tiers,
    ImmutableArray<Stage> Stages,
    ImmutableArray<Stage> Transitions)
{
    public static Scope Everything { get; } = new([], [], [], [], [], []);

    /// <summary>Whether a feature is concerned at whatever stage.</summary>
    public bool Covers(FeatureRecord feature) =>
        (Kinds.IsEmpty || Kinds.Contains(feature.Kind))
        && (Teams.IsEmpty || Teams.Any(feature.Teams.Contains))
        && (Groups.IsEmpty || Groups.Any(group => Matches(group, feature.Group)))
        && (Tiers.IsEmpty || Tiers.Contains(feature.Tier ?? "", StringComparer.Ordinal));

    /// <summary>Whether a feature is concerned.</summary>
    /// <param name="entering">The stage it is about to enter; null where it is judged as it stands.</param>
    public bool Fits(FeatureRecord feature, Stage? entering)
    {
        if (!Covers(feature))
            return false;
        if (Stages.IsEmpty && Transitions.IsEmpty)
            return (entering ?? feature.Stage) < Stage.Disabled;
        return Stages.Contains(entering ?? feature.Stage) || (entering is { } stage && Transitions.Contains(stage));
    }

    /// <summary>Both must fit.</summary>
    public bool IsWithin(Scope other) =>
        Within(Kinds, other.Kinds) && Within(Teams, other.Teams) && Within(Groups, other.Groups) && Within(Tiers, other.Tiers)
        && Within(Stages, other.Stages) && Within(Transitions, other.Transitions);

    private static bool Within<T>(ImmutableArray<T> narrow, ImmutableArray<T> wide) => wide.IsEmpty || (!narrow.IsEmpty && narrow.All(wide.Contains));

    private static bool Matches(string pattern, string group) =>
        pattern.EndsWith('*') ? group.StartsWith(pattern.AsSpan(0, pattern.Length - 1), StringComparison.Ordinal) : pattern == group;
}

/// <summary>One demand of a standard.</summary>
public sealed record Rule
{
    /// <summary>Its name, kebab-case; exemptions and findings name it.</summary>
    public required string Id { get; init; }

    public required RuleKind Kind { get; init; }

    public required Arguments Arguments { get; init; }

    public RuleLevel Level { get; init; }

    /// <summary>What is wrong where it fails; what was found follows it.</summary>
    public string? Message { get; init; }

    public required string Remedy { get; init; }

    public Scope Scope { get; init; } = Scope.Everything;

    /// <summary>From this day on; null for always.</summary>
    public DateOnly? EffectiveFrom { get; init; }

    /// <summary>How long features registered before <see cref="EffectiveFrom"/> are only warned.</summary>
    public int GraceDays { get; init; }

    /// <summary>The lowest level of the ladder that asks for it; null where the ladder does not ask.</summary>
    public string? For { get; init; }

    public double Effort { get; init; }

    /// <summary>Whether what is unknown fails.</summary>
    public bool UnknownFails { get; init; }

    /// <summary>Whether a feature may be exempted.</summary>
    public bool Exemptible { get; init; } = true;

    /// <summary>The judgement its arguments make.</summary>
    public required Func<FeatureRecord, Outcome> Judge { get; init; }

    /// <summary>Where it stands in its document.</summary>
    public string Path { get; init; } = "";

    public int Line { get; init; }

    /// <summary>When features registered before must meet it in full; null where it never was new.</summary>
    public DateOnly? GraceEnds => EffectiveFrom is { } from && GraceDays > 0 ? from.AddDays(GraceDays) : null;
}

/// <summary>The levels that a feature can reach, lowest first, and the share of its features that lifts a team or group.</summary>
public sealed record Ladder(ImmutableArray<string> Levels, double Quota)
{
    public static Ladder Usual { get; } = new(["bronze", "silver", "gold"], 0.8);
}

/// <summary>A trial: how long it may last, and what it must have shown by then.</summary>
/// <param name="Days">The longest.</param>
/// <param name="MinimumShare">The feature's share of the model's importance, 0 to 1.</param>
public sealed record TrialPolicy(int Days, double MinimumShare)
{
    public static TrialPolicy Usual { get; } = new(28, 0.001);
}

/// <summary>How adoptions are decided.</summary>
/// <param name="AutoApprove">Where any of these is true of feature and asking model, nobody needs to decide.</param>
/// <param name="LookAlikeThreshold">How alike a feature must be to count as strong, 0 to 1.</param>
public sealed record AdoptionPolicy(ImmutableArray<Expression> AutoApprove, TrialPolicy Trial, double LookAlikeThreshold)
{
    public static AdoptionPolicy Usual { get; } = new([], TrialPolicy.Usual, 0.6);
}

/// <summary>One document: an organisation's standard, or what a team adds to it.</summary>
public sealed record Standard
{
    public required string Name { get; init; }

    public string? Description { get; init; }

    /// <summary>The team whose addition this is; null for the organisation's own.</summary>
    public string? Team { get; init; }

    /// <summary>The first day; null for at once.</summary>
    public DateOnly? EffectiveFrom { get; init; }

    public ImmutableArray<Rule> Rules { get; init; } = [];

    public Ladder? Ladder { get; init; }

    public AdoptionPolicy? Adoption { get; init; }

    public ReviewPolicy? Review { get; init; }
}
