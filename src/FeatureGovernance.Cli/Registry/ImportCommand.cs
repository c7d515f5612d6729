using System.CommandLine;
using System.Text.Json.Nodes;
using FeatureGovernance.Cli.Running;
using FeatureGovernance.Client;

namespace FeatureGovernance.Cli.Registry;

/// <summary><c>featgov import</c>.</summary>
internal static class ImportCommand
{
    public static Command Create(Surroundings surroundings) => new("import", "Register what you already have elsewhere.") { Feast(surroundings) };

    private static Command Feast(Surroundings surroundings)
    {
        var file = new Argument<string>("FILE") { Description = "The registry that `feast apply` wrote; - for standard input." };
        var team = new Option<string?>("--team") { Description = "The team that owns what names no owner." };
        return new Command("feast", "Import a Feast registry.") { file, team }.Runs(surroundings, async call =>
        {
            await using var input = call.OpenInput(call.Get(file));
            var answer = await call.Screen.WithProgressAsync("registry", input.CanSeek ? input.Length : null, progress => call.Client.UploadAsync<JsonObject>(
                "imports/feast".With(("team", call.Get(team))), input, MediaTypes.Bytes, progress, call.Cancellation));
            call.Screen.Fields(answer, [.. answer.Select(field => (field.Key, (object?)field.Value))]);
        });
    }
}
