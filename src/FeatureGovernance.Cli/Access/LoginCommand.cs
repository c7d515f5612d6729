using System.CommandLine;
using FeatureGovernance.Cli.Running;

namespace FeatureGovernance.Cli.Access;

/// <summary><c>featgov login</c>: remembers a server and a token that it accepts.</summary>
internal static class LoginCommand
{
    public static Command Create(Surroundings surroundings)
    {
        var url = new Option<string?>("--url") { Description = $"The server's address; default FEATGOV_URL, else the last one, else {Connection.DefaultUrl}." };
        var token = new Option<string?>("--token") { Description = "The token; without it, one line of standard input." };
        return new Command("login", "Remember a server and a token for the commands to come.") { url, token }.Runs(surroundings, async call =>
        {
            var address = Connection.Address(call.Get(url) ?? Connection.Find(surroundings).Url);
            if (address.Scheme == Uri.UriSchemeHttp && !address.IsLoopback)
                call.Screen.Remark($"{address} is not encrypted: the token travels in clear.");
            var connection = new Connection(address.AbsoluteUri.TrimEnd('/'), call.Get(token) ?? await AskAsync(call));
            using var client = connection.Open(surroundings.Network);
            var me = await client.MeAsync(call.Cancellation);
            var file = Connection.FilePath(surroundings);
            connection.Save(file);
            call.Screen.Say($"Signed in to {connection.Url} as {me.Actor} ({me.Role}); remembered in {file}.",
                new { connection.Url, me.Actor, me.Role, File = file });
        });
    }

    private static async Task<string> AskAsync(Call call)
    {
        if (call.Surroundings.ErrorsAreTerminal)
            await call.Surroundings.Errors.WriteAsync("Token: ");
        using var input = new StreamReader(call.Surroundings.Input());
        return await input.ReadLineAsync(call.Cancellation) is { } line && line.Trim() is { Length: > 0 } token
            ? token
            : throw new UsageException("There is no token on standard input.", "Give it with --token, or pipe it in.");
    }
}

/// <summary><c>featgov whoami</c>.</summary>
internal static class WhoAmICommand
{
    public static Command Create(Surroundings surroundings) =>
        new Command("whoami", "Show the server, the role and the teams of the present token.").Runs(surroundings, async call =>
        {
            var me = await call.Client.MeAsync(call.Cancellation);
            call.Screen.Fields(me, ("server", Connection.Find(surroundings).Url), ("actor", me.Actor), ("role", me.Role), ("leads", me.LeadOf),
                ("member of", me.MemberOf));
        });
}
