using System.CommandLine;
using FeatureGovernance.Cli.Running;
using FeatureGovernance.Contracts.Access;

namespace FeatureGovernance.Cli.Access;

/// <summary><c>featgov token</c>.</summary>
internal static class TokenCommand
{
    public static Command Create(Surroundings surroundings) => new("token", "Create, list and revoke tokens.")
    {
        CreateToken(surroundings), List(surroundings), Revoke(surroundings),
    };

    private static Command CreateToken(Surroundings surroundings)
    {
        var name = new Argument<string>("NAME") { Description = "What the token is for." };
        var role = new Option<string>("--role") { Description = "viewer, engineer, lead, planner, ci, ingest or admin.", Required = true };
        var person = new Option<string?>("--person") { Description = "The handle of who acts with it; engineers and leads need one." };
        var days = new Option<int?>("--days") { Description = "How long it works; without it, for good." };
        return new Command("create", "Create a token; its secret is shown this once.") { name, role, person, days }.Runs(surroundings, async call =>
        {
            var token = await call.Client.CreateTokenAsync(new TokenRequest
            {
                Name = call.Get(name),
                Role = call.Get(role),
                Person = call.Get(person),
                ExpiresAt = call.Get(days) is { } some ? surroundings.Clock.GetUtcNow().AddDays(some) : null,
            }, call.Cancellation);
            call.Screen.Fields(token, ("id", token.Id), ("name", token.Name), ("role", token.Role), ("person", token.Person), ("expires", token.ExpiresAt),
                ("token", token.Token));
        });
    }

    private static Command List(Surroundings surroundings) =>
        new Command("list", "List tokens, without their secrets.").Runs(surroundings, async call => call.Screen.Table(
            await call.Client.TokensAsync(call.Cancellation).ToListAsync(call.Cancellation),
            new("id", t => t.Id), new("name", t => t.Name), new("role", t => t.Role), new("person", t => t.Person),
            new("created", t => t.CreatedAt), new("expires", t => t.ExpiresAt), new("revoked", t => t.RevokedAt)));

    private static Command Revoke(Surroundings surroundings)
    {
        var id = new Argument<int>("ID") { Description = "The token's number, as listed." };
        return new Command("revoke", "Revoke a token.") { id }.Runs(surroundings, async call =>
        {
            await call.Client.RevokeTokenAsync(call.Get(id), call.Cancellation);
            call.Screen.Say($"Token {call.Get(id)} is revoked.", new { Id = call.Get(id), Revoked = true });
        });
    }
}
