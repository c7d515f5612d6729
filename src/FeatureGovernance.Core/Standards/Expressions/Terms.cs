using FeatureGovernance.Core.Standards.Documents;

namespace FeatureGovernance.Core.Standards.Expressions;

/// <summary>A part of an expression whose type is known; a null result is unknown, and unknown stays unknown unless the other side decides.</summary>
internal abstract record Term(TermType Type);

internal sealed record NumberTerm(Func<FeatureRecord, double?> Read) : Term(TermType.Number);

internal sealed record TextTerm(Func<FeatureRecord, string?> Read, string? Literal = null) : Term(TermType.Text);

internal sealed record TruthTerm(Func<FeatureRecord, bool?> Read) : Term(TermType.Truth);

/// <summary>The expression means nothing.</summary>
internal sealed class ExpressionException(string message) : Exception(message);

/// <summary>Gives a written expression its meaning, or says why it has none.</summary>
internal sealed class Meaning(bool ofAdoption)
{
    public static IReadOnlyList<(string Form, string Summary)> Functions { get; } =
    [
        ("has(field)", "whether the field is known"), ("tag('name')", "the value of a tag"), ("size(text)", "characters"), ("words(text)", "words"),
        ("lower(text)", "in lower case"), ("contains(text, part)", "whether the part occurs"), ("startsWith(text, part)", "whether it begins so"),
        ("endsWith(text, part)", "whether it ends so"), ("matches(text, 'pattern')", "whether a regular expression matches somewhere"),
        ("abs(n)", "without its sign"), ("min(a, b)", "the lesser"), ("max(a, b)", "the greater"),
    ];

    public Term Of(Syntax syntax) => syntax switch
    {
        NumberSyntax number => new NumberTerm(_ => number.Value),
        TextSyntax text => new TextTerm(_ => text.Value, text.Value),
        NameSyntax name => Name(name.Name),
        UnarySyntax { Operator: '!' } not when Truth(not.Operand) is var operand => new TruthTerm(f => !operand(f)),
        UnarySyntax minus when Number(minus.Operand) is var operand => new NumberTerm(f => -operand(f)),
        BinarySyntax binary => Binary(binary),
        ConditionalSyntax conditional => Conditional(conditional),
        CallSyntax call => Call(call),
        _ => throw new ExpressionException("A list may stand only after 'in'."),
    };

    public Func<FeatureRecord, bool?> Truth(Syntax syntax) =>
        Of(syntax) is TruthTerm truth ? truth.Read : throw new ExpressionException("A truth value is needed here, for example a comparison.");

    private Func<FeatureRecord, double?> Number(Syntax syntax) =>
        Of(syntax) is NumberTerm number ? number.Read : throw new ExpressionException("A number is needed here.");

    private TextTerm Text(Syntax syntax) => Of(syntax) as TextTerm ?? throw new ExpressionException("A text is needed here.");

    private Term Name(string name)
    {
        if (name is "true" or "false")
            return new TruthTerm(_ => name == "true");
        if (!Vocabulary.Fields.TryGetValue(name, out var field))
            throw new ExpressionException($"There is no field '{Fields.Shorten(name)}'; the fields are {string.Join(", ", Vocabulary.Fields.Keys.Order(StringComparer.Ordinal))}.");
        return ofAdoption || !name.StartsWith(Vocabulary.ModelPrefix, StringComparison.Ordinal)
            ? field.Term
            : throw new ExpressionException($"'{name}' is known only where an adoption is judged.");
    }

    private Term Binary(BinarySyntax binary)
    {
        switch (binary.Operator)
        {
            case "&&" when (Truth(binary.Left), Truth(binary.Right)) is var (left, right):
                return new TruthTerm(f => left(f) is var first && first == false ? false : first & right(f));
            case "||" when (Truth(binary.Left), Truth(binary.Right)) is var (left, right):
                return new TruthTerm(f => left(f) is var first && first == true ? true : first | right(f));
            case "in":
                return In(Of(binary.Left), binary.Right as ListSyntax ?? throw new ExpressionException("A list such as ['a', 'b'] is needed after 'in'."));
            case "<" or "<=" or ">" or ">=" or "==" or "!=":
                return Comparison(binary.Operator, Of(binary.Left), Of(binary.Right));
            default:
                return Arithmetic(binary.Operator[0], Number(binary.Left), Number(binary.Right));
        }
    }

    private static NumberTerm Arithmetic(char sign, Func<FeatureRecord, double?> left, Func<FeatureRecord, double?> right) => new(f =>
    {
        var result = sign switch { '+' => left(f) + right(f), '-' => left(f) - right(f), '*' => left(f) * right(f), '/' => left(f) / right(f), _ => left(f) % right(f) };
        // Division by zero and overflow have no answer.
        return result is { } number && double.IsFinite(number) ? number : null;
    });

