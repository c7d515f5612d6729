using System.Collections.Immutable;
using System.Text.RegularExpressions;
using System.Xml;
using FeatureGovernance.Core.Lifecycle;
using FeatureGovernance.Core.Registry;
using FeatureGovernance.Core.Standards.Documents;
using FeatureGovernance.Core.Standards.Expressions;

namespace FeatureGovernance.Core.Standards;

/// <summary>A document read: the standard, or every fault in it with path and line.</summary>
public sealed record ReadStandard(Standard? Standard, ImmutableArray<FieldError> Faults);

/// <summary>Reads a standard from YAML or JSON.</summary>
public static partial class StandardReader
{
    private const int MostRules = 500;
    private const int MostFaults = 100;

    /// <summary>Reads a document of at most 256 Ki characters; never throws for what it says.</summary>
    public static ReadStandard Read(string text)
    {
        var faults = new List<FieldError>();
        try
        {
            if (text.Length > DocumentLimits.Characters)
                throw new DocumentException($"The document is over {DocumentLimits.Characters / 1024} Ki characters long.", DocumentLimits.Remedy, 1);
            var root = text.AsSpan().TrimStart().StartsWith("{") ? JsonTree.Parse(text) : YamlTree.Parse(text);
            if (root is not MapNode map)
                throw new DocumentException("The document is not a mapping.", "Begin with name: and rules:.", root.Line);
            var standard = Whole(new(map, "", faults));
            return new(faults.Count == 0 ? standard : null, [.. faults.Take(MostFaults)]);
        }
        catch (DocumentException fault)
        {
            return new(null, [new("document", fault.Message, fault.Remedy, "unreadable-document", fault.Line)]);
        }
    }

    private static Standard Whole(Fields fields)
    {
        var name = fields.Text("name", required: true, 64) ?? "";
        if (name.Length > 0 && !Id().IsMatch(name))
            fields.Fault("name", $"'{Fields.Shorten(name)}' is not a name.", "Use lower-case letters, digits and hyphens, beginning with a letter.");
        var team = fields.Text("team", most: 128);
        var ladder = ReadLadder(fields.Map("scorecard"));
        var standard = new Standard
        {
            Name = name,
            Description = fields.Text("description"),
            Team = team,
            EffectiveFrom = fields.Date("effectiveFrom"),
            Ladder = ladder,
            Adoption = ReadAdoption(fields.Map("adoption")),
            Review = ReadReview(fields.Map("review")),
            Rules = [.. fields.Maps("rules", MostRules).Select(ReadRule).OfType<Rule>()],
        };
        foreach (var section in team is null ? [] : (string[])["scorecard", "adoption", "review"])
        {
            if (fields.Has(section))
                fields.Fault(section, "Only the organisation's standard sets this.", "Take it out of the team's addition.", code: "not-a-teams-to-set");
        }

        if (!fields.Has("rules"))
            fields.Fault("rules", "The field is required.", "List the rules.", code: "required-field");
        foreach (var twice in standard.Rules.GroupBy(rule => rule.Id, StringComparer.Ordinal).Where(group => group.Count() > 1).Select(group => group.Last()))
            fields.Fault($"rules.{twice.Id}", $"Two rules bear the id '{twice.Id}'.", "Give each its own.", twice.Line, "repeated-rule");
        fields.RefuseUnknown();
        return standard;
    }

