using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using System.Text.Json;

namespace FeatureGovernance.Core.Value.Importing;

/// <summary>
/// Universal Binary JSON (draft 12, https://ubjson.org) as XGBoost writes it, turned into JSON. Lists of numbers under names that nobody asks
/// for are passed over, so that the JSON of a model is smaller than the model.
/// </summary>
internal sealed class Ubjson
{
    private const int Deepest = 100;
    private const int LargestJson = 256 << 20;
    private const string Remedy = "Send the whole file, unchanged, as XGBoost's save_model writes it to a name that ends in .ubj.";

    private readonly ReadOnlyMemory<byte> file;
    private readonly IReadOnlySet<string> wanted;
    private readonly ArrayBufferWriter<byte> json;
    private readonly Utf8JsonWriter writer;
    private int at;

    private Ubjson(ReadOnlyMemory<byte> file, IReadOnlySet<string> wanted, ArrayBufferWriter<byte> json, Utf8JsonWriter writer) =>
        (this.file, this.wanted, this.json, this.writer) = (file, wanted, json, writer);

    private ReadOnlySpan<byte> Rest => file.Span[at..];

    /// <summary>True for an object in UBJSON: what follows its brace is the length of a name, where JSON has a quote or a blank.</summary>
    public static bool IsObject(ReadOnlySpan<byte> file) => file.Length > 1 && file[0] == '{' && "iUIlL$#"u8.Contains(file[1]);

    /// <param name="file">The whole file.</param>
    /// <param name="wanted">The names under which lists of numbers are kept.</param>
    /// <exception cref="EvidenceFault">The file is cut or not UBJSON.</exception>
    public static ReadOnlyMemory<byte> ToJson(ReadOnlyMemory<byte> file, IReadOnlySet<string> wanted)
    {
        var json = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(json))
        {
            var reader = new Ubjson(file, wanted, json, writer);
            reader.Value(reader.Marker(), null, 0);
            if (reader.Rest.Length > 0)
                throw Fault($"{reader.Rest.Length} bytes follow its end", reader.at);
        }

        return json.WrittenMemory;
    }

    private void Value(byte type, string? name, int depth)
    {
        if (depth > Deepest)
            throw Fault($"it nests deeper than {Deepest} levels", at);
        switch (type)
        {
            case (byte)'{':
                Object(depth);
                break;
            case (byte)'[':
                List(name, depth);
                break;
            case (byte)'S':
                writer.WriteStringValue(Text());
                break;
            case (byte)'C':
                writer.WriteStringValue(Encoding.ASCII.GetString(Take(1)));
                break;
            case (byte)'T' or (byte)'F':
                writer.WriteBooleanValue(type == 'T');
                break;
            case (byte)'Z':
                writer.WriteNullValue();
                break;
            default:
                Number(type);
                break;
        }

        if (writer.BytesPending > 1 << 20)
            writer.Flush();
        if (json.WrittenCount > LargestJson)
            throw new EvidenceFault("body", $"The model is over {LargestJson >> 20} MB as JSON.", "Send get_score(importance_type='total_gain') instead.");
    }

    private void Object(int depth)
    {
        var (type, count) = Optimised();
        writer.WriteStartObject();
        for (var i = 0L; count is { } known ? i < known : Peek() != '}'; i++)
        {
            var name = Text();
            writer.WritePropertyName(name);
            Value(type ?? Marker(), name, depth + 1);
        }

        if (count is null)
            at++;
        writer.WriteEndObject();
    }

    private void List(string? name, int depth)
    {
        var (type, count) = Optimised();
        writer.WriteStartArray();
        if (type is { } fixedType && Size(fixedType) is { } size && (name is null || !wanted.Contains(name)))
        {
            Take(count!.Value * size);
        }
        else
        {
            for (var i = 0L; count is { } known ? i < known : Peek() != ']'; i++)
                Value(type ?? Marker(), null, depth + 1);
            if (count is null)
                at++;
        }

        writer.WriteEndArray();
    }

    // "$" and a type where all members share it, "#" and how many there are; a type alone says nothing.
    private (byte? Type, long? Count) Optimised()
    {
        byte? type = null;
        if (Peek() == '$')
        {
            at++;
            var place = at;
            type = Marker();
            if (Size(type.Value) is null && !"S[{"u8.Contains(type.Value))
                throw Fault($"'{(char)type}' is no type of members", place);
            if (Peek() != '#')
                throw Fault("members of one type are not counted", at);
        }

        if (Peek() != '#')
            return (null, null);
        at++;
        var count = Length();
        // Every member takes a byte at least, so that a false count cannot ask for more than there is.
        if (count > Rest.Length)
            throw Fault($"{count} members are announced where {Rest.Length} bytes are left", at);
        return (type, count);
    }

    private string Text()
    {
        var place = at;
        try
        {
            return new UTF8Encoding(false, true).GetString(Take(Length()));
        }
        catch (DecoderFallbackException)
        {
            throw Fault("a text is not in UTF-8", place);
        }
    }

    private long Length()
    {
        var place = at;
        var type = Marker();
        var length = Whole(type) ?? throw Fault($"'{(char)type}' stands where a length belongs", place);
        return length >= 0 ? length : throw Fault($"a length is {length}", place);
    }

    private void Number(byte type)
    {
        var place = at - 1;
        if (Whole(type) is { } whole)
        {
            writer.WriteNumberValue(whole);
            return;
        }

        switch (type)
        {
            case (byte)'d' when BinaryPrimitives.ReadSingleBigEndian(Take(4)) is var single:
                writer.WriteNumberValue(float.IsFinite(single) ? single : throw Fault($"the number is {single}", place));
                break;
            case (byte)'D' when BinaryPrimitives.ReadDoubleBigEndian(Take(8)) is var real:
                writer.WriteNumberValue(double.IsFinite(real) ? real : throw Fault($"the number is {real}", place));
                break;
            default:
                throw Fault($"0x{type:x2} is no type", place);
        }
    }

    private long? Whole(byte type) => type switch
    {
        (byte)'i' => (sbyte)Take(1)[0],
        (byte)'U' => Take(1)[0],
        (byte)'I' => BinaryPrimitives.ReadInt16BigEndian(Take(2)),
        (byte)'l' => BinaryPrimitives.ReadInt32BigEndian(Take(4)),
        (byte)'L' => BinaryPrimitives.ReadInt64BigEndian(Take(8)),
        _ => null,
    };

    private static int? Size(byte type) => type switch
    {
        (byte)'i' or (byte)'U' => 1,
        (byte)'I' => 2,
        (byte)'l' or (byte)'d' => 4,
        (byte)'L' or (byte)'D' => 8,
        _ => null,
    };

    private byte Peek()
    {
        while (Rest is [(byte)'N', ..])
            at++;
        return Rest is [var next, ..] ? next : throw Fault("it ends", at);
    }

    private byte Marker()
    {
        var marker = Peek();
        at++;
        return marker;
    }

    private ReadOnlySpan<byte> Take(long count)
    {
        if (count > Rest.Length)
            throw Fault($"{count} bytes are needed and {Rest.Length} are left", at);
        var taken = Rest[..(int)count];
        at += (int)count;
        return taken;
    }

    private static EvidenceFault Fault(string what, int at) => new("body", $"Not well-formed UBJSON: {what} (byte {at + 1}).", Remedy);
}
