using System.CommandLine;
using FeatureGovernance.Cli.Running;
using FeatureGovernance.Client;
using FeatureGovernance.Contracts.Registry;

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
            var result = await call.Screen.WithProgressAsync("registry", input.CanSeek ? input.Length : null, progress => call.Client.UploadAsync<ImportResult>(
                "imports/feast".With(("team", call.Get(team))), input, MediaTypes.Bytes, progress, call.Cancellation));
            call.Screen.Fields(result,
                ("features", Told(result.Features)), ("models", Told(result.Models)), ("manifests", Told(result.ModelVersions)),
                ("groups", Told(result.Groups)), ("entities", Told(result.Entities)), ("sources", Told(result.Sources)),
                ("absent", Named(result.Absent)),
                ("refused", Named([.. result.Refused.Select(remark => $"{remark.Subject}: {remark.Message}")])),
                ("notes", Named([.. result.Notes.Select(remark => $"{remark.Subject}: {remark.Message}")])),
                ("not understood", Named([.. result.Unknown.Select(field => $"{field.FirstPath} ({field.Count})")])),
                ("not taken over", Named([.. result.NotImported.Select(part => $"{part.Part} ({part.Count})")])));
        });
    }

    private static string Told(ImportCounts counts) => $"{counts.Created} created, {counts.Updated} updated, {counts.Unchanged} unchanged";

    // A screen has room for a few; --json has them all.
    private static string Named(IReadOnlyList<string> names) =>
        names.Count == 0 ? "none" : string.Join("\n", names.Take(10)) + (names.Count > 10 ? $"\nand {names.Count - 10} more (--json lists them)" : "");
}
