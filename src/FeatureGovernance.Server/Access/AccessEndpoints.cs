using FeatureGovernance.Contracts;
using FeatureGovernance.Contracts.Access;
using FeatureGovernance.Core;
using FeatureGovernance.Server.Audit;
using FeatureGovernance.Server.Http;
using FeatureGovernance.Server.Storage;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace FeatureGovernance.Server.Access;

internal static class AccessEndpoints
{
    public static void AddAccess(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<Callers>();
        builder.Services.AddDataProtection().SetApplicationName("FeatureGovernance");
        builder.Services.AddOptions<KeyManagementOptions>()
            .Configure<NpgsqlDataSource>((options, source) => options.XmlRepository = new KeysInDatabase(source));
        builder.AddOidc();
    }

    public static void MapAccess(this RouteGroupBuilder api)
    {
        var access = api.MapGroup("").WithTags("Access");
        access.MapGet("/me", Me).Needs(Permission.CheckAdoption).WithSummary("Who am I?");
        access.MapGet("/tokens", List).Needs(Permission.ManageTokens).WithSummary("List tokens, without their secrets and without sessions that have ended");
        access.MapPost("/tokens", Create).Needs(Permission.ManageTokens).Mutates().WithSummary("Create a token; its secret is shown this once");
        access.MapDelete("/tokens/{id:int}", Revoke).Needs(Permission.ManageTokens).Mutates().WithSummary("Revoke a token");
    }

    private static async Task<Ok<CallerView>> Me(HttpContext context, GovernanceDb db, CancellationToken cancellation)
    {
        var caller = context.Caller();
        var names = await db.Teams.Where(team => caller.MemberOf.Contains(team.Id)).ToDictionaryAsync(team => team.Id, team => team.Slug, cancellation);
        return TypedResults.Ok(new CallerView(caller.Actor, Words<Role>.Text(caller.Role), [.. caller.LeadOf.Select(id => names[id]).Order()],
            [.. names.Values.Order()]));
    }

    public static async Task<Results<Ok<Page<TokenView>>, Refused>> List(
        GovernanceDb db, TimeProvider clock, int? limit, string? cursor, CancellationToken cancellation)
    {
        var faults = new FieldFaults();
        var size = Limits.Page(limit, faults);
        var after = Cursor.Decode(cursor, "id", faults);
        if (faults.Refusal is { } refusal)
            return (Refused)refusal;

        var (from, now) = (after?.Id ?? 0, clock.GetUtcNow());
        // A session of somebody who has left it is nothing that an administrator could still decide on.
        var tokens = await db.Tokens.AsNoTracking().Include(token => token.Person)
            .Where(token => token.Id > from && !(token.Name.StartsWith(OidcSession.Prefix) && (token.RevokedAt != null || token.ExpiresAt < now)))
            .OrderBy(token => token.Id)
            .Take(size + 1).ToListAsync(cancellation);
        var page = tokens.Take(size).Select(View).ToList();
        return TypedResults.Ok(new Page<TokenView>(page, tokens.Count > size ? new Cursor("id", null, page[^1].Id).Encode() : null));
    }

    public static async Task<Results<Created<NewToken>, Refused>> Create(TokenRequest body, WriteTransaction write, CancellationToken cancellation)
    {
        var faults = new FieldFaults();
        faults.Text("name", body.Name, 128, required: true);
        faults.Slug("person", body.Person, required: false);
        var role = faults.Word<Role>("role", body.Role);
        faults.Check(body.Role is not null, "role", "The field is required.", $"Use one of: {Words<Role>.All}.");
        faults.Check(role is not (Role.Engineer or Role.Lead) || body.Person is not null, "person", "Engineers and leads act for the teams of a person.",
            "Name the person's handle.");
        faults.Check(body.ExpiresAt is null || body.ExpiresAt > write.Now, "expiresAt", "The instant has passed.", "Give a later one, or none.");
        if (faults.Refusal is { } refusal)
            return (Refused)refusal;

        var person = body.Person is null ? null : await write.Db.People.SingleOrDefaultAsync(person => person.Handle == body.Person, cancellation);
        if (body.Person is not null && person is null)
            return (Refused)Problems.Malformed("person", $"No team has a lead or member '{body.Person}'.", "Add the person to a team first.");

        var secret = Token.NewSecret();
        var token = new Token
        {
            Name = body.Name!, Role = role!.Value, PersonId = person?.Id, Person = person,
            Hash = Token.HashOf(secret), CreatedAt = write.Now, ExpiresAt = body.ExpiresAt?.ToUniversalTime(),
        };
        write.Db.Add(token);
        await write.Db.SaveChangesAsync(cancellation);
        write.Record(NewEvent.Of<TokenView>("token.created", "token", token.Id, token.Name, null, View(token)));
        return TypedResults.Created($"/api/v1/tokens/{token.Id}", new NewToken(
            token.Id, token.Name, Words<Role>.Text(token.Role), person?.Handle, token.CreatedAt, token.ExpiresAt, null, secret));
    }

    public static async Task<Results<NoContent, Refused>> Revoke(int id, WriteTransaction write, Callers callers, CancellationToken cancellation)
    {
        var token = await write.Db.Tokens.Include(token => token.Person).SingleOrDefaultAsync(token => token.Id == id, cancellation);
        if (token is null)
            return (Refused)Problems.NotFound("token", id.ToString());
        if (token.RevokedAt is null)
        {
            var before = View(token);
            token.RevokedAt = write.Now;
            write.Record(NewEvent.Of("token.revoked", "token", token.Id, token.Name, before, View(token)));
            write.AfterCommit(callers.Forget);
        }

        return TypedResults.NoContent();
    }

    private static TokenView View(Token token) =>
        new(token.Id, token.Name, Words<Role>.Text(token.Role), token.Person?.Handle, token.CreatedAt, token.ExpiresAt, token.RevokedAt);
}
