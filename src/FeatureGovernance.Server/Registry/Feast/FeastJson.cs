using System.Collections;
using System.Globalization;
using System.Text;
using System.Text.Json;
using FeatureGovernance.Core;
using FeatureGovernance.Server.Registry.Feast.Wire;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;
using Type = System.Type;

namespace FeatureGovernance.Server.Registry.Feast;

/// <summary>
/// Reads what <c>feast registry-dump</c> prints into the same messages as the serialized form. Protobuf's own JSON parser stops at the
/// first unknown property, or drops it silently, and refuses the plain source text that the dump puts where bytes belong.
/// </summary>
internal sealed class FeastJson
{
    private static readonly JsonDocumentOptions Options = new() { MaxDepth = 128, AllowDuplicateProperties = false };

    private readonly FeastFindings findings;
    private Refusal? refusal;

    private FeastJson(FeastFindings findings) => this.findings = findings;

    public static (Wire.Registry? Registry, Refusal? Refusal) Read(ReadOnlyMemory<byte> text, FeastFindings findings)
    {
        try
        {
            using var document = JsonDocument.Parse(text, Options);
            return new FeastJson(findings).Registry(document.RootElement);
        }
        catch (JsonException fault)
        {
            return (null, NotJson($"line {fault.LineNumber + 1}, byte {fault.BytePositionInLine + 1}: {fault.Message}"));
        }
        catch (InvalidOperationException)
        {
            // How JsonElement reports an escaped half of a surrogate pair.
            return (null, NotJson("a text in it is not valid Unicode."));
        }
    }

    private (Wire.Registry?, Refusal?) Registry(JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object)
            return (null, NotADump($"it holds {Kind(root)} instead of an object"));

        var lists = Wire.Registry.Descriptor.Fields.InDeclarationOrder().Where(field => field.IsRepeated).ToList();
        if (!lists.Any(field => Property(root, field).ValueKind == JsonValueKind.Array))
        {
            var known = string.Join(", ", lists.Select(field => field.JsonName).Order(StringComparer.Ordinal));
            return (null, NotADump($"none of the lists {known} is in it"));
        }

        var registry = (Wire.Registry?)Message(root, Wire.Registry.Descriptor, path: null);
        // The dump is of one project, which it names at the top instead of listing it.
        if (registry is { Projects.Count: 0 }
            && root.TryGetProperty("project", out var project)
            && project.ValueKind == JsonValueKind.String
            && project.GetString() is { Length: > 0 } name)
        {
            registry.Projects.Add(new Project { Spec = new() { Name = name } });
        }

