using System.Collections.Immutable;

namespace FeatureGovernance.Core.Standards;

/// <summary>One difference between two versions of a standard.</summary>
/// <param name="Path">For example <c>rules.described.level</c>; a rule is named by its id, so that moving one is no change.</param>
/// <param name="Before">Null where it was not there.</param>
/// <param name="After">Null where it is there no more.</param>
public sealed record StandardChange(string Path, string? Before, string? After);

/// <summary>Compares standards by what they say, whatever their form and order.</summary>
public static class StandardDiff
{
    /// <summary>By path.</summary>
    public static ImmutableArray<StandardChange> Between(Standard? before, Standard? after)
    {
        var old = Flatten(before);
        var fresh = Flatten(after);
        return
        [
            .. old.Keys.Union(fresh.Keys).Order(StringComparer.Ordinal)
                .Select(path => new StandardChange(path, old.GetValueOrDefault(path), fresh.GetValueOrDefault(path)))
                .Where(change => change.Before != change.After),
        ];
    }

    private static Dictionary<string, string> Flatten(Standard? standard)
    {
        var lines = new Dictionary<string, string>(StringComparer.Ordinal);
        if (standard is null)
            return lines;
        Put("description", standard.Description);
        Put("team", standard.Team);
        Put("effectiveFrom", standard.EffectiveFrom?.ToString("yyyy-MM-dd"));
        if (standard.Ladder is { } ladder)
        {
            Put("scorecard.levels", string.Join(", ", ladder.Levels));
            Put("scorecard.quota", $"{ladder.Quota:0.####}");
        }

        if (standard.Adoption is { } adoption)
        {
            Put("adoption.autoApprove", string.Join("; ", adoption.AutoApprove.Select(one => one.Text)));
            Put("adoption.trial", $"{adoption.Trial.Days} days, share {adoption.Trial.MinimumShare:0.######}");
            Put("adoption.lookAlikeThreshold", $"{adoption.LookAlikeThreshold:0.####}");
        }

        if (standard.Review is { } review)
        {
            foreach (var team in review.Reviewers.GroupBy(rule => rule.Team, StringComparer.Ordinal))
                Put($"review.reviewers.{team.Key}", string.Join("; ", team.Select(Concerned)));
            Put("review.silence.consents", string.Join(", ", review.Silence.Consents.Select(Words.Of)));
            Put("review.silence.daysOverdue", review.Silence.Consents.IsEmpty ? null : $"{review.Silence.DaysOverdue}");
        }

        foreach (var rule in standard.Rules)
            PutRule(rule, $"rules.{rule.Id}");
        return lines;

        void Put(string path, string? text)
        {
            if (!string.IsNullOrEmpty(text))
                lines[path] = text;
        }

        void PutRule(Rule rule, string path)
        {
            lines[$"{path}.kind"] = rule.Kind.Name;
            lines[$"{path}.level"] = Words.Of(rule.Level);
            Put($"{path}.message", rule.Message);
            Put($"{path}.remedy", rule.Remedy);
            Put($"{path}.for", rule.For);
            Put($"{path}.effectiveFrom", rule.EffectiveFrom?.ToString("yyyy-MM-dd"));
            Put($"{path}.graceDays", rule.GraceDays == 0 ? null : $"{rule.GraceDays}");
            Put($"{path}.effort", $"{rule.Effort:0.##}");
            Put($"{path}.whenUnknown", rule.UnknownFails ? "fail" : null);
            Put($"{path}.exemptible", rule.Exemptible ? null : "false");
            Put($"{path}.scope.kinds", string.Join(", ", rule.Scope.Kinds.Select(Words.Of)));
            Put($"{path}.scope.teams", string.Join(", ", rule.Scope.Teams));
            Put($"{path}.scope.groups", string.Join(", ", rule.Scope.Groups));
            Put($"{path}.scope.tiers", string.Join(", ", rule.Scope.Tiers));
            Put($"{path}.scope.stages", string.Join(", ", rule.Scope.Stages.Select(Words.Of)));
            Put($"{path}.scope.transitions", string.Join(", ", rule.Scope.Transitions.Select(Words.Of)));
            foreach (var (name, text) in rule.Arguments.Texts())
                Put($"{path}.{name}", text);
        }
    }

    private static string Concerned(ReviewerRule rule)
    {
        var sides = new[]
        {
            string.Join(" or ", rule.Scope.Kinds.Select(Words.Of)), string.Join(" or ", rule.Scope.Teams),
            string.Join(" or ", rule.Scope.Groups), string.Join(" or ", rule.Scope.Tiers), rule.When?.Text,
        };
        var named = sides.Where(side => !string.IsNullOrEmpty(side)).ToList();
        return named.Count == 0 ? "every feature" : string.Join(" and ", named);
    }
}
