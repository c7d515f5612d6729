using System.Collections.Immutable;

namespace FeatureGovernance.Core.Standards;

/// <summary>A team may ask more of its features than the organisation does, never less.</summary>
public static class TeamAdditions
{
    /// <summary>Where an addition asks less: each fault names the rule and the field, and what the organisation asks.</summary>
    /// <param name="addition">The team's document.</param>
    /// <param name="organisation">The organisation's rules in force.</param>
    public static ImmutableArray<FieldError> Faults(Standard addition, IEnumerable<Rule> organisation)
    {
        var asked = organisation.GroupBy(rule => rule.Id, StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => group.First(), StringComparer.Ordinal);
        return [.. addition.Rules.Where(rule => asked.ContainsKey(rule.Id)).SelectMany(rule => Weaker(rule, asked[rule.Id]))];
    }

    private static IEnumerable<FieldError> Weaker(Rule ours, Rule theirs)
    {
        if (ours.Kind.Name != theirs.Kind.Name)
        {
            yield return Fault(ours, "kind", $"The organisation's rule '{theirs.Id}' is of kind {theirs.Kind.Name}.",
                "Keep the kind, or give the rule another id.");
            yield break;
        }

        if (ours.Level < theirs.Level)
            yield return Fault(ours, "level", $"{Words.Of(ours.Level)} is less than the organisation's {Words.Of(theirs.Level)}.",
                $"Use {Words.Of(theirs.Level)} or graver.");
        foreach (var parameter in ours.Kind.Parameters)
        {
            if (Compare(parameter, ours.Arguments.Find(parameter.Name), theirs.Arguments.Find(parameter.Name)) is { } remedy)
                yield return Fault(ours, parameter.Name,
                    $"The organisation asks for {Text(theirs, parameter)}; this asks for {Text(ours, parameter)}, which is not stricter.", remedy);
        }

        if (!(theirs.Scope with { Teams = [] }).IsWithin(ours.Scope with { Teams = [] }) || !ours.Scope.Teams.IsEmpty)
            yield return Fault(ours, "scope", "The scope leaves out features that the organisation's rule concerns.",
                "Take the scope out, or give the narrower rule another id.");
        if ((ours.EffectiveFrom ?? DateOnly.MinValue) > (theirs.EffectiveFrom ?? DateOnly.MinValue))
            yield return Fault(ours, "effectiveFrom", "The rule begins later than the organisation's.", "Let it begin no later.");
        if ((ours.GraceEnds ?? DateOnly.MinValue) > (theirs.GraceEnds ?? DateOnly.MinValue))
            yield return Fault(ours, "graceDays", "The grace ends later than the organisation's.", "Shorten it.");
        if (theirs.UnknownFails && !ours.UnknownFails)
            yield return Fault(ours, "whenUnknown", "The organisation lets unknown fail.", "Write whenUnknown: fail.");
        if (!theirs.Exemptible && ours.Exemptible)
            yield return Fault(ours, "exemptible", "The organisation allows no exemption.", "Write exemptible: false.");
        if (ours.For is not null && ours.For != theirs.For)
            yield return Fault(ours, "for", $"The organisation asks for it at level '{theirs.For ?? "none"}'.", "Leave the field out.");
    }

    /// <summary>What to do where ours is not at least as strict; null where it is.</summary>
    private static string? Compare(Parameter parameter, object? ours, object? theirs)
    {
        ours ??= parameter.Default;
        theirs ??= parameter.Default;
        if (theirs is null)
        {
            // What the organisation leaves open has a default of its own; a team may only close it where closing is stricter.
            return ours is null || parameter.Stricter != Stricter.Never ? null : "Leave the field out, or give the rule another id.";
        }

        return (parameter.Stricter, ours, theirs) switch
        {
            (Stricter.Lower, double a, double b) => a <= b ? null : $"Use {b:0.####} or less.",
            (Stricter.Higher, double a, double b) => a >= b ? null : $"Use {b:0.####} or more.",
            (Stricter.Higher, bool a, bool b) => a || !b ? null : "Write true.",
            (Stricter.Higher, ImmutableArray<string> a, ImmutableArray<string> b) => b.All(a.Contains) ? null : $"Keep all of: {string.Join(", ", b)}.",
            (_, null, _) => "Repeat the organisation's value, or a stricter one.",
            (_, ImmutableArray<string> a, ImmutableArray<string> b) =>
                a.SequenceEqual(b) ? null : "Keep the organisation's value, or give the rule another id.",
            _ => Canonical(ours) == Canonical(theirs) ? null : "Keep the organisation's value, or give the rule another id.",
        };
    }

    private static string Canonical(object value) => value is Expressions.Expression expression ? expression.Text : value.ToString()!;

    private static string Text(Rule rule, Parameter parameter) =>
        rule.Arguments.Texts().Where(pair => pair.Name == parameter.Name).Select(pair => $"{parameter.Name} {pair.Text}").FirstOrDefault()
            ?? $"no {parameter.Name}";

    private static FieldError Fault(Rule rule, string field, string message, string remedy) =>
        new($"{rule.Path}.{field}", message, remedy, "weaker-than-organisation", rule.Line);
}