    private static TruthTerm Comparison(string sign, Term left, Term right)
    {
        Func<FeatureRecord, int?> order = (left, right) switch
        {
            (NumberTerm a, NumberTerm b) => f => a.Read(f) is { } first && b.Read(f) is { } second ? first.CompareTo(second) : null,
            (TextTerm a, TextTerm b) => f => a.Read(f) is { } first && b.Read(f) is { } second ? string.CompareOrdinal(first, second) : null,
            (TruthTerm a, TruthTerm b) when sign is "==" or "!=" => f => a.Read(f) is { } first && b.Read(f) is { } second ? first.CompareTo(second) : null,
            _ => throw new ExpressionException($"'{sign}' compares two numbers or two texts, not a {Words.Of(left.Type)} with a {Words.Of(right.Type)}."),
        };
        return new(f => order(f) is not { } found ? null : sign switch
        {
            "<" => found < 0, "<=" => found <= 0, ">" => found > 0, ">=" => found >= 0, "==" => found == 0, _ => found != 0,
        });
    }

    private TruthTerm In(Term item, ListSyntax list)
    {
        var others = list.Items.Select(Of).Select(other => Comparison("==", item, other).Read).ToArray();
        return new(f =>
        {
            bool? found = false;
            foreach (var other in others)
                found |= other(f);
            return found;
        });
    }

    private Term Conditional(ConditionalSyntax conditional)
    {
        var condition = Truth(conditional.Condition);
        return (Of(conditional.Yes), Of(conditional.No)) switch
        {
            (NumberTerm yes, NumberTerm no) => new NumberTerm(f => condition(f) is { } holds ? holds ? yes.Read(f) : no.Read(f) : null),
            (TextTerm yes, TextTerm no) => new TextTerm(f => condition(f) is { } holds ? holds ? yes.Read(f) : no.Read(f) : null),
            (TruthTerm yes, TruthTerm no) => new TruthTerm(f => condition(f) is { } holds ? holds ? yes.Read(f) : no.Read(f) : null),
            _ => throw new ExpressionException("Both answers of '? :' must be of one type."),
        };
    }

    private Term Call(CallSyntax call)
    {
        var arguments = call.Arguments;
        switch (call.Function, arguments.Length)
        {
            case ("has", 1):
                return Has(arguments[0] is NameSyntax ? Of(arguments[0]) : throw new ExpressionException("has() takes the name of a field."));
            case ("tag", 1) when Text(arguments[0]).Literal is { } tag:
                return new TextTerm(f => f.Tags.GetValueOrDefault(tag));
            case ("size", 1) when Text(arguments[0]).Read is var text:
                return new NumberTerm(f => text(f)?.Length);
            case ("words", 1) when Text(arguments[0]).Read is var text:
                return new NumberTerm(f => text(f)?.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Length);
            case ("lower", 1) when Text(arguments[0]).Read is var text:
                return new TextTerm(f => text(f)?.ToLowerInvariant());
            case ("contains" or "startsWith" or "endsWith", 2) when (Text(arguments[0]).Read, Text(arguments[1]).Read) is var (text, part):
                return Finds(call.Function, text, part);
            case ("matches", 2) when (Text(arguments[0]).Read, Text(arguments[1]).Literal) is var (text, literal):
                var (pattern, fault) = Patterns.Compile(literal is { Length: <= 200 } ? literal : throw new ExpressionException("matches() takes a literal pattern of at most 200 characters."));
                return pattern is null ? throw new ExpressionException(fault!) : new TruthTerm(f => text(f) is { } known ? pattern.IsMatch(known) : null);
            case ("abs", 1) when Number(arguments[0]) is var number:
                return new NumberTerm(f => number(f) is { } known ? Math.Abs(known) : null);
            case ("min" or "max", 2) when (Number(arguments[0]), Number(arguments[1])) is var (a, b):
                Func<double, double, double> choose = call.Function == "min" ? Math.Min : Math.Max;
                return new NumberTerm(f => a(f) is { } first && b(f) is { } second ? choose(first, second) : null);
            default:
                throw new ExpressionException($"There is no function {Fields.Shorten(call.Function)} of {arguments.Length}; the functions are {string.Join(", ", Functions.Select(function => function.Form))}.");
        }
    }

    private static TruthTerm Finds(string how, Func<FeatureRecord, string?> text, Func<FeatureRecord, string?> part) => new(f =>
        text(f) is not { } whole || part(f) is not { } sought ? null : how switch
        {
            "contains" => whole.Contains(sought, StringComparison.Ordinal),
            "startsWith" => whole.StartsWith(sought, StringComparison.Ordinal),
            _ => whole.EndsWith(sought, StringComparison.Ordinal),
        });

    private static TruthTerm Has(Term term) => term switch
    {
        NumberTerm number => new(f => number.Read(f) is not null),
        TextTerm text => new(f => text.Read(f) is not null),
        TruthTerm truth => new(f => truth.Read(f) is not null),
        _ => throw new ExpressionException("has() takes the name of a field."),
    };
}
