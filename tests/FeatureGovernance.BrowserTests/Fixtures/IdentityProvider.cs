using System.Collections.Concurrent;
using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace FeatureGovernance.BrowserTests.Fixtures;

/// <summary>A small OpenID provider on the loopback address: discovery, keys, authorization code with PKCE, signed tokens.</summary>
public sealed class IdentityProvider : IAsyncDisposable
{
    public const string ClientId = "governance";
    public const string ClientSecret = "between-us-two";

    private readonly RsaSecurityKey key = new(RSA.Create(2048)) { KeyId = "k1" };
    private readonly ConcurrentDictionary<string, (string Challenge, string Redirect, string? Nonce)> codes = new(StringComparer.Ordinal);
    private WebApplication? app;

    public string Authority { get; private set; } = "";

    /// <summary>Who sits at the provider; its claims are in the next token.</summary>
    public (string Email, bool IsVerified) Person { get; set; }

    /// <summary>True where the next token names another audience.</summary>
    public bool Misaddresses { get; set; }

    public async Task StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        app = builder.Build();
        app.MapGet("/.well-known/openid-configuration", () => Results.Json(new
        {
            issuer = Authority, authorization_endpoint = $"{Authority}/authorize", token_endpoint = $"{Authority}/token", jwks_uri = $"{Authority}/keys",
            response_types_supported = (string[])["code"], subject_types_supported = (string[])["public"],
            id_token_signing_alg_values_supported = (string[])["RS256"],
            code_challenge_methods_supported = (string[])["S256"],
        }));
        app.MapGet("/keys", () =>
        {
            var parameters = key.Rsa.ExportParameters(false);
            return Results.Json(new
            {
                keys = new[] { new { kty = "RSA", use = "sig", alg = "RS256", kid = key.KeyId, n = Base64UrlEncoder.Encode(parameters.Modulus), e = Base64UrlEncoder.Encode(parameters.Exponent) } },
            });
        });
        app.MapGet("/authorize", Authorize);
        // As a delegate: as a RequestDelegate its result would be dropped.
        app.MapPost("/token", (Delegate)TokenAsync);
        await app.StartAsync();
        Authority = app.Urls.Single();
    }

    public async ValueTask DisposeAsync()
    {
        if (app is not null)
            await app.DisposeAsync();
        key.Rsa.Dispose();
    }

    private IResult Authorize(HttpContext context)
    {
        var query = context.Request.Query;
        if (query["client_id"] != ClientId || query["response_type"] != "code" || query["code_challenge_method"] != "S256")
            return Results.BadRequest("Not a code flow with PKCE.");
        var code = Base64UrlEncoder.Encode(RandomNumberGenerator.GetBytes(16));
        codes[code] = (query["code_challenge"].ToString(), query["redirect_uri"].ToString(), query["nonce"]);
        return Results.Redirect(QueryHelpers.AddQueryString(query["redirect_uri"].ToString(),
            new Dictionary<string, string?> { ["code"] = code, ["state"] = query["state"] }));
    }

    private async Task<IResult> TokenAsync(HttpContext context)
    {
        var form = await context.Request.ReadFormAsync();
        if (!codes.TryRemove(form["code"].ToString(), out var asked) || form["client_secret"] != ClientSecret || form["redirect_uri"] != asked.Redirect
            || Base64UrlEncoder.Encode(SHA256.HashData(Encoding.ASCII.GetBytes(form["code_verifier"].ToString()))) != asked.Challenge)
            return Results.Json(new { error = "invalid_grant" }, statusCode: 400);
        var now = TimeProvider.System.GetUtcNow().UtcDateTime;
        var token = new JsonWebTokenHandler().CreateToken(new SecurityTokenDescriptor
        {
            Issuer = Authority, Audience = Misaddresses ? "somebody-else" : ClientId, IssuedAt = now, NotBefore = now, Expires = now.AddMinutes(5),
            Subject = new([new Claim("sub", "1"), new("email", Person.Email),
                new("email_verified", Person.IsVerified ? "true" : "false", ClaimValueTypes.Boolean), new("nonce", asked.Nonce ?? "")]),
            SigningCredentials = new(key, SecurityAlgorithms.RsaSha256),
        });
        return Results.Json(new { id_token = token, access_token = "opaque", token_type = "Bearer", expires_in = 300 });
    }
}
