using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;
using FeatureGovernance.Core.Standards.Expressions;

namespace FeatureGovernance.Core.Standards;

/// <summary>How a feature stands to one condition.</summary>
public enum Standing
{
    /// <summary>It meets it.</summary>
    Met,

    /// <summary>It does not.</summary>
    Failed,

    /// <summary>What the condition asks for is not known.</summary>
    Unknown,
}

/// <summary>The answer of a condition.</summary>
/// <param name="Standing">Met, failed or unknown.</param>
/// <param name="Detail">What was found, beginning in lower case without a full stop; null where met.</param>
public readonly record struct Outcome(Standing Standing, string? Detail)
{
    public static readonly Outcome Met = new(Standing.Met, null);

    public static Outcome Failed(string detail) => new(Standing.Failed, detail);

    public static Outcome Unknown(string detail) => new(Standing.Unknown, detail);
}

/// <summary>What a parameter of a rule holds.</summary>
public enum ParameterType
{
    /// <summary>A number.</summary>
    Number,

    /// <summary>A span of time, ISO 8601; kept in seconds.</summary>
    Duration,

    /// <summary>True or false.</summary>
    Flag,

    /// <summary>A list of words.</summary>
    Words,

    /// <summary>A regular expression.</summary>
    Pattern,

    /// <summary>An expression.</summary>
    Expression,
}

/// <summary>Which way a team may move a parameter.</summary>
public enum Stricter
{
    /// <summary>Not at all: two values cannot be compared.</summary>
    Never,

    /// <summary>Down.</summary>
    Lower,

    /// <summary>Up; for a list, only by adding.</summary>
    Higher,
}

/// <summary>A parameter of a kind of rule.</summary>
/// <param name="Choices">The words that a list may hold.</param>
/// <param name="Default">The number that stands where none is given; null where leaving it out asks nothing.</param>
public sealed record Parameter(
    string Name, ParameterType Type, string Summary, bool Required = false, double Least = 0, double Most = 1e15,
    Stricter Stricter = Stricter.Never, string[]? Choices = null, double? Default = null);

/// <summary>The values of a rule's parameters, by name; what was not given is missing.</summary>
public sealed class Arguments(ImmutableSortedDictionary<string, object> values)
{
    public double? Number(string name) => values.GetValueOrDefault(name) as double?;

    public bool Flag(string name) => values.GetValueOrDefault(name) is true;

    public ImmutableArray<string> List(string name) => values.GetValueOrDefault(name) is ImmutableArray<string> list ? list : [];

    public Regex Pattern(string name) => (Regex)values[name];

    public Expression Expression(string name) => (Expression)values[name];

    public object? Find(string name) => values.GetValueOrDefault(name);

    /// <summary>Every value as text, for comparison and display.</summary>
    public IEnumerable<(string Name, string Text)> Texts() => values.Select(pair => (pair.Key, TextOf(pair.Value)));

    private static string TextOf(object value) => value switch
    {
        double number => number.ToString("0.######", CultureInfo.InvariantCulture),
        bool flag => flag ? "true" : "false",
        ImmutableArray<string> list => string.Join(", ", list),
        Expression expression => expression.Text,
        _ => value.ToString()!,
    };
}

/// <summary>A kind of rule: its parameters, and the judgement that they make.</summary>
/// <param name="Effort">How much work it usually is to meet such a rule; 1 is a few minutes.</param>
/// <param name="Judge">Makes the judgement; called once per rule, so what can be prepared is.</param>
public sealed record RuleKind(
    string Name, string Summary, double Effort, ImmutableArray<Parameter> Parameters, Func<Arguments, Func<FeatureRecord, Outcome>> Judge);
