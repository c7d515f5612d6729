using System.Collections.Immutable;

namespace FeatureGovernance.Core.Lifecycle;

/// <summary>One legal step of a feature's life.</summary>
/// <param name="Name">The verb for it.</param>
/// <param name="From">Where the feature stands.</param>
/// <param name="To">Where it goes.</param>
/// <param name="By">Who may take it there.</param>
/// <param name="Guards">What must hold first.</param>
public sealed record Transition(string Name, Stage From, Stage To, Movers By, ImmutableArray<Guard> Guards);

/// <summary>A step that is to happen.</summary>
/// <param name="Feature">The feature's key.</param>
/// <param name="From">Where it stood.</param>
/// <param name="To">Where it goes.</param>
/// <param name="By">Who took it there.</param>
/// <param name="At">When.</param>
/// <param name="Overridden">Codes of the guards an administrator went past; usually empty.</param>
/// <param name="OverrideReason">Why he did; null where he did not.</param>
public sealed record StageChange(
    string Feature,
    Stage From,
    Stage To,
    string By,
    DateTimeOffset At,
    ImmutableArray<string> Overridden,
    string? OverrideReason);

/// <summary>The one table of a feature's life, and the decision it gives.</summary>
public static class Transitions
{
    private const Movers Team = Movers.Engineer | Movers.Lead | Movers.Admin;
    private const Movers TeamLead = Movers.Lead | Movers.Admin;
    private const Movers Service = Movers.System | Movers.Admin;

    /// <summary>Every legal step; what is not here cannot happen.</summary>
    public static ImmutableArray<Transition> Table { get; } =
    [
        new("propose", Stage.Draft, Stage.Proposed, Team, [Guards.HasDescription, Guards.StandardMet]),
        new("return", Stage.Proposed, Stage.Draft, Team, []),
        new("try", Stage.Proposed, Stage.Experimental, TeamLead, [Guards.HasDescription, Guards.TeamHasLead, Guards.StandardMet]),
        new("abandon", Stage.Experimental, Stage.Draft, TeamLead, [Guards.NoOpenProposal, Guards.NoLiveReader]),
        new("adopt", Stage.Experimental, Stage.Adopted, TeamLead,
            [Guards.HasDescription, Guards.TeamHasLead, Guards.StandardMet, Guards.NoOpenProposal]),
        new("deprecate", Stage.Experimental, Stage.Deprecated, Service, [Guards.ProposalApproved, Guards.NoSeriousIncident]),
        new("deprecate", Stage.Adopted, Stage.Deprecated, Service, [Guards.ProposalApproved, Guards.NoSeriousIncident]),
        new("brown out", Stage.Deprecated, Stage.Brownout, Service,
            [Guards.ProposalApproved, Guards.NoticeEnded, Guards.ReplacementAdopted, Guards.NoSeriousIncident]),
        new("disable", Stage.Brownout, Stage.Disabled, Service,
            [Guards.ProposalApproved, Guards.BrownoutFinished, Guards.NoLiveReader, Guards.ServingUsageKnown, Guards.ServingQuiet,
             Guards.ReplacementAdopted, Guards.NoSeriousIncident]),
        new("remove", Stage.Disabled, Stage.Removed, Service,
            [Guards.ProposalApproved, Guards.DisabledLongEnough, Guards.NoLiveReader, Guards.ServingUsageKnown, Guards.ServingQuiet,
             Guards.TrainingQuiet, Guards.NoDerivedFeature]),
        new("revive", Stage.Deprecated, Stage.Adopted, TeamLead | Movers.System, [Guards.NoOpenProposal]),
        new("revive", Stage.Brownout, Stage.Adopted, TeamLead | Movers.System, [Guards.NoOpenProposal]),
        new("revive", Stage.Disabled, Stage.Adopted, TeamLead | Movers.System, [Guards.NoOpenProposal]),
    ];

