using System.Collections.Immutable;
using FeatureGovernance.Core.Lifecycle;

namespace FeatureGovernance.Core.Standards;

/// <summary>A standard in one of its versions; version 0 is the one that the product ships.</summary>
public sealed record VersionedStandard(Standard Standard, int Version);

/// <summary>An approved leave to fail one rule until a moment: for one feature, for a group or for a team and those under it.</summary>
public sealed record Exemption(int Id, string Rule, string? Feature, string? Group, string? Team, DateTimeOffset ExpiresAt)
{
    public bool Covers(FeatureRecord feature) =>
        feature.At < ExpiresAt
        && (Feature is null || Feature == feature.Key) && (Group is null || Group == feature.Group) && (Team is null || feature.Teams.Contains(Team));
}

/// <summary>A rule that a feature does not meet, or of which that is unknown.</summary>
/// <param name="Standard">The document it stands in.</param>
/// <param name="Level">As serious as it is for this feature today: in grace at most a warning, exempt or unknown only for information.</param>
/// <param name="Failed">Whether it counts as failed; false where exempt, or unknown and the rule lets that pass.</param>
/// <param name="Detail">What was found.</param>
/// <param name="GraceUntil">Until when it is only a warning; null where no grace runs.</param>
/// <param name="Exemption">The exemption that covers it; null where none does.</param>
public sealed record RuleVerdict(
    Rule Rule, VersionedStandard Standard, RuleLevel Level, bool Failed, Standing Standing, string Detail, DateOnly? GraceUntil, Exemption? Exemption)
{
    /// <summary>What is wrong, a clause that begins in lower case.</summary>
    public string Message => Rule.Message ?? Detail;

    /// <summary>Whether the ladder counts the rule as met: an exemption does, ignorance does not.</summary>
    public bool HoldsBack => Exemption is null;
}

/// <summary>Every standard in force, ready to judge. Immutable, safe to use from any thread.</summary>
public sealed class StandardBook
{
    private readonly ImmutableArray<Entry> entries;
    private readonly ILookup<string, Exemption> exemptions;

    private StandardBook(ImmutableArray<VersionedStandard> standards, ImmutableArray<Entry> entries, ILookup<string, Exemption> exemptions)
    {
        Standards = standards;
        this.entries = entries;
        this.exemptions = exemptions;
        Ladder = standards.Select(one => one.Standard.Ladder).FirstOrDefault(ladder => ladder is not null) ?? Ladder.Usual;
        Adoption = standards.Select(one => one.Standard.Adoption).FirstOrDefault(policy => policy is not null) ?? AdoptionPolicy.Usual;
        Review = standards.Select(one => one.Standard.Review).FirstOrDefault(policy => policy is not null) ?? ReviewPolicy.Usual;
    }

    public ImmutableArray<VersionedStandard> Standards { get; }

    public Ladder Ladder { get; }

    public AdoptionPolicy Adoption { get; }

    public ReviewPolicy Review { get; }

    public static StandardBook Of(IEnumerable<VersionedStandard> standards, IEnumerable<Exemption> exemptions)
    {
        ImmutableArray<VersionedStandard> inForce = [
            .. standards.OrderBy(one => one.Standard.Team is not null).ThenBy(one => one.Standard.Name, StringComparer.Ordinal)];
        var asked = inForce.Where(one => one.Standard.Team is null).SelectMany(one => one.Standard.Rules).GroupBy(rule => rule.Id, StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => group.First().For, StringComparer.Ordinal);
        var entries = inForce.SelectMany(one => one.Standard.Rules.Select(rule =>
            new Entry(one, rule.For is null && asked.GetValueOrDefault(rule.Id) is { } level ? rule with { For = level } : rule, one.Standard.Team)));
        return new(inForce, [.. entries], exemptions.ToLookup(one => one.Rule, StringComparer.Ordinal));
    }

    /// <summary>The same book with one document put in the place of the one of its name, or added.</summary>
    public StandardBook With(VersionedStandard standard) =>
        Of(Standards.Where(one => one.Standard.Name != standard.Standard.Name).Append(standard), exemptions.SelectMany(group => group));

    /// <summary>Every rule that the feature does not plainly meet. Where a team restates a rule, the graver of both verdicts stands.</summary>
    /// <param name="feature">The feature.</param>
    /// <param name="entering">The stage it is about to enter; null where it is judged as it stands.</param>
    /// <param name="found">Gets the verdicts; emptied first, so that one list serves many features.</param>
    public void Judge(FeatureRecord feature, Stage? entering, List<RuleVerdict> found)
    {
        found.Clear();
        var today = DateOnly.FromDateTime(feature.At.UtcDateTime);
        foreach (var (standard, rule, team) in entries)
        {
            if ((team is not null && !feature.Teams.Contains(team)) || rule.EffectiveFrom > today || !rule.Scope.Fits(feature, entering))
                continue;
            var outcome = rule.Judge(feature);
            if (outcome.Standing == Standing.Met)
                continue;
            var verdict = Verdict(standard, rule, outcome, feature, today);
            var earlier = found.FindIndex(other => other.Rule.Id == rule.Id);
            if (earlier < 0)
                found.Add(verdict);
            else if ((verdict.Failed, verdict.Level).CompareTo((found[earlier].Failed, found[earlier].Level)) >= 0)
                found[earlier] = verdict;
        }
    }

    /// <summary>Every rule that the feature does not plainly meet.</summary>
    public ImmutableArray<RuleVerdict> Judge(FeatureRecord feature, Stage? entering = null)
    {
        var found = new List<RuleVerdict>();
        Judge(feature, entering, found);
        return [.. found];
    }

    /// <summary>How many rules concern a feature.</summary>
    public int Concerning(FeatureRecord feature) =>
        entries.Count(entry => (entry.Team is null || feature.Teams.Contains(entry.Team)) && entry.Rule.Scope.Fits(feature, null));

    private RuleVerdict Verdict(VersionedStandard standard, Rule rule, Outcome outcome, FeatureRecord feature, DateOnly today)
    {
        var failed = outcome.Standing == Standing.Failed || rule.UnknownFails;
        var exemption = failed && rule.Exemptible ? exemptions[rule.Id].FirstOrDefault(one => one.Covers(feature)) : null;
        var isOlder = DateOnly.FromDateTime(feature.CreatedAt.UtcDateTime) < rule.EffectiveFrom;
        var grace = isOlder && today < rule.GraceEnds ? rule.GraceEnds : null;
        var level = !failed || exemption is not null ? RuleLevel.Info : grace is not null && rule.Level > RuleLevel.Warn ? RuleLevel.Warn : rule.Level;
        return new(rule, standard, level, failed && exemption is null, outcome.Standing, outcome.Detail!, grace, exemption);
    }

    private readonly record struct Entry(VersionedStandard Standard, Rule Rule, string? Team);
}
