using System.Collections.Immutable;
using System.Reflection;
using FeatureGovernance.Core;
using FeatureGovernance.Server.Pages;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Mvc;

namespace FeatureGovernance.Server.Http;

/// <summary>A refusal as an RFC 9457 problem, with every fault named.</summary>
internal sealed class Refused(Refusal refusal) : IResult, IEndpointMetadataProvider
{
    public Refusal Refusal => refusal;

    public static implicit operator Refused(Refusal refusal) => new(refusal);

    public static void PopulateMetadata(MethodInfo method, EndpointBuilder builder)
    {
        foreach (var status in (int[])[400, 403, 404, 409, 412, 422])
            builder.Metadata.Add(new ProducesResponseTypeMetadata(status, typeof(ProblemDetails), ["application/problem+json"]));
    }

    public Task ExecuteAsync(HttpContext context) => Problems.WriteAsync(context, refusal);
}

/// <summary>The one place where refusals become HTTP.</summary>
internal static class Problems
{
    public static int Status(RefusalKind kind) => kind switch
    {
        RefusalKind.Malformed => 400,
        RefusalKind.Forbidden => 403,
        RefusalKind.NotFound => 404,
        RefusalKind.Conflict => 409,
        RefusalKind.Stale => 412,
        RefusalKind.BrokenRule => 422,
        _ => throw new InvalidOperationException($"No status for {kind}."),
    };

    public static Task WriteAsync(HttpContext context, Refusal refusal) =>
        WriteAsync(context, Status(refusal.Kind), refusal.Code, refusal.Detail, refusal.Errors);

    public static Task WriteAsync(HttpContext context, int status, string code, string detail, ImmutableArray<FieldError> errors = default)
    {
        if (context.WantsPage())
            return Rendered.ProblemAsync(context, status, code, Title(status), detail, errors.IsDefault ? [] : errors);

        var problem = new ProblemDetails
        {
            Status = status,
            Type = $"urn:feature-governance:problem:{code}",
            Title = Title(status),
            Detail = detail,
            Instance = context.Request.Path,
        };
        problem.Extensions["code"] = code;
        problem.Extensions["requestId"] = context.TraceIdentifier;
        if (!errors.IsDefaultOrEmpty)
            problem.Extensions["errors"] = errors;

        context.Response.StatusCode = status;
        return context.Response.WriteAsJsonAsync(problem, Json.Options, "application/problem+json", context.RequestAborted);
    }

    public static Refusal Malformed(string field, string message, string? remedy = null) =>
        new(RefusalKind.Malformed, "malformed-request", $"{field}: {message}", [new(field, message, remedy)]);

    public static Refusal NotFound(string what, string name) =>
        new(RefusalKind.NotFound, $"unknown-{what}", $"There is no {what} '{Shorten(name)}'.");

    /// <summary>Input is echoed in messages, but never at any length.</summary>
    public static string Shorten(string text) => text.Length <= 80 ? text : text[..80] + "…";

    private static string Title(int status) => status switch
    {
        400 => "The request is malformed",
        401 => "Sign in first",
        403 => "Not allowed",
        404 => "Not found",
        405 => "No such verb here",
        406 => "No such form of the answer",
        409 => "In conflict with the present state",
        412 => "Changed since you read it",
        413 => "The body is too large",
        415 => "No such form of the body",
        422 => "A rule is broken",
        503 => "Not ready",
        _ => "The server failed",
    };
}
