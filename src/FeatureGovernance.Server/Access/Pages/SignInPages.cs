using FeatureGovernance.Server.Pages;

namespace FeatureGovernance.Server.Access.Pages;

/// <summary>Where to go after signing in, and what was wrong with the last try.</summary>
public sealed record SignInModel(string ReturnUrl, string? Fault);

/// <summary>In and out of the pages.</summary>
internal static class SignInPages
{
    public static void MapSignInPages(this RouteGroupBuilder pages)
    {
        pages.MapGet("/sign-in", (string? returnUrl) => Rendered.As<SignInPage>(new SignInModel(SignIn.Local(returnUrl), null)));
        pages.MapPost("/sign-in", Post);
        pages.MapGet("/sign-in/{code}", Once);
        pages.MapPost("/sign-out", (HttpContext context) =>
        {
            SignIn.Forget(context);
            return Rendered.See(context, "/sign-in");
        });
    }

    private static async Task<IResult> Post(HttpContext context, Callers callers, CancellationToken cancellation)
    {
        var form = await context.Request.ReadFormAsync(cancellation);
        var secret = form["token"].ToString().Trim();
        var target = SignIn.Local(form["returnUrl"]);
        if (await callers.FindAsync(secret, cancellation) is null)
            return Rendered.As<SignInPage>(new SignInModel(target, "That token is unknown, expired or revoked."), 401);
        SignIn.Keep(context, secret);
        return Rendered.See(context, target);
    }

    private static IResult Once(string code, HttpContext context, SignInLink link)
    {
        if (link.Take(code) is not { } secret)
            return Rendered.As<SignInPage>(new SignInModel("/", "That link has been used or is too old. Start the server again for a new one, or sign in with a token."), 410);
        SignIn.Keep(context, secret);
        return Rendered.See(context, "/");
    }
}
