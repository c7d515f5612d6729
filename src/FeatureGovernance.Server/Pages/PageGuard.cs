using FeatureGovernance.Server.Http;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Diagnostics;

namespace FeatureGovernance.Server.Pages;

/// <summary>Marks an endpoint that answers a browser with HTML, its refusals included.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class PageAttribute : Attribute;

/// <summary>What every page needs around it: headers that keep foreign code out, forms that come from our own pages, and numbers as the
/// reader writes them.</summary>
internal sealed class PageGuard(RequestDelegate next, IAntiforgery antiforgery)
{
    private const string ContentSecurity =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
        + "form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

    public async Task InvokeAsync(HttpContext context)
    {
        if (!context.IsPage())
        {
            await next(context);
            return;
        }

        Protect(context.Response);
        ReaderNumbers.Follow(context.Request);
        if (HttpMethods.IsPost(context.Request.Method) && !await IsOursAsync(context))
        {
            await Problems.WriteAsync(context, 400, "form-expired",
                "The form is too old, or was not given to you as you are signed in now. Nothing was written. Go back, reload the page and send it again.");
            return;
        }

        await next(context);
    }

    public static void Protect(HttpResponse response)
    {
        response.Headers.ContentSecurityPolicy = ContentSecurity;
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers["Referrer-Policy"] = "same-origin";
        response.Headers["Cross-Origin-Opener-Policy"] = "same-origin";
        response.Headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()";
        response.Headers.CacheControl = "no-cache, no-store";
        response.Headers.Pragma = "no-cache";
    }

    private async Task<bool> IsOursAsync(HttpContext context)
    {
        try
        {
            return await antiforgery.IsRequestValidAsync(context);
        }
        catch (Exception exception) when (exception is AntiforgeryValidationException or InvalidDataException)
        {
            return false;
        }
    }
}

internal static class PageRequests
{
    public static bool IsPage(this HttpContext context) =>
        (context.GetEndpoint() ?? context.Features.Get<IExceptionHandlerFeature>()?.Endpoint)?.Metadata.GetMetadata<PageAttribute>() is not null;

    /// <summary>True where a person reads the answer: on a page, or on a path that is none.</summary>
    public static bool WantsPage(this HttpContext context) => context.IsPage()
        || (context.GetEndpoint() is null && HttpMethods.IsGet(context.Request.Method) && !context.Request.Path.StartsWithSegments("/api")
            && context.Request.Headers.Accept.ToString().Contains("text/html", StringComparison.Ordinal));
}
