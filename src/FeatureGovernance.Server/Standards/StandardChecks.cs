using System.Collections.Immutable;
using FeatureGovernance.Core;
using FeatureGovernance.Core.Standards;

namespace FeatureGovernance.Server.Standards;

/// <summary>Whether a document fits beside the standards in force.</summary>
internal static class StandardChecks
{
    public static Refusal? Refuse(Standard standard, StandardBook book)
    {
        var others = book.Standards.Where(one => one.Standard.Name != standard.Name).Select(one => one.Standard).ToList();
        var organisation = others.Where(one => one.Team is null).SelectMany(one => one.Rules.Select(rule => (Rule: rule, one.Name))).ToList();
        ImmutableArray<FieldError> faults = standard.Team is null
            ? [.. Repeated(standard, organisation), .. SetElsewhere(standard, others)]
            : [.. TeamAdditions.Faults(standard, organisation.Select(one => one.Rule))];
        faults = faults.AddRange(OffTheLadder(standard, book));
        return faults.IsEmpty ? null : new(RefusalKind.BrokenRule, faults[0].Code!,
            faults.Length == 1 ? $"{faults[0].Field}: {faults[0].Message}" : $"The standard has {faults.Length} faults.", faults);
    }

    private static IEnumerable<FieldError> Repeated(Standard standard, List<(Rule Rule, string Name)> others) =>
        from rule in standard.Rules
        join other in others on rule.Id equals other.Rule.Id
        select new FieldError($"{rule.Path}.id", $"Standard '{other.Name}' has a rule '{rule.Id}' already.", "Give it another id.", "repeated-rule", rule.Line);

    private static IEnumerable<FieldError> SetElsewhere(Standard standard, List<Standard> others)
    {
        if (standard.Ladder is not null && others.Find(one => one.Ladder is not null) is { } ladder)
            yield return new("scorecard", $"Standard '{ladder.Name}' sets the scorecard already.", "Set it in one document.", "set-elsewhere");
        if (standard.Adoption is not null && others.Find(one => one.Adoption is not null) is { } adoption)
            yield return new("adoption", $"Standard '{adoption.Name}' sets how adoptions are decided already.", "Set it in one document.", "set-elsewhere");
        if (standard.Review is not null && others.Find(one => one.Review is not null) is { } review)
            yield return new("review", $"Standard '{review.Name}' sets how deprecations are reviewed already.", "Set it in one document.", "set-elsewhere");
    }

    private static IEnumerable<FieldError> OffTheLadder(Standard standard, StandardBook book)
    {
        var levels = (standard.Ladder ?? book.With(new(standard, 0)).Ladder).Levels;
        return standard.Rules.Where(rule => rule.For is not null && !levels.Contains(rule.For))
            .Select(rule => new FieldError($"{rule.Path}.for", $"The ladder has no level '{rule.For}'.", $"Use one of: {string.Join(", ", levels)}.",
                "unknown-level", rule.Line));
    }
}
