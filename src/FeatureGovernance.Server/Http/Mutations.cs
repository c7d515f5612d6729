using FeatureGovernance.Core;
using FeatureGovernance.Server.Access;
using FeatureGovernance.Server.Storage;
using Npgsql;
using NpgsqlTypes;

namespace FeatureGovernance.Server.Http;

/// <summary>Marks an endpoint that writes.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class MutatesAttribute : Attribute;

/// <summary>
/// Gives each writing request one transaction: committed with its audit events and its idempotency record where the answer is a success,
/// rolled back otherwise. The answer leaves only after the commit, so nobody hears of a write that did not happen.
/// </summary>
internal sealed class Mutations(RequestDelegate next)
{
    private const string Header = "Idempotency-Key";

    public async Task InvokeAsync(HttpContext context)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<MutatesAttribute>() is null)
        {
            await next(context);
            return;
        }

        var key = context.Request.Headers[Header].ToString();
        if (key.Length > 0 && !IsKey(key))
        {
            await Problems.WriteAsync(context,
                Problems.Malformed(Header, "The key is not 1 to 200 visible ASCII characters.", "Send a fresh UUID per intended write."));
            return;
        }

        var cancellation = context.RequestAborted;
        var write = context.RequestServices.GetRequiredService<WriteTransaction>();
        write.Origin = new(context.Caller().Actor, context.TraceIdentifier, Address(context));
        await using var body = key.Length > 0 ? new FingerprintedBody(context.Request) : null;
        await write.BeginAsync(cancellation);
        if (body is not null && await ReplayAsync(context, write, key, body, cancellation))
            return;

        var outward = context.Response.Body;
        using var answer = new MemoryStream();
        context.Response.Body = answer;
        try
        {
            await next(context);
            if (context.Response.StatusCode < 400)
                await write.CommitAsync(cancellation, body is null ? null : () => RememberAsync(context, write, key, body, answer, cancellation));
            else
                await write.RollbackAsync();
        }
        finally
        {
            context.Response.Body = outward;
        }

        if (write.CommittedSequence > 0)
            context.Response.Headers["Registry-Version"] = write.CommittedSequence.ToString();
        context.Response.ContentLength = context.Response.StatusCode is 204 or 304 ? null : answer.Length;
        // Even to write nothing is too much for an answer that has no body.
        if (answer.Length > 0)
            await outward.WriteAsync(answer.GetBuffer().AsMemory(0, (int)answer.Length), cancellation);
    }

    // An IPv4 caller of a dual-stack socket is noted as the one that he is.
    private static string? Address(HttpContext context) =>
        context.Connection.RemoteIpAddress is { } address ? (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).ToString() : null;

    private static bool IsKey(string key) => key.Length <= 200 && key.All(character => character is > ' ' and <= '~');

    // The insert waits for a request with the same key that is under way, and then finds its answer.
    private static async Task<bool> ReplayAsync(HttpContext context, WriteTransaction write, string key, FingerprintedBody body, CancellationToken cancellation)
    {
        await using (var claim = new NpgsqlCommand(
            "insert into access.idempotency (actor, key, fingerprint, at) values ($1, $2, '', $3) on conflict (actor, key) do nothing", write.Connection,
            write.Transaction))
        {
            claim.Parameters.Add(new() { Value = write.Origin.Actor });
            claim.Parameters.Add(new() { Value = key });
            claim.Parameters.Add(new() { Value = write.Now });
            if (await claim.ExecuteNonQueryAsync(cancellation) == 1)
                return false;
        }

        var fingerprint = await body.FingerprintAsync(cancellation);
        await using var find = new NpgsqlCommand(
            "select fingerprint, status, content_type, etag, location, body from access.idempotency where actor = $1 and key = $2", write.Connection,
            write.Transaction);
        find.Parameters.Add(new() { Value = write.Origin.Actor });
        find.Parameters.Add(new() { Value = key });
        await using var reader = await find.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        if (!reader.GetFieldValue<byte[]>(0).AsSpan().SequenceEqual(fingerprint))
        {
            await Problems.WriteAsync(context, new Refusal(RefusalKind.BrokenRule, "idempotency-key-reused",
                "This Idempotency-Key was used for another request; use a fresh one for each intended write."));
            return true;
        }

        context.Response.StatusCode = reader.GetInt16(1);
        context.Response.ContentType = reader.IsDBNull(2) ? null : reader.GetString(2);
        if (!reader.IsDBNull(3))
            context.Response.Headers.ETag = reader.GetString(3);
        if (!reader.IsDBNull(4))
            context.Response.Headers.Location = reader.GetString(4);
        context.Response.Headers["Idempotency-Replayed"] = "true";
        await context.Response.Body.WriteAsync(reader.GetFieldValue<byte[]>(5), cancellation);
        return true;
    }

    private static async Task RememberAsync(
        HttpContext context, WriteTransaction write, string key, FingerprintedBody body, MemoryStream answer, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            "update access.idempotency set status = $3, content_type = $4, etag = $5, location = $6, body = $7, fingerprint = $8 where actor = $1 and key = $2",
            write.Connection, write.Transaction);
        command.Parameters.Add(new() { Value = write.Origin.Actor });
        command.Parameters.Add(new() { Value = key });
        command.Parameters.Add(new() { Value = (short)context.Response.StatusCode });
        command.Parameters.Add(Text(context.Response.ContentType));
        command.Parameters.Add(Text(context.Response.Headers.ETag));
        command.Parameters.Add(Text(context.Response.Headers.Location));
        command.Parameters.Add(new() { Value = answer.ToArray() });
        command.Parameters.Add(new() { Value = await body.FingerprintAsync(cancellation) });
        await command.ExecuteNonQueryAsync(cancellation);
    }

    private static NpgsqlParameter Text(string? value) => new() { Value = (object?)value ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text };
}
