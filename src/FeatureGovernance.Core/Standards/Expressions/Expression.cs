namespace FeatureGovernance.Core.Standards.Expressions;

/// <summary>
/// A question to a feature's record, in a small language (a subset of the Common Expression Language) that has no loops, makes no objects
/// and reaches nothing but the fields and functions it lists: it takes time in proportion to its length and to the texts it reads.
/// </summary>
public sealed class Expression
{
    private readonly Func<FeatureRecord, bool?> read;

    private Expression(string text, Func<FeatureRecord, bool?> read) => (Text, this.read) = (text, read);

    /// <summary>As it was written.</summary>
    public string Text { get; }

    /// <summary>Every field, by name, with what it tells.</summary>
    public static IEnumerable<(string Name, string Type, string Summary)> Fields =>
        Vocabulary.Fields.Values.OrderBy(one => one.Name, StringComparer.Ordinal).Select(one => (one.Name, Words.Of(one.Term.Type), one.Summary));

    /// <summary>Every function, with what it tells.</summary>
    public static IEnumerable<(string Form, string Summary)> Functions => Meaning.Functions;

    /// <summary>Reads an expression whose answer is true, false or unknown.</summary>
    /// <param name="text">At most 2,000 characters, nested at most 24 deep.</param>
    /// <param name="ofAdoption">Whether the fields of the asking model may be named.</param>
    /// <param name="fault">Why it is no expression; null where it is one.</param>
    public static Expression? Parse(string text, bool ofAdoption, out string? fault)
    {
        (var tree, fault) = Grammar.Parse(text);
        if (tree is null)
            return null;
        try
        {
            return new(text, new Meaning(ofAdoption).Truth(tree));
        }
        catch (ExpressionException wrong)
        {
            fault = wrong.Message;
            return null;
        }
    }

    /// <summary>The answer; null where what it asks for is unknown.</summary>
    public bool? Ask(FeatureRecord feature) => read(feature);
}