    private static Rule? ReadRule(Fields fields)
    {
        var id = fields.Text("id", required: true, 64);
        if (id is not null && !Id().IsMatch(id))
            fields.Fault("id", $"'{Fields.Shorten(id)}' is not an id.", "Use lower-case letters, digits and hyphens, beginning with a letter.");
        var level = fields.Word<RuleLevel>("level") ?? RuleLevel.Warn;
        var remedy = fields.Text("remedy", required: true);
        var message = fields.Text("message");
        var scope = ReadScope(fields.Map("scope"));
        var effectiveFrom = fields.Date("effectiveFrom");
        var grace = fields.Number("graceDays", 0, 1_095, whole: true);
        if (grace is not null && effectiveFrom is null)
            fields.Fault("graceDays", "Grace is counted from effectiveFrom, which is missing.", "Add effectiveFrom.");
        var ladder = fields.Text("for", most: 64);
        var effort = fields.Number("effort", 0, 1_000);
        var unknownFails = fields.Text("whenUnknown") switch
        {
            null or "pass" => false,
            "fail" => true,
            _ => Wrong(fields, "whenUnknown", "The value is neither pass nor fail.", "Write pass or fail."),
        };
        var exemptible = fields.Flag("exemptible", true);
        if (fields.Text("kind", required: true, 64) is not { } kindName)
            return null;
        if (!RuleKinds.ByName.TryGetValue(kindName, out var kind))
        {
            fields.Fault("kind", $"There is no kind of rule '{Fields.Shorten(kindName)}'.",
                $"Use one of: {string.Join(", ", RuleKinds.All.Select(known => known.Name))}.", code: "unknown-rule-kind");
            return null;
        }

        var arguments = ReadArguments(kind, fields);
        fields.RefuseUnknown();
        return id is null || remedy is null || arguments is null ? null : new()
        {
            Id = id, Kind = kind, Arguments = arguments, Level = level, Message = message, Remedy = remedy, Scope = scope, EffectiveFrom = effectiveFrom,
            GraceDays = (int)(grace ?? 0), For = ladder, Effort = effort ?? kind.Effort, UnknownFails = unknownFails, Exemptible = exemptible,
            Judge = kind.Judge(arguments), Path = fields.Path, Line = fields.Line,
        };
    }

    /// <summary>Null where any is at fault.</summary>
    private static Arguments? ReadArguments(RuleKind kind, Fields fields)
    {
        var values = ImmutableSortedDictionary.CreateBuilder<string, object>(StringComparer.Ordinal);
        var sound = true;
        foreach (var parameter in kind.Parameters)
        {
            object? value = parameter.Type switch
            {
                ParameterType.Number => fields.Number(parameter.Name, parameter.Least, parameter.Most, required: parameter.Required),
                ParameterType.Duration => Duration(fields, parameter),
                ParameterType.Flag => fields.Has(parameter.Name) ? fields.Flag(parameter.Name, false) : null,
                ParameterType.Words => WordsOf(fields, parameter),
                ParameterType.Pattern => fields.Pattern(parameter.Name, parameter.Required),
                ParameterType.Expression => ReadExpression(fields, parameter.Name, parameter.Required, ofAdoption: false),
                _ => null,
            };
            if (value is not null)
                values.Add(parameter.Name, value);
            else if (parameter.Required || fields.Has(parameter.Name))
                sound = false;
        }

        return sound ? new(values.ToImmutable()) : null;
    }

    private static ImmutableArray<string>? WordsOf(Fields fields, Parameter parameter)
    {
        var texts = fields.Texts(parameter.Name, parameter.Required);
        var unknown = texts.Where(text => parameter.Choices?.Contains(text) == false).ToList();
        if (unknown.Count > 0)
            fields.Fault(parameter.Name, $"'{Fields.Shorten(unknown[0])}' is not known here.", $"Use some of: {string.Join(", ", parameter.Choices!)}.");
        return texts.IsEmpty || unknown.Count > 0 ? null : texts;
    }

    private static double? Duration(Fields fields, Parameter parameter)
    {
        if (fields.Text(parameter.Name, parameter.Required, 64) is not { } text)
            return null;
        try
        {
            if (XmlConvert.ToTimeSpan(text) is { TotalSeconds: >= 1 } span)
                return span.TotalSeconds;
        }
        catch (Exception fault) when (fault is FormatException or OverflowException)
        {
        }

        fields.Fault(parameter.Name, $"'{Fields.Shorten(text)}' is not a duration of at least a second.", "Use an ISO 8601 duration such as PT1H or P1D.");
        return null;
    }

