using Microsoft.IdentityModel.Protocols.OpenIdConnect;

namespace FeatureGovernance.Server.Access;

/// <summary>Sign-in by any standard provider: authorization code with PKCE. Only the sign-in is its; the session is ours.</summary>
internal static class OidcSetup
{
    public const string Scheme = "oidc";
    private const string CallbackPath = "/sign-in/oidc/callback";
    private const string Unused = "none";

    /// <summary>Answers where the provider sends people back to, where there is one.</summary>
    public static void UseOidc(this WebApplication app)
    {
        if (app.Services.GetService<OidcSettings>() is not null)
            app.UseAuthentication();
    }

    public static void AddOidc(this WebApplicationBuilder builder)
    {
        if (OidcSettings.Of(builder.Configuration) is not { } settings)
            return;
        builder.Services.AddSingleton(settings);
        // The handler wants a scheme to keep people in; ours is a token of our own, so this one stays empty.
        builder.Services.AddAuthentication(Unused).AddCookie(Unused).AddOpenIdConnect(Scheme, options =>
        {
            options.Authority = settings.Authority;
            options.ClientId = settings.ClientId;
            options.ClientSecret = settings.ClientSecret;
            options.RequireHttpsMetadata = !new Uri(settings.Authority).IsLoopback;
            options.ResponseType = OpenIdConnectResponseType.Code;
            // A redirect rather than a form of the provider's: cookies need not cross sites for it.
            options.ResponseMode = OpenIdConnectResponseMode.Query;
            options.UsePkce = true;
            options.MapInboundClaims = false;
            options.SaveTokens = false;
            options.CallbackPath = CallbackPath;
            options.Scope.Clear();
            foreach (var scope in (string[])["openid", "profile", "email"])
                options.Scope.Add(scope);
            foreach (var cookie in (CookieBuilder[])[options.CorrelationCookie, options.NonceCookie])
            {
                cookie.SameSite = SameSiteMode.Lax;
                cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
            }

            options.Events.OnTokenValidated = OidcSession.BeginAsync;
            options.Events.OnRemoteFailure = OidcSession.FailAsync;
        });
    }
}
