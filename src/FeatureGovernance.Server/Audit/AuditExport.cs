using System.Buffers;
using System.Data;
using System.Reflection;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http.Metadata;
using Npgsql;

namespace FeatureGovernance.Server.Audit;

/// <summary>
/// The trail as newline-delimited JSON, oldest first, written as it is read: memory does not grow with its length. Each line holds what
/// the hash is made of, so that a copy can be verified by itself. A failure on the way cuts the connection; no line is ever half-true.
/// </summary>
internal sealed class AuditExport(NpgsqlDataSource source, AuditFilter filter) : IResult, IEndpointMetadataProvider
{
    public const string MediaType = "application/x-ndjson";

    private const int FlushAt = 64 << 10;
    private static readonly string[] Names = ["sequence", "at", "actor", "action", "subjectKind", "subjectId", "subject", "reason",
        "requestId", "address"];
    private static readonly JsonWriterOptions Compact = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    public static bool IsWanted(HttpRequest request) =>
        request.GetTypedHeaders().Accept.Any(form => form.MediaType.Equals(MediaType, StringComparison.OrdinalIgnoreCase));

    public static void PopulateMetadata(MethodInfo method, EndpointBuilder builder) =>
        builder.Metadata.Add(new ProducesResponseTypeMetadata(200, typeof(string), [MediaType]));

    public async Task ExecuteAsync(HttpContext context)
    {
        var cancellation = context.RequestAborted;
        await using var connection = await source.OpenConnectionAsync(cancellation);
        await using var command = filter.Command(connection);
        await using var reader = await command.ExecuteReaderAsync(CommandBehavior.SequentialAccess, cancellation);
        context.Response.ContentType = MediaType;
        var body = context.Response.BodyWriter;
        await using var json = new Utf8JsonWriter(body, Compact);
        while (await reader.ReadAsync(cancellation))
        {
            Write(json, reader);
            json.Flush();
            json.Reset();
            body.Write("\n"u8);
            if (body.UnflushedBytes >= FlushAt)
                await body.FlushAsync(cancellation);
        }

        await body.FlushAsync(cancellation);
    }

    private static void Write(Utf8JsonWriter json, NpgsqlDataReader reader)
    {
        json.WriteStartObject();
        json.WriteNumber(Names[0], reader.GetInt64(0));
        json.WriteString(Names[1], reader.GetFieldValue<DateTimeOffset>(1));
        for (var i = 2; i < Names.Length; i++)
        {
            if (i == 5)
                json.WriteNumber(Names[i], reader.GetInt32(i));
            else if (!reader.IsDBNull(i))
                json.WriteString(Names[i], reader.GetString(i));
        }

        Document(json, "before", reader, 10);
        Document(json, "after", reader, 11);
        json.WriteString("hash", Convert.ToHexStringLower(reader.GetFieldValue<byte[]>(12)));
        json.WriteEndObject();
    }

    private static void Document(Utf8JsonWriter json, string name, NpgsqlDataReader reader, int ordinal)
    {
        if (reader.IsDBNull(ordinal))
            return;
        json.WritePropertyName(name);
        var text = reader.GetString(ordinal);
        // What the service writes has no line breaks; what somebody put there by hand might.
        if (text.AsSpan().ContainsAny('\n', '\r'))
            text = JsonSerializer.Serialize(JsonDocument.Parse(text).RootElement);
        json.WriteRawValue(Encoding.UTF8.GetBytes(text), skipInputValidation: true);
    }
}
