using FeatureGovernance.Server.Http;
using FeatureGovernance.Server.Pages;

namespace FeatureGovernance.Server.Access;

/// <summary>What an endpoint demands of its caller; every endpoint under <c>/api</c> carries one.</summary>
internal sealed record Needs(Permission Permission);

internal static class NeedsExtensions
{
    /// <summary>The caller's role must hold the permission; where it reaches only own teams, the handler asks <see cref="Caller.Refuses"/>.</summary>
    public static TBuilder Needs<TBuilder>(this TBuilder builder, Permission permission)
        where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(new Needs(permission));

    /// <summary>Marks the endpoint as writing: one transaction, audited, idempotent.</summary>
    public static TBuilder Mutates<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(new MutatesAttribute());
}

/// <summary>Signs callers in by bearer token or by the cookie of the sign-in page, and holds endpoints to what they need.</summary>
internal sealed class Guard(RequestDelegate next, Callers callers)
{
    public async Task InvokeAsync(HttpContext context)
    {
        var secret = Bearer(context) ?? SignIn.Secret(context);
        if (secret is not null && await callers.FindAsync(secret, context.RequestAborted) is { } caller)
            context.SetCaller(caller);
        else if (secret is not null && context.Request.Headers.Authorization.Count > 0)
        {
            await RefuseAsync(context, "The token is unknown, expired or revoked.");
            return;
        }

        if (context.GetEndpoint()?.Metadata.GetMetadata<Needs>() is { } needs)
        {
            if (context.Caller() == Caller.Nobody)
            {
                await RefuseAsync(context, "Send Authorization: Bearer <token>.");
                return;
            }

            if (Permissions.Of(context.Caller().Role, needs.Permission) == Reach.None)
            {
                await Problems.WriteAsync(context, 403, "not-allowed",
                    $"The role '{context.Caller().Role.ToString().ToLowerInvariant()}' lacks the permission {needs.Permission}.");
                return;
            }
        }

        await next(context);
    }

    private static Task RefuseAsync(HttpContext context, string detail)
    {
        if (context.IsPage())
        {
            var back = HttpMethods.IsGet(context.Request.Method) ? context.Request.Path + context.Request.QueryString : "/";
            context.Response.Redirect($"/sign-in?returnUrl={Uri.EscapeDataString(back)}");
            return Task.CompletedTask;
        }

        context.Response.Headers.WWWAuthenticate = "Bearer";
        return Problems.WriteAsync(context, 401, "not-signed-in", detail);
    }

    private static string? Bearer(HttpContext context)
    {
        var header = context.Request.Headers.Authorization.ToString();
        return header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) ? header[7..].Trim() : header.Length > 0 ? "" : null;
    }
}