    private static Expression? ReadExpression(Fields fields, string name, bool required, bool ofAdoption)
    {
        if (fields.Text(name, required, 20_000) is not { } text)
            return null;
        var expression = Expression.Parse(text, ofAdoption, out var fault);
        if (fault is not null)
            fields.Fault(name, fault, "See the expression language in docs/governance.md.", code: "malformed-expression");
        return expression;
    }

    private static Scope ReadScope(Fields? fields)
    {
        if (fields is null)
            return Scope.Everything;
        var scope = ReadSides(fields) with { Stages = fields.WordList<Stage>("stages"), Transitions = fields.WordList<Stage>("transitions") };
        fields.RefuseUnknown();
        return scope;
    }

    private static Scope ReadSides(Fields fields) =>
        new(fields.WordList<FeatureKind>("kinds"), fields.Texts("teams"), fields.Texts("groups"), fields.Texts("tiers"), [], []);

    private static ReviewPolicy? ReadReview(Fields? fields)
    {
        if (fields is null)
            return null;
        var reviewers = new List<ReviewerRule>();
        foreach (var entry in fields.Maps("reviewers", 100))
        {
            var team = entry.Text("team", required: true, 128);
            var when = ReadExpression(entry, "when", required: false, ofAdoption: false);
            var scope = ReadSides(entry);
            entry.RefuseUnknown();
            if (team is not null)
                reviewers.Add(new(team, scope, when));
        }

        var silence = SilencePolicy.Blocks;
        if (fields.Map("silence") is { } inner)
        {
            var consents = inner.WordList<ReviewCause>("consents");
            if (consents.Contains(ReviewCause.Owner))
                inner.Fault("consents", "The silence of an owner never agrees.", "Use reader, rule or both.");
            silence = new(consents, (int)(inner.Number("daysOverdue", 0, 365, whole: true) ?? 0));
            inner.RefuseUnknown();
        }

        fields.RefuseUnknown();
        return new([.. reviewers], silence);
    }

    private static Ladder? ReadLadder(Fields? fields)
    {
        if (fields is null)
            return null;
        var levels = fields.Texts("levels", required: true, most: 10);
        if (levels.Distinct(StringComparer.Ordinal).Count() != levels.Length || levels.Any(level => !Id().IsMatch(level) || level == "none"))
            fields.Fault("levels", "The levels are not distinct words.", "Name each once, lowest first, in lower case; 'none' is taken.");
        var quota = fields.Number("quota", 0.01, 1);
        fields.RefuseUnknown();
        return new(levels, quota ?? Ladder.Usual.Quota);
    }

    private static AdoptionPolicy? ReadAdoption(Fields? fields)
    {
        if (fields is null)
            return null;
        var approve = new List<Expression>();
        foreach (var entry in fields.Maps("autoApprove", 50))
        {
            if (ReadExpression(entry, "when", required: true, ofAdoption: true) is { } expression)
                approve.Add(expression);
            entry.RefuseUnknown();
        }

        var trial = TrialPolicy.Usual;
        if (fields.Map("trial") is { } inner)
        {
            trial = new((int)(inner.Number("days", 1, 730, whole: true) ?? trial.Days), inner.Number("minimumShare", 0, 1) ?? trial.MinimumShare);
            inner.RefuseUnknown();
        }

        var threshold = fields.Number("lookAlikeThreshold", 0.1, 1);
        fields.RefuseUnknown();
        return new([.. approve], trial, threshold ?? AdoptionPolicy.Usual.LookAlikeThreshold);
    }

    private static bool Wrong(Fields fields, string name, string message, string remedy)
    {
        fields.Fault(name, message, remedy);
        return false;
    }

    [GeneratedRegex(@"\A[a-z][a-z0-9-]{0,63}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Id();
}
