using FeatureGovernance.Server.Access.Pages;
using FeatureGovernance.Server.Audit;
using FeatureGovernance.Server.Http;
using FeatureGovernance.Server.Pages;
using FeatureGovernance.Server.Storage;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.EntityFrameworkCore;

namespace FeatureGovernance.Server.Access;

/// <summary>What follows a sign-in at the provider: a token for twelve hours, known to the audit trail, in the cookie that every page reads.</summary>
internal static class OidcSession
{
    /// <summary>The names of sessions' tokens begin with it.</summary>
    public const string Prefix = "sign-in of ";

    private static readonly TimeSpan Length = TimeSpan.FromHours(12);

    // For as long a session that has ended can still be looked up by the number that the audit trail names.
    private static readonly TimeSpan Kept = TimeSpan.FromDays(30);

    public static async Task BeginAsync(TokenValidatedContext context)
    {
        var http = context.HttpContext;
        var settings = http.RequestServices.GetRequiredService<OidcSettings>();
        var write = http.RequestServices.GetRequiredService<WriteTransaction>();
        var handles = settings.Handles(context.Principal!);
        context.HandleResponse();
        var people = await write.Db.People.Where(person => handles.Contains(person.Handle)).ToListAsync(http.RequestAborted);
        var person = people.MinBy(one => handles.ToList().IndexOf(one.Handle));
        if (person is null)
        {
            await RefuseAsync(http, handles.Count > 0 ? handles[0] : null, settings.PersonClaim);
            return;
        }

        var leads = await write.Db.Database.SqlQuery<bool>($"select exists (select from registry.team_member where person_id = {person.Id} and is_lead) as \"Value\"").SingleAsync(http.RequestAborted);
        var role = settings.Admins.Contains(person.Handle) ? Role.Admin : settings.Planners.Contains(person.Handle) ? Role.Planner : leads ? Role.Lead : Role.Engineer;
        var secret = Token.NewSecret();
        await write.BeginAsync(http.RequestAborted);
        var token = new Token
        {
            Name = Prefix + person.Handle, Role = role, PersonId = person.Id, Hash = Token.HashOf(secret), CreatedAt = write.Now,
            ExpiresAt = write.Now + Length,
        };
        write.Db.Add(token);
        await write.Db.SaveChangesAsync(http.RequestAborted);
        write.Origin = write.Origin with { Actor = person.Handle };
        write.Record(new("token.created", "token", token.Id, token.Name, null, null, "Signed in by the identity provider"));
        var past = write.Now - Kept;
        var forgotten = await write.Db.Tokens.Where(one => one.Name.StartsWith(Prefix) && one.ExpiresAt < past).ExecuteDeleteAsync(http.RequestAborted);
        if (forgotten > 0)
            write.Record(NewEvent.Of<object>("token.forgotten", "token", token.Id, token.Name, null, new { Sessions = forgotten },
                $"Sessions that ended {Kept.Days} days ago"));
        await write.CommitAsync(http.RequestAborted);
        SignIn.Keep(http, secret);
        PageGuard.Protect(http.Response);
        http.Response.Redirect(SignIn.Local(context.Properties?.RedirectUri));
    }

    /// <summary>Ends the session that a provider began; a token that was typed in stays what it is.</summary>
    public static async Task EndAsync(HttpContext context, WriteTransaction write, Callers callers, CancellationToken cancellation)
    {
        if (SignIn.Secret(context) is not { } secret)
            return;
        var hash = Token.HashOf(secret);
        await write.BeginAsync(cancellation);
        var token = await write.Db.Tokens.SingleOrDefaultAsync(one => one.Hash == hash && one.RevokedAt == null && one.Name.StartsWith(Prefix), cancellation);
        if (token is null)
            return;
        token.RevokedAt = write.Now;
        write.Origin = write.Origin with { Actor = context.Caller().Actor };
        write.Record(new("token.revoked", "token", token.Id, token.Name, null, null, "Signed out"));
        await write.CommitAsync(cancellation);
        callers.Forget();
    }

    public static async Task FailAsync(RemoteFailureContext context)
    {
        context.HandleResponse();
        context.HttpContext.RequestServices.GetRequiredService<ILogger<OidcSettings>>()
            .LogWarning("A sign-in at the provider failed: {Reason}", context.Failure?.Message);
        PageGuard.Protect(context.Response);
        await Rendered.As<SignInPage>(new SignInModel("/", "The sign-in at the provider was not completed. Try again; if it keeps failing, tell an administrator.", true), 401).ExecuteAsync(context.HttpContext);
    }

    private static async Task RefuseAsync(HttpContext http, string? name, string claim)
    {
        PageGuard.Protect(http.Response);
        await Rendered.As<UnknownPersonPage>(new UnknownPersonModel(name is null ? null : Problems.Shorten(FieldFaults.Printable(name)), claim), 403)
            .ExecuteAsync(http);
    }
}
