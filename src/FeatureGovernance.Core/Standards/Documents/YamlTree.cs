using System.Collections.Immutable;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace FeatureGovernance.Core.Standards.Documents;

/// <summary>
/// Reads YAML from the parser's events into a tree. Anchors, aliases, tags and merge keys are refused, so that a document is never larger
/// than it looks and never names a type.
/// </summary>
internal sealed class YamlTree
{
    private readonly Parser parser;
    private int nodes;

    private YamlTree(string text) => parser = new Parser(new StringReader(text));

    public static DocumentNode Parse(string text)
    {
        try
        {
            return new YamlTree(text).Document();
        }
        catch (YamlException fault)
        {
            throw new DocumentException(Sentence(fault), "Mend the YAML at the line named.", (int)fault.Start.Line);
        }
    }

    private static string Sentence(YamlException fault)
    {
        var message = (fault.InnerException?.Message ?? fault.Message).ReplaceLineEndings(" ");
        return message.Length <= 200 ? message : message[..200] + "…";
    }

    private DocumentNode Document()
    {
        parser.Consume<StreamStart>();
        if (!parser.TryConsume<DocumentStart>(out _))
            throw new DocumentException("The document is empty.", "Write a standard; GET /standards/schema tells its form.", 1);
        var root = Node(0);
        parser.Consume<DocumentEnd>();
        if (parser.TryConsume<DocumentStart>(out var second))
            throw new DocumentException("There is a second document.", "Send one standard at a time.", (int)second.Start.Line);
        return root;
    }

    private DocumentNode Node(int depth)
    {
        var line = (int)parser.Current!.Start.Line;
        if (++nodes > DocumentLimits.Nodes)
            throw new DocumentException($"The document has over {DocumentLimits.Nodes:N0} values.", DocumentLimits.Remedy, line);
        if (depth > DocumentLimits.Depth)
            throw new DocumentException($"The document is nested deeper than {DocumentLimits.Depth}.", "A standard needs no such depth.", line);
        if (parser.Current is AnchorAlias)
            throw new DocumentException("An alias stands here.", "Write the value out; anchors and aliases are not read.", line);
        if (parser.Current is NodeEvent named && (!named.Anchor.IsEmpty || !named.Tag.IsEmpty))
            throw new DocumentException("An anchor or a tag stands here.", "Write plain values; anchors, aliases and tags are not read.", line);
        if (parser.TryConsume<Scalar>(out var scalar))
            return new ScalarNode(scalar.Value, scalar.Style != ScalarStyle.Plain, line);
        return parser.TryConsume<SequenceStart>(out _) ? List(line, depth) : Map(line, depth);
    }

    private ListNode List(int line, int depth)
    {
        var items = ImmutableArray.CreateBuilder<DocumentNode>();
        while (!parser.TryConsume<SequenceEnd>(out _))
            items.Add(Node(depth + 1));
        return new(items.ToImmutable(), line);
    }

    private MapNode Map(int line, int depth)
    {
        parser.Consume<MappingStart>();
        var entries = ImmutableArray.CreateBuilder<(string, int, DocumentNode)>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        while (!parser.TryConsume<MappingEnd>(out _))
        {
            if (Node(depth + 1) is not ScalarNode key)
                throw new DocumentException("A field's name is not a text.", "Name it with a word.", line);
            if (!seen.Add(key.Text))
                throw new DocumentException($"The field '{Quote(key.Text)}' stands twice.", "Keep one of them.", key.Line);
            entries.Add((key.Text, key.Line, Node(depth + 1)));
        }

        return new(entries.ToImmutable(), line);
    }

    private static string Quote(string text) => text.Length <= 80 ? text : text[..80] + "…";
}
