using FeatureGovernance.Server.Access.Pages;
using FeatureGovernance.Server.Storage;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace FeatureGovernance.Server;

/// <summary>What a newcomer needs to read after starting the service.</summary>
internal static class Greeting
{
    public static async Task PrintAsync(WebApplication app)
    {
        var url = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault() ?? "";
        var file = Path.Combine(DataFolder.Path(app.Configuration), "admin-token");
        var signIn = app.Configuration["FEATGOV_ADMIN_TOKEN"] is { Length: > 0 }
            ? "--token \"$FEATGOV_ADMIN_TOKEN\""
            : File.Exists(file) ? $"--token \"$(cat {file})\"" : "--token <a token from your administrator>";
        var secret = app.Configuration["FEATGOV_ADMIN_TOKEN"] is { Length: > 0 } given ? given : File.Exists(file) ? (await File.ReadAllTextAsync(file)).Trim() : null;
        // Where the database is somebody's own, so are the logs: a way in does not belong there.
        var embedded = string.IsNullOrWhiteSpace(app.Configuration.GetConnectionString(StorageSetup.ConnectionName));
        var pages = secret is null || !embedded ? $"{url}/" : $"{url}{app.Services.GetRequiredService<SignInLink>().Offer(secret)}   (signs you in, once, within the hour)";
        await Console.Out.WriteLineAsync($"""

            FeatureGovernance listens at {url}
              Pages           {pages}
              API reference   {url}/docs
              First sign-in   deploy/featgov login --url {url} {signIn}

            """);
    }
}
