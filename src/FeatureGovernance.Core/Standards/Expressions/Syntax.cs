using System.Collections.Immutable;
using Parlot.Fluent;

namespace FeatureGovernance.Core.Standards.Expressions;

/// <summary>An expression as written, before its names and types are known.</summary>
internal abstract record Syntax;

internal sealed record NumberSyntax(double Value) : Syntax;

internal sealed record TextSyntax(string Value) : Syntax;

internal sealed record NameSyntax(string Name) : Syntax;

internal sealed record CallSyntax(string Function, ImmutableArray<Syntax> Arguments) : Syntax;

internal sealed record ListSyntax(ImmutableArray<Syntax> Items) : Syntax;

internal sealed record UnarySyntax(char Operator, Syntax Operand) : Syntax;

internal sealed record BinarySyntax(string Operator, Syntax Left, Syntax Right) : Syntax;

internal sealed record ConditionalSyntax(Syntax Condition, Syntax Yes, Syntax No) : Syntax;

/// <summary>
/// The grammar: operators, literals and precedence of the Common Expression Language, without its messages, macros and member calls. It can
/// say nothing but operators, names, literals and calls by name.
/// </summary>
internal static class Grammar
{
    private const int MostCharacters = 2_000;
    private const int DeepestNesting = 24;

    private static readonly Parser<Syntax> Expression = Build();

    /// <summary>The tree, or why there is none.</summary>
    public static (Syntax? Tree, string? Fault) Parse(string text)
    {
        if (text.Length > MostCharacters)
            return (null, $"The expression is {text.Length:N0} characters long; at most {MostCharacters:N0} are read.");
        if (Nesting(text) > DeepestNesting)
            return (null, $"The expression is nested deeper than {DeepestNesting}.");
        var context = new ParseContext(new Parlot.Scanner(text));
        if (!Expression.TryParse(context, out var tree, out _))
            return (null, $"The expression cannot be read near column {context.Scanner.Cursor.Offset + 1}.");
        context.SkipWhiteSpace();
        return context.Scanner.Cursor.Eof ? (tree, null) : (null, $"The expression cannot be read from column {context.Scanner.Cursor.Offset + 1} on.");
    }

    // What opens a level of recursion in the parser: brackets, conditionals and signs in a row.
    private static int Nesting(string text)
    {
        var (open, deepest, questions, signs) = (0, 0, 0, 0);
        foreach (var c in text)
        {
            open += c is '(' or '[' ? 1 : c is ')' or ']' ? -1 : 0;
            questions += c == '?' ? 1 : 0;
            signs = c is '!' or '-' ? signs + 1 : c == ' ' ? signs : 0;
            deepest = Math.Max(deepest, Math.Max(open + questions, signs));
        }

        return deepest;
    }

    private static Parser<Syntax> Build()
    {
        var expression = Deferred<Syntax>();
        var list = Separated(Terms.Char(','), expression);
        var number = Terms.Number<double>(NumberOptions.AllowDecimalSeparator | NumberOptions.AllowExponent).Then<Syntax>(value => new NumberSyntax(value));
        var text = Terms.String(StringLiteralQuotes.SingleOrDouble).Then<Syntax>(span => new TextSyntax(span.ToString()));
        var identifier = Terms.Identifier(extraPart: c => c == '.').Then(span => span.ToString());
        var call = identifier.AndSkip(Terms.Char('(')).And(list).AndSkip(Terms.Char(')'))
            .Then<Syntax>(parts => new CallSyntax(parts.Item1, [.. parts.Item2]));
        var name = identifier.Then<Syntax>(word => new NameSyntax(word));
        var items = Between(Terms.Char('['), list, Terms.Char(']')).Then<Syntax>(found => new ListSyntax([.. found]));
        var group = Between(Terms.Char('('), expression, Terms.Char(')'));
        var primary = OneOf(number, text, call, name, items, group);
        var unary = ZeroOrMany(OneOf(Terms.Char('!'), Terms.Char('-'))).And(primary)
            .Then(parts => parts.Item1.Reverse().Aggregate(parts.Item2, (operand, sign) => new UnarySyntax(sign, operand)));
        var product = LeftAssociative(unary, "*", "/", "%");
        var sum = LeftAssociative(product, "+", "-");
        var relation = LeftAssociative(sum, "<=", ">=", "<", ">", "==", "!=", "in");
        var conjunction = LeftAssociative(relation, "&&");
        var disjunction = LeftAssociative(conjunction, "||");
        // None or one: the last expression takes whatever conditional follows. Two alternatives would read the condition twice per level.
        var conditional = disjunction.And(ZeroOrMany(Terms.Char('?').SkipAnd(expression).AndSkip(Terms.Char(':')).And(expression)))
            .Then(parts => parts.Item2.Aggregate(parts.Item1, (condition, answers) => new ConditionalSyntax(condition, answers.Item1, answers.Item2)));
        expression.Parser = conditional;
        return expression;
    }

    private static Parser<Syntax> LeftAssociative(Parser<Syntax> operand, params string[] operators)
    {
        var symbol = OneOf([.. operators.Select(symbol => symbol == "in" ? Terms.Keyword(symbol) : Terms.Text(symbol))]);
        return operand.And(ZeroOrMany(symbol.And(operand))).Then(parts =>
            parts.Item2.Aggregate(parts.Item1, (left, right) => new BinarySyntax(right.Item1, left, right.Item2)));
    }

}
