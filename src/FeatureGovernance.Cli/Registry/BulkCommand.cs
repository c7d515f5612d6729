using System.CommandLine;
using FeatureGovernance.Cli.Running;
using FeatureGovernance.Client;
using FeatureGovernance.Contracts;

namespace FeatureGovernance.Cli.Registry;

/// <summary><c>featgov feature bulk FILE</c>.</summary>
internal static class BulkCommand
{
    public static Command Create(Surroundings surroundings)
    {
        var file = new Argument<string>("FILE") { Description = "One feature a line as JSON, with its key; - for standard input." };
        return new Command("bulk", "Register many features from a file of one JSON object a line.") { file }.Runs(surroundings, async call =>
        {
            await using var input = call.OpenInput(call.Get(file));
            var result = await call.Screen.WithProgressAsync("features", input.CanSeek ? input.Length : null, progress =>
                call.Client.UploadAsync<BulkResult>("features/bulk", input, MediaTypes.Ndjson, progress, call.Cancellation));
            call.Screen.Say($"{result.Created:N0} created, {result.Updated:N0} updated, {result.Unchanged:N0} unchanged, {result.Failed:N0} refused.", result);
            foreach (var error in result.Errors)
                call.Screen.Remark($"line {error.Line}: {error.Field}: {error.Message} {error.Remedy}");
            return result.Failed == 0 ? ExitCode.Pass : ExitCode.Error;
        });
    }
}
