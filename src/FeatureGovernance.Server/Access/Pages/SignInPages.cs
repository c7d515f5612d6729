using FeatureGovernance.Server.Http;
using FeatureGovernance.Server.Pages;
using FeatureGovernance.Server.Storage;

namespace FeatureGovernance.Server.Access.Pages;

/// <summary>Where to go after signing in, what was wrong with the last try, and whether an identity provider is set.</summary>
public sealed record SignInModel(string ReturnUrl, string? Fault, bool HasProvider);

/// <summary>In and out of the pages.</summary>
internal static class SignInPages
{
    public static void MapSignInPages(this RouteGroupBuilder pages)
    {
        pages.MapGet("/sign-in", (string? returnUrl, IServiceProvider services) =>
            Rendered.As<SignInPage>(new SignInModel(SignIn.Local(returnUrl), null, HasProvider(services))));
        pages.MapPost("/sign-in", Post);
        pages.MapGet("/sign-in/{code}", Once);
        pages.MapGet("/sign-in/oidc", (string? returnUrl, IServiceProvider services) => HasProvider(services)
            ? Results.Challenge(new() { RedirectUri = SignIn.Local(returnUrl) }, [OidcSetup.Scheme])
            : (Refused)Problems.NotFound("identity provider", OidcSetup.Scheme));
        pages.MapPost("/sign-out", async (HttpContext context, WriteTransaction write, Callers callers, CancellationToken cancellation) =>
        {
            await OidcSession.EndAsync(context, write, callers, cancellation);
            SignIn.Forget(context);
            return Rendered.See(context, "/sign-in");
        });
    }

    private static bool HasProvider(IServiceProvider services) => services.GetService<OidcSettings>() is not null;

    private static async Task<IResult> Post(HttpContext context, Callers callers, CancellationToken cancellation)
    {
        var form = await context.Request.ReadFormAsync(cancellation);
        var secret = form["token"].ToString().Trim();
        var target = SignIn.Local(form["returnUrl"]);
        if (await callers.FindAsync(secret, cancellation) is null)
            return Rendered.As<SignInPage>(new SignInModel(target, "That token is unknown, expired or revoked.", HasProvider(context.RequestServices)), 401);
        SignIn.Keep(context, secret);
        return Rendered.See(context, target);
    }

    private static IResult Once(string code, HttpContext context, SignInLink link)
    {
        if (link.Take(code) is not { } secret)
            return Rendered.As<SignInPage>(new SignInModel("/", "That link has been used or is too old. Start the server again for a new one, or sign in with a token.", HasProvider(context.RequestServices)), 410);
        SignIn.Keep(context, secret);
        return Rendered.See(context, "/");
    }
}
