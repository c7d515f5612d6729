using System.Text.Json;
using FeatureGovernance.Core;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace FeatureGovernance.Server.Http;

/// <summary>What a client can cause becomes a precise problem; anything else is a bug: logged, and answered without detail.</summary>
internal sealed class ExceptionProblems(ILogger<ExceptionProblems> log) : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext context, Exception exception, CancellationToken cancellation)
    {
        if (context.RequestAborted.IsCancellationRequested)
            return true;

        switch (exception)
        {
            case RefusedException refused:
                await Problems.WriteAsync(context, refused.Refusal);
                return true;
            case BadHttpRequestException { InnerException: JsonException json }:
                await Problems.WriteAsync(context, JsonFaults.Refuse(json));
                return true;
            case JsonException json:
                await Problems.WriteAsync(context, JsonFaults.Refuse(json));
                return true;
            case BadHttpRequestException { StatusCode: 413 }:
                await Problems.WriteAsync(context, 413, "body-too-large", "The body is larger than this endpoint takes; send it in parts.");
                return true;
            case BadHttpRequestException { StatusCode: 415 }:
                await Problems.WriteAsync(context, 415, "unsupported-body", "Send Content-Type: application/json.");
                return true;
            case BadHttpRequestException bad:
                await Problems.WriteAsync(context, 400, "malformed-request", PlainMessage(bad));
                return true;
            case DbUpdateConcurrencyException:
                await Problems.WriteAsync(context,
                    new Refusal(RefusalKind.Stale, "stale-version", "Somebody changed this meanwhile; read it again and repeat."));
                return true;
            case DbUpdateException { InnerException: PostgresException postgres } when Refusal(postgres) is { } refusal:
                await Problems.WriteAsync(context, refusal);
                return true;
            case PostgresException postgres when Refusal(postgres) is { } refusal:
                await Problems.WriteAsync(context, refusal);
                return true;
            case NpgsqlException { IsTransient: true } or DbUpdateException { InnerException: NpgsqlException { IsTransient: true } }:
                log.LogWarning(exception, "The database did not answer");
                context.Response.Headers.RetryAfter = "1";
                await Problems.WriteAsync(context, 503, "database-unavailable", "The database did not answer; nothing was written. Try again.");
                return true;
            default:
                log.LogError(exception, "Unhandled failure of {Method} {Path}", context.Request.Method, context.Request.Path);
                await Problems.WriteAsync(context, 500, "internal-error", "The server failed; nothing was written. The request id finds the log entry.");
                return true;
        }
    }

    private static Refusal? Refusal(PostgresException exception) => exception.SqlState switch
    {
        PostgresErrorCodes.UniqueViolation =>
            new(RefusalKind.Conflict, "already-exists", "The name is taken, perhaps this moment by another request; read it and decide again."),
        PostgresErrorCodes.ForeignKeyViolation =>
            new(RefusalKind.Conflict, "still-referenced", "Something named in the request was removed, or is still in use."),
        PostgresErrorCodes.UntranslatableCharacter or PostgresErrorCodes.CharacterNotInRepertoire =>
            new(RefusalKind.Malformed, "malformed-request", "Texts may not contain the NUL character."),
        _ => null,
    };

    // The framework's own messages for a missing body or parameter are fit to show, but for type names.
    private static string PlainMessage(BadHttpRequestException exception) =>
        exception.Message.StartsWith("Implicit body", StringComparison.Ordinal)
        || exception.Message.Contains("no body was provided", StringComparison.Ordinal)
            ? "The request has no body; send a JSON object."
            : exception.Message.Contains('"', StringComparison.Ordinal)
                ? "A parameter has the wrong form: " + exception.Message[exception.Message.IndexOf('"', StringComparison.Ordinal)..]
                : "The request could not be read.";
}

/// <summary>Carries a refusal out of a place that cannot return one, such as a stream reader or a binder.</summary>
internal sealed class RefusedException(Refusal refusal) : Exception(refusal.Detail)
{
    public Refusal Refusal { get; } = refusal;
}
