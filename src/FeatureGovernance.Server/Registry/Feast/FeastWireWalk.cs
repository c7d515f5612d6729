using System.Text.Unicode;
using FeatureGovernance.Core;
using Google.Protobuf.Reflection;

namespace FeatureGovernance.Server.Registry.Feast;

/// <summary>
/// Goes through a serialized registry field by field beside its descriptors: refuses what is not well-formed, saying where, and notes each
/// field that is unknown or not taken over. The generated parser alone would keep unknown fields out of reach and name no place.
/// The encoding is https://protobuf.dev/programming-guides/encoding.
/// </summary>
internal sealed class FeastWireWalk
{
    private const int MaxDepth = 64;
    private const int Varint = 0, Fixed64 = 1, Delimited = 2, StartGroup = 3, EndGroup = 4, Fixed32 = 5;

    private readonly ReadOnlyMemory<byte> file;
    private readonly FeastFindings findings;
    private int position;
    private int topLevelFields;
    private Refusal? refusal;

    private FeastWireWalk(ReadOnlyMemory<byte> file, FeastFindings findings) => (this.file, this.findings) = (file, findings);

    /// <summary>Walks the whole file; the reason where it is not a well-formed message of the type.</summary>
    public static Refusal? Walk(ReadOnlyMemory<byte> file, MessageDescriptor type, FeastFindings findings)
    {
        var walk = new FeastWireWalk(file, findings);
        walk.Message(type, file.Length, path: null, depth: 0);
        return walk.refusal;
    }

    private bool Message(MessageDescriptor type, int end, FeastPath? path, int depth)
    {
        if (depth > MaxDepth)
            return Malformed(path, $"messages are nested more than {MaxDepth} deep");

        int[]? seen = null;
        while (position < end)
        {
            if (!Tag(end, path, out var number, out var wire))
                return false;

            var field = type.FindFieldByNumber(number);
            if (field is null || WireType(field) != wire)
            {
                if (path is null && field is not null)
                    return Malformed(path, $"field {number} ({field.Name}) is not encoded as in feast.core.Registry");
                findings.Unknown(type, $"#{number}", () => $"{FeastPath.Indexed(path)} #{number}".TrimStart());
                if (!Skip(wire, number, end, path, depth))
                    return false;
            }
            else if (!Field(field, (seen ??= new int[type.Fields.InDeclarationOrder().Count])[field.Index]++, end, path, depth))
            {
                return false;
            }

            topLevelFields += path is null ? 1 : 0;
        }

        return true;
    }

    private bool Field(FieldDescriptor field, int index, int end, FeastPath? path, int depth)
    {
        if (field.IsNotImported())
        {
            findings.NotImported(FeastPath.Join(FeastPath.Part(path), field.Name));
            return Skip(WireType(field), field.FieldNumber, end, path, depth);
        }

        if (WireType(field) != Delimited)
            return Skip(WireType(field), field.FieldNumber, end, path, depth);

        var here = new FeastPath(path, field, index);
        if (!Length(end, here, out var length))
            return false;
        if (field.FieldType == FieldType.Message)
            return Message(field.MessageType, position + length, here, depth + 1);
        if (field.FieldType == FieldType.String && !Utf8.IsValid(file.Span.Slice(position, length)))
            return Malformed(here, "the text is not UTF-8");
        position += length;
        return true;
    }

    private bool Skip(int wire, int number, int end, FeastPath? path, int depth)
    {
        switch (wire)
        {
            case Varint:
                return Number(end, path, out _);
            case Fixed64:
                return Advance(8, end, path);
            case Fixed32:
                return Advance(4, end, path);
            case Delimited:
                return Length(end, path, out var length) && Advance(length, end, path);
            default:
                return SkipGroup(number, end, path, depth + 1);
        }
    }

    private bool SkipGroup(int group, int end, FeastPath? path, int depth)
    {
        if (depth > MaxDepth)
            return Malformed(path, $"groups are nested more than {MaxDepth} deep");

        while (position < end)
        {
            if (!Tag(end, path, out var number, out var wire, group))
                return false;
            if (wire == EndGroup)
                return true;
            if (!Skip(wire, number, end, path, depth))
                return false;
        }

        return CutShort(end, path, $"group {group} is not ended");
    }

    private bool Tag(int end, FeastPath? path, out int number, out int wire, int? openGroup = null)
    {
        (number, wire) = (0, 0);
        var start = position;
        if (!Number(end, path, out var tag))
            return false;
        (number, wire) = ((int)(tag >> 3), (int)(tag & 7));
        if (tag > uint.MaxValue || number == 0 || wire > Fixed32 || (wire == EndGroup && number != openGroup))
        {
            position = start;
            return Malformed(path, $"0x{tag:x} begins no field");
        }

        return true;
    }

    private bool Length(int end, FeastPath? path, out int length)
    {
        length = 0;
        if (!Number(end, path, out var value))
            return false;
        if (value > (ulong)(end - position))
            return CutShort(end, path, $"{value:N0} bytes are announced and {end - position:N0} are left");
        length = (int)value;
        return true;
    }

    private bool Number(int end, FeastPath? path, out ulong value)
    {
        value = 0;
        var span = file.Span;
        for (var shift = 0; shift < 70; shift += 7)
        {
            if (position >= end)
                return CutShort(end, path, "a number breaks off");
            var next = span[position++];
            value |= shift < 64 ? (ulong)(next & 0x7f) << shift : 0;
            if (next < 0x80)
                return true;
        }

        return Malformed(path, "a number is longer than 10 bytes");
    }

    private bool Advance(int length, int end, FeastPath? path)
    {
        if (length > end - position)
            return CutShort(end, path, $"{length} bytes are needed and {end - position} are left");
        position += length;
        return true;
    }

    // Only where the file's own end is in the way was something cut off; within a complete message the encoding is wrong.
    private bool CutShort(int end, FeastPath? path, string fault) =>
        end == file.Length && topLevelFields > 0
            ? Refuse("feast-registry-cut-short", "The Feast registry is cut short", path, fault)
            : Malformed(path, fault);

    private bool Malformed(FeastPath? path, string fault) =>
        Refuse("not-a-feast-registry", "The file is not a serialized feast.core.Registry", path, fault);

    private bool Refuse(string code, string verdict, FeastPath? path, string fault)
    {
        var place = path is null ? "" : $" ({FeastPath.Indexed(path)})";
        refusal ??= new(RefusalKind.Malformed, code, $"{verdict}: at byte {position:N0}{place} {fault}.");
        return false;
    }

    private static int WireType(FieldDescriptor field) => field.FieldType switch
    {
        FieldType.String or FieldType.Bytes or FieldType.Message => Delimited,
        FieldType.Float or FieldType.Fixed32 or FieldType.SFixed32 => Fixed32,
        FieldType.Double or FieldType.Fixed64 or FieldType.SFixed64 => Fixed64,
        FieldType.Group => StartGroup,
        _ => Varint,
    };
}