        return refusal is null ? (registry, null) : (null, refusal);
    }

    private IMessage? Message(JsonElement element, MessageDescriptor type, FeastPath? path)
    {
        if (element.ValueKind != JsonValueKind.Object)
            return Refuse(path, $"an object belongs here, not {Kind(element)}");

        var message = type.Parser.ParseFrom(ByteString.Empty);
        foreach (var property in element.EnumerateObject())
        {
            if (property.Value.ValueKind == JsonValueKind.Null)
                continue;
            if (path is null && property is { Name: "project", Value.ValueKind: JsonValueKind.String })
                continue;
            if (Field(type, property.Name) is { } field)
                Set(message, field, property.Value, path);
            else
                findings.Unknown(type, property.Name, () => FeastPath.Join(FeastPath.InJson(path), property.Name));
            if (refusal is not null)
                return null;
        }

        return message;
    }

    private void Set(IMessage message, FieldDescriptor field, JsonElement element, FeastPath? path)
    {
        var many = element.ValueKind == JsonValueKind.Array;
        if (field.IsNotImported())
        {
            findings.NotImported(FeastPath.Join(FeastPath.Part(path), field.Name), many ? element.GetArrayLength() : 1);
        }
        else if (many && field is { Name: "infra" })
        {
            // The dump lists the objects themselves where the message wraps them.
            findings.NotImported("infra.infra_objects", element.GetArrayLength());
        }
        else if (field.IsMap)
        {
            SetMap(message, field, element, path);
        }
        else if (field.IsRepeated)
        {
            if (!many)
            {
                Refuse(new(path, field, 0), $"a list belongs here, not {Kind(element)}");
                return;
            }

            var list = (IList)field.Accessor.GetValue(message);
            foreach (var item in element.EnumerateArray())
            {
                if (Value(item, field, new(path, field, list.Count), EnumType(message, field)) is { } value)
                    list.Add(value);
                if (refusal is not null)
                    return;
            }
        }
        else if (Value(element, field, new(path, field, 0), EnumType(message, field)) is { } value)
        {
            field.Accessor.SetValue(message, value);
        }
    }

    private void SetMap(IMessage message, FieldDescriptor field, JsonElement element, FeastPath? path)
    {
        var here = new FeastPath(path, field, 0);
        if (element.ValueKind != JsonValueKind.Object)
        {
            Refuse(here, $"an object belongs here, not {Kind(element)}");
            return;
        }

        var map = (IDictionary)field.Accessor.GetValue(message);
        var entry = field.MessageType.FindFieldByNumber(2);
        foreach (var property in element.EnumerateObject())
        {
            if (Value(property.Value, entry, new(here, entry, 0), map.GetType().GenericTypeArguments[1]) is { } value)
                map[property.Name] = value;
            if (refusal is not null)
                return;
        }
    }

    private object? Value(JsonElement element, FieldDescriptor field, FeastPath path, Type? enumType)
    {
        var text = element.ValueKind == JsonValueKind.String ? element.GetString() : null;
        switch (field.FieldType)
        {
            case FieldType.Message when field.MessageType == Duration.Descriptor || field.MessageType == Timestamp.Descriptor:
                return text is not null && WellKnown(field.MessageType, element) is { } known
                    ? known
                    : Refuse(path, $"a {field.MessageType.Name.ToLowerInvariant()} belongs here, not {Kind(element)}");
            case FieldType.Message:
                return Message(element, field.MessageType, path);
            case FieldType.String:
                return (object?)text ?? Refuse(path, $"text belongs here, not {Kind(element)}");
            case FieldType.Bytes:
                return text is null ? Refuse(path, $"text belongs here, not {Kind(element)}") : Bytes(text);
            case FieldType.Bool:
                return element.ValueKind is JsonValueKind.True or JsonValueKind.False
                    ? element.GetBoolean()
                    : Refuse(path, $"true or false belongs here, not {Kind(element)}");
            case FieldType.Enum:
                return Enumerated(element, text, field.EnumType, path, enumType!);
            case FieldType.Float:
                return float.TryParse(text ?? element.GetRawText(), NumberStyles.Float, CultureInfo.InvariantCulture, out var real)
                    ? real
                    : Refuse(path, $"a number belongs here, not {Kind(element)}");
            default:
                return Whole(text, element) is { } whole
                    ? whole
                    : Refuse(path, $"a 32-bit whole number belongs here, not {Kind(element)}");
        }
    }

    private object? Enumerated(JsonElement element, string? text, EnumDescriptor type, FeastPath path, Type enumType)
    {
        if (text is not null && type.FindValueByName(text) is { } named)
            return System.Enum.ToObject(enumType, named.Number);
        if (Whole(text, element) is { } number)
            return System.Enum.ToObject(enumType, number);
        if (text is null)
            return Refuse(path, $"a name or number of {type.FullName} belongs here, not {Kind(element)}");

        findings.Unknown(path.Field.ContainingType, $"{path.Field.JsonName}={text}", () => FeastPath.InJson(path));
        return null;
    }

    private static int? Whole(string? text, JsonElement element) =>
        int.TryParse(text ?? element.GetRawText(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : null;

    private static IMessage? WellKnown(MessageDescriptor type, JsonElement element)
    {
        try
        {
            return JsonParser.Default.Parse(element.GetRawText(), type);
        }
        catch (InvalidProtocolBufferException)
        {
            return null;
        }
    }

    private static ByteString Bytes(string text)
    {
        var decoded = new byte[text.Length];
        return Convert.TryFromBase64String(text, decoded, out var length)
            ? ByteString.CopyFrom(decoded, 0, length)
            : ByteString.CopyFrom(text, Encoding.UTF8);
    }

    private static FieldDescriptor? Field(MessageDescriptor type, string name) =>
        type.Fields.InDeclarationOrder().FirstOrDefault(field => field.JsonName == name || field.Name == name);

    private static JsonElement Property(JsonElement root, FieldDescriptor field) =>
        root.TryGetProperty(field.JsonName, out var value) || root.TryGetProperty(field.Name, out value) ? value : default;

    private static Type? EnumType(IMessage message, FieldDescriptor field) =>
        field.FieldType == FieldType.Enum ? field.Accessor.GetValue(message).GetType() : null;

    private IMessage? Refuse(FeastPath? path, string fault)
    {
        refusal ??= NotADump($"at {FeastPath.InJson(path)} {fault}");
        return null;
    }

    private static string Kind(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "a list",
        JsonValueKind.String => "this text",
        JsonValueKind.Number => "this number",
        JsonValueKind.True or JsonValueKind.False => "true or false",
        _ => "null",
    };

    private static Refusal NotADump(string fault) =>
        new(RefusalKind.Malformed, "not-a-feast-registry", $"The JSON is not what `feast registry-dump` prints: {fault}.");

    private static Refusal NotJson(string fault) =>
        new(RefusalKind.Malformed, "not-a-feast-registry", $"The file begins like JSON and is not well-formed: {fault}");
}
