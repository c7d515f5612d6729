using FeatureGovernance.Server.Http;
using Microsoft.AspNetCore.DataProtection;

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
        context.Response.Headers.WWWAuthenticate = "Bearer";
        return Problems.WriteAsync(context, 401, "not-signed-in", detail);
    }

    private static string? Bearer(HttpContext context)
    {
        var header = context.Request.Headers.Authorization.ToString();
        return header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) ? header[7..].Trim() : header.Length > 0 ? "" : null;
    }
}

/// <summary>The browser's way in: a form that takes a token once and keeps it in an encrypted, script-proof cookie.</summary>
internal static class SignIn
{
    private const string Cookie = "featgov";
    private const string Purpose = "featgov.sign-in";

    public static string? Secret(HttpContext context)
    {
        if (!context.Request.Cookies.TryGetValue(Cookie, out var value))
            return null;
        // A cookie rides along on cross-site posts; only plain reads and our own pages may lean on it.
        if (!HttpMethods.IsGet(context.Request.Method) && !context.Request.Path.StartsWithSegments("/hangfire"))
            return null;
        try
        {
            return context.RequestServices.GetRequiredService<IDataProtectionProvider>().CreateProtector(Purpose).Unprotect(value);
        }
        catch (System.Security.Cryptography.CryptographicException)
        {
            return null;
        }
    }

    public static void MapSignIn(this IEndpointRouteBuilder app)
    {
        app.MapGet("/sign-in", (string? returnUrl) => Results.Content(Page(Local(returnUrl), null), "text/html")).ExcludeFromDescription();
        app.MapPost("/sign-in", async (HttpContext context, Callers callers, IDataProtectionProvider protection) =>
        {
            var form = await context.Request.ReadFormAsync(context.RequestAborted);
            var secret = form["token"].ToString().Trim();
            var target = Local(form["returnUrl"]);
            if (await callers.FindAsync(secret, context.RequestAborted) is null)
                return Results.Content(Page(target, "That token is unknown, expired or revoked."), "text/html", statusCode: 401);
            context.Response.Cookies.Append(Cookie, protection.CreateProtector(Purpose).Protect(secret), new()
            {
                HttpOnly = true,
                SameSite = SameSiteMode.Strict,
                Secure = context.Request.IsHttps,
                MaxAge = TimeSpan.FromHours(12),
            });
            return Results.LocalRedirect(target);
        }).DisableAntiforgery().ExcludeFromDescription();
    }

    // Only paths of this server: no open redirect.
    private static string Local(string? url) =>
        url is { Length: > 1 } && url[0] == '/' && url[1] is not ('/' or '\\') && !url.Any(char.IsControl) ? url : "/docs";

    private static string Page(string target, string? fault) => $"""
        <!doctype html>
        <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Sign in · FeatureGovernance</title></head>
        <body><main><h1>FeatureGovernance</h1>{(fault is null ? "" : $"<p role=\"alert\">{fault}</p>")}
        <form method="post" action="/sign-in"><input type="hidden" name="returnUrl" value="{System.Net.WebUtility.HtmlEncode(target)}">
        <p><label>Token <input name="token" type="password" autocomplete="current-password" required autofocus></label></p>
        <p><button>Sign in</button></p></form></main></body></html>
        """;
}
