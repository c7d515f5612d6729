using System.Security.Cryptography;
using FeatureGovernance.Server.Pages;
using Microsoft.AspNetCore.DataProtection;

namespace FeatureGovernance.Server.Access;

/// <summary>The browser's way in: a token, given once, kept in an encrypted cookie that no script can read.</summary>
internal static class SignIn
{
    private const string Cookie = "featgov";
    private const string Purpose = "featgov.sign-in";

    public static string? Secret(HttpContext context)
    {
        if (!context.Request.Cookies.TryGetValue(Cookie, out var value))
            return null;
        // Only plain reads and our own forms may lean on a cookie; the forms carry a token of their own.
        if (!HttpMethods.IsGet(context.Request.Method) && !context.Request.Path.StartsWithSegments("/hangfire") && !context.IsPage())
            return null;
        try
        {
            return Protector(context).Unprotect(value);
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    // Lax, so that a link in a notice opens the page that it names; a form of another site still comes without the cookie.
    public static void Keep(HttpContext context, string secret) => context.Response.Cookies.Append(Cookie, Protector(context).Protect(secret), new()
    {
        HttpOnly = true,
        SameSite = SameSiteMode.Lax,
        Secure = context.Request.IsHttps,
        IsEssential = true,
        MaxAge = TimeSpan.FromHours(12),
    });

    public static void Forget(HttpContext context) => context.Response.Cookies.Delete(Cookie);

    /// <summary>Only paths of this server: no open redirect.</summary>
    public static string Local(string? url) =>
        url is { Length: > 1 } && url[0] == '/' && url[1] is not ('/' or '\\') && !url.Any(char.IsControl) ? url : "/";

    private static IDataProtector Protector(HttpContext context) =>
        context.RequestServices.GetRequiredService<IDataProtectionProvider>().CreateProtector(Purpose);
}
