using System.CommandLine;
using System.Text.Json.Nodes;
using FeatureGovernance.Cli.Running;
using FeatureGovernance.Client;

namespace FeatureGovernance.Cli.Checks;

/// <summary><c>featgov check</c>: may this model read these features? The exit code answers.</summary>
internal static class CheckCommand
{
    private const string Text = "text";

    public static Command Create(Surroundings surroundings)
    {
        var input = new Argument<string?>("INPUT") { Description = "The manifest; - for standard input.", Arity = ArgumentArity.ZeroOrOne };
        var model = new Option<string>("--model") { Description = "The model that is to read the features.", Required = true };
        var manifest = new Option<string?>("--manifest") { Description = "What it reads after the change: JSON, or one feature a line." };
        var features = new Option<string[]>("--features") { Description = "What it reads, with commas between." };
        var baseline = new Option<string?>("--baseline") { Description = "The manifest before the change; what was there already only warns." };
        var format = new Option<string>("--format") { Description = "text, json, sarif or junit.", DefaultValueFactory = _ => Text };
        format.AcceptOnlyFromAmong(Text, "json", "sarif", "junit");
        var minimum = new Option<long?>("--minimum-version") { Description = "Wait until the answer knows this registry version." };
        var strict = new Option<bool>("--strict") { Description = "Warnings fail the check." };
        var repository = new Option<string?>("--repository") { Description = "Where the change was made, for the record." };
        var commit = new Option<string?>("--commit") { Description = "The commit, for the record." };
        var command = new Command("check", "Ask whether a model may read features: exit code 0 pass, 1 fail, 2 error.")
        {
            input, model, manifest, features, baseline, format, minimum, strict, repository, commit,
        };
        return command.Runs(surroundings, async call =>
        {
            if (call.Get(input!) is not null && call.Get(manifest) is not null)
                throw new UsageException("The manifest is given twice.", "Give it once.");
            var asked = await ManifestFile.FindAsync(call, call.Get(manifest) ?? call.Get(input!), call.Get(features))
                ?? throw new UsageException("There is nothing to check.", "Give --manifest FILE, --features a,b or - for standard input.");
            var body = new JsonObject { ["model"] = call.Get(model), ["features"] = ListOf(asked) };
            if (call.Get(baseline) is { } before)
                body["baseline"] = ListOf(await ManifestFile.ReadAsync(call, before));
            if (call.Get(minimum) is { } version)
                body["minimumVersion"] = version;
            body.PutIfAny("repository", call.Get(repository));
            body.PutIfAny("commit", call.Get(commit));
            return await AskAsync(call, body, call.Screen.Json ? "json" : call.Get(format)!, call.Get(strict));
        });
    }

    private static async Task<int> AskAsync(Call call, JsonObject body, string format, bool strict)
    {
        const string path = "checks/adoption";
        if (format is "sarif" or "junit")
        {
            var report = await call.Client.PostForTextAsync(path, body, format == "sarif" ? MediaTypes.Sarif : MediaTypes.Junit, call.Cancellation);
            call.Screen.Raw(report);
            return ExitFor(format == "sarif" ? Verdicts.OfSarif(report) : Verdicts.OfJunit(report), strict);
        }

        var answer = await call.Client.PostAsync<JsonObject>(path, body, call.Cancellation);
        var verdict = Written.Cell(answer["verdict"]);
        if (format == Text)
            Print(call.Screen, answer, verdict);
        else
            call.Screen.Raw(answer.ToJsonString(ClientJson.Indented));
        return ExitFor(verdict, strict);
    }

    private static void Print(Screen screen, JsonObject answer, string verdict)
    {
        if (answer["findings"] is JsonArray { Count: > 0 } findings)
            screen.Table([.. findings.OfType<JsonObject>()], Written.Columns("level", "feature", "rule", "message", "remedy", "replacement", "deadline"));
        screen.Raw($"{verdict} (registry version {answer["registryVersion"]})");
    }

    private static int ExitFor(string verdict, bool strict) => verdict switch
    {
        "pass" => ExitCode.Pass,
        "warn" => strict ? ExitCode.Fail : ExitCode.Pass,
        "fail" => ExitCode.Fail,
        _ => throw new UsageException($"The server's verdict '{verdict}' is not known.", "Use a newer featgov."),
    };

    private static JsonArray ListOf(ManifestFile manifest) => [.. manifest.Features.Select(feature => (JsonNode)feature)];
}
