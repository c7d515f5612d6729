using System.Collections.Immutable;
using System.Text;
using System.Text.Json;

namespace FeatureGovernance.Core.Standards.Documents;

/// <summary>Reads JSON into the same tree as YAML.</summary>
internal static class JsonTree
{
    public static DocumentNode Parse(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        var reader = new Utf8JsonReader(bytes, new JsonReaderOptions { MaxDepth = DocumentLimits.Depth });
        var nodes = 0;
        try
        {
            reader.Read();
            var root = Node(ref reader, bytes, ref nodes);
            reader.Read();
            return root;
        }
        catch (JsonException fault)
        {
            var message = fault.Message.Split(" LineNumber:")[0];
            throw new DocumentException(message.Length <= 200 ? message : message[..200] + "…", "Mend the JSON at the line named.",
                (int)(fault.LineNumber ?? 0) + 1);
        }
    }

    private static DocumentNode Node(ref Utf8JsonReader reader, byte[] bytes, ref int nodes)
    {
        var line = Line(bytes, reader.TokenStartIndex);
        if (++nodes > DocumentLimits.Nodes)
            throw new DocumentException($"The document has over {DocumentLimits.Nodes:N0} values.", DocumentLimits.Remedy, line);
        switch (reader.TokenType)
        {
            case JsonTokenType.StartArray:
                var items = ImmutableArray.CreateBuilder<DocumentNode>();
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                    items.Add(Node(ref reader, bytes, ref nodes));
                return new ListNode(items.ToImmutable(), line);
            case JsonTokenType.StartObject:
                return Map(ref reader, bytes, ref nodes, line);
            case JsonTokenType.String:
                return new ScalarNode(reader.GetString()!, IsQuoted: true, line);
            default:
                return new ScalarNode(Encoding.UTF8.GetString(reader.ValueSpan), IsQuoted: false, line);
        }
    }

    private static MapNode Map(ref Utf8JsonReader reader, byte[] bytes, ref int nodes, int line)
    {
        var entries = ImmutableArray.CreateBuilder<(string, int, DocumentNode)>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            var (name, at) = (reader.GetString()!, Line(bytes, reader.TokenStartIndex));
            if (!seen.Add(name))
                throw new DocumentException($"The field '{(name.Length <= 80 ? name : name[..80] + "…")}' stands twice.", "Keep one of them.", at);
            reader.Read();
            entries.Add((name, at, Node(ref reader, bytes, ref nodes)));
        }

        return new(entries.ToImmutable(), line);
    }

    // A document is small; counting from its beginning costs less than carrying a count along.
    private static int Line(byte[] bytes, long index) => bytes.AsSpan(0, (int)index).Count((byte)'\n') + 1;
}