    /// <summary>Decides whether a feature takes a step: first whether it is legal, then whose it is, then every guard.</summary>
    /// <param name="facts">The feature as it stands.</param>
    /// <param name="to">The stage asked for.</param>
    /// <param name="actor">Who asks.</param>
    /// <param name="policy">The organisation's waiting times.</param>
    /// <param name="now">The present moment.</param>
    /// <param name="over">An administrator's override; it skips guards marked overridable, never legality.</param>
    /// <returns>The step, or a refusal that lists every unmet guard with its code and remedy.</returns>
    public static Decision<StageChange> Decide(
        FeatureFacts facts,
        Stage to,
        Actor actor,
        LifecyclePolicy policy,
        DateTimeOffset now,
        AdminOverride? over = null)
    {
        if (Table.FirstOrDefault(row => row.From == facts.Stage && row.To == to) is not { } transition)
            return Illegal(facts, to);
        if (!MayMove(actor, facts.Team, transition.By))
            return new Refusal(RefusalKind.Forbidden, "not-yours-to-move", $"Only {Described(transition.By)} may {transition.Name} '{facts.Key}'.");
        if (over is not null && !actor.IsAdmin)
            return new Refusal(RefusalKind.Forbidden, "override-by-admin-only", "Only an administrator may override a guard.");
        if (over is not null && string.IsNullOrWhiteSpace(over.Reason))
            return new Refusal(RefusalKind.Malformed, "override-without-reason", "An override needs a reason.",
                [new("override", "The reason is blank.", "Say why the guards do not matter here.", "override-without-reason")]);

        var context = new GuardContext(facts, policy, now);
        var overridden = ImmutableArray.CreateBuilder<string>();
        var unmet = ImmutableArray.CreateBuilder<FieldError>();
        foreach (var guard in transition.Guards)
        {
            if (guard.Fault(context) is not { } fault)
                continue;
            if (over is not null && guard.Overridable)
                overridden.Add(guard.Code);
            else
                unmet.Add(new("to", fault, guard.Remedy, guard.Code));
        }

        if (unmet.Count > 0)
            return new Refusal(RefusalKind.BrokenRule, "unmet-guards",
                $"'{facts.Key}' cannot go from {Words.Of(facts.Stage)} to {Words.Of(to)}: {unmet.Count} condition(s) are not met.", unmet.ToImmutable());
        return new StageChange(facts.Key, facts.Stage, to, actor.Id, now, overridden.ToImmutable(), overridden.Count > 0 ? over!.Reason : null);
    }

    /// <summary>Where a feature may go from a stage.</summary>
    public static ImmutableArray<Stage> From(Stage stage) => [.. Table.Where(row => row.From == stage).Select(row => row.To)];

    internal static string Described(Movers by)
    {
        var parts = new List<string>();
        if (by.HasFlag(Movers.Engineer))
            parts.Add("the owning team");
        else if (by.HasFlag(Movers.Lead))
            parts.Add("a lead of the owning team");
        if (by.HasFlag(Movers.System))
            parts.Add("the service");
        if (by.HasFlag(Movers.Admin))
            parts.Add("an administrator");
        return parts.Count == 1 ? parts[0] : $"{string.Join(", ", parts[..^1])} or {parts[^1]}";
    }

    private static bool MayMove(Actor actor, string team, Movers by) =>
        (actor.IsSystem && by.HasFlag(Movers.System))
        || (actor.IsAdmin && by.HasFlag(Movers.Admin))
        || (actor.LeadsTeam(team) && by.HasFlag(Movers.Lead))
        || (actor.BelongsTo(team) && by.HasFlag(Movers.Engineer));

    private static Refusal Illegal(FeatureFacts facts, Stage to)
    {
        var legal = From(facts.Stage);
        var remedy = legal.IsEmpty
            ? "A removed feature is gone for good; register another."
            : $"From here it may go to {string.Join(", ", legal.Select(Words.Of))}.";
        return new(RefusalKind.Conflict, "illegal-transition",
            $"No step leads from {Words.Of(facts.Stage)} to {Words.Of(to)}.",
            [new("to", $"'{facts.Key}' is {Words.Of(facts.Stage)}.", remedy, "illegal-transition")]);
    }
}
