using System.CommandLine;
using System.Text.Json.Nodes;
using FeatureGovernance.Cli.Registry;
using FeatureGovernance.Cli.Running;
using FeatureGovernance.Client;
using FeatureGovernance.Core;
using FeatureGovernance.Core.Standards;

namespace FeatureGovernance.Cli.Standards;

/// <summary><c>featgov standard</c>: standards as documents.</summary>
internal static class StandardCommand
{
    public static Command Create(Surroundings surroundings) => new("standard", "Lint, compare, try and put standards.")
    {
        Lint(surroundings), Diff(surroundings), DryRun(surroundings), Put(surroundings), Show(surroundings), List(surroundings), Standing(surroundings),
    };

    private static Command Lint(Surroundings surroundings)
    {
        var files = new Argument<string[]>("FILE") { Description = "Documents, YAML or JSON; - for standard input.", Arity = ArgumentArity.OneOrMore };
        return new Command("lint", "Check documents without a server: exit code 0 sound, 1 at fault.") { files }.Runs(surroundings, async call =>
        {
            var sound = true;
            foreach (var file in call.Get(files))
            {
                var read = StandardReader.Read(await TextAsync(call, file));
                sound &= read.Standard is not null;
                if (read.Standard is { } standard)
                    call.Screen.Raw($"{file}: {standard.Name} is sound, with {standard.Rules.Length} rules");
                foreach (var fault in read.Faults)
                    call.Screen.Raw(Written.Plain($"{file}:{fault.Line ?? 1}: {fault.Field}: {fault.Message} {fault.Remedy}"));
            }

            return sound ? ExitCode.Pass : ExitCode.Fail;
        });
    }

    private static Command Diff(Surroundings surroundings)
    {
        var name = Name();
        var file = new Argument<string?>("FILE") { Description = "A document to compare with the server's newest.", Arity = ArgumentArity.ZeroOrOne };
        var from = new Option<int?>("--from") { Description = "The earlier version." };
        var to = new Option<int?>("--to") { Description = "The later version; the newest where left out." };
        return new Command("diff", "What a document would change, or how two versions differ.") { name, file, from, to }.Runs(surroundings, async call =>
        {
            if (call.Get(file!) is not { } document)
            {
                var differences = await call.Client.GetAsync<JsonObject>(
                    Paths.Of("standards", call.Get(name), "diff").With(("from", call.Get(from)), ("to", call.Get(to))), call.Cancellation);
                call.Screen.Table(differences, Rows(differences, "changes"), Written.Columns("path", "before", "after"));
                return;
            }

            var present = await call.Client.FindAsync<JsonObject>(Paths.Of("standards", call.Get(name)).With(("version", call.Get(from))), call.Cancellation);
            var changes = StandardDiff.Between(present is null ? null : Sound("the server's document", Written.Cell(present["document"])),
                Sound(document, await TextAsync(call, document)));
            call.Screen.Table([.. changes], [new("path", change => change.Path), new("before", change => change.Before), new("after", change => change.After)]);
        });
    }

    private static Command DryRun(Surroundings surroundings)
    {
        var file = File();
        var on = new Option<string?>("--on") { Description = "The day to try it for, with grace; without it its first day, grace passed over." };
        var limit = FeatureCommand.Limit();
        return new Command("dry-run", "Who would newly fail if the document were put: exit code 1 where an error would.") { file, on, limit }
            .Runs(surroundings, async call =>
        {
            var text = await TextAsync(call, call.Get(file));
            var name = Sound(call.Get(file), text).Name;
            var wanted = call.Get(limit);
            var report = await SendAsync<JsonObject>(call, Paths.Of("standards", name, "dry-run").With(("on", call.Get(on)),
                ("limit", Math.Clamp(wanted, 1, 1_000))), text, HttpMethod.Post);
            if (!call.Screen.Json)
            {
                call.Screen.Raw($"{report["features"]} features judged for {report["on"]}: {report["newlyFailing"]} would newly fail, {report["newlyFailingErrors"]} of them an error; {report["noLongerFailing"]} would fail no more");
                call.Screen.Table(Rows(report, "rules"), Written.Columns("rule", "level", "fails", "newlyFails"));
            }

            call.Screen.Table(report, Rows(report, "items"),
            [
                .. Written.Columns("feature", "team"),
                new("findings", row => string.Join("; ",
                    Rows(row, "findings").Select(finding => $"{finding["level"]} {finding["rule"]}: {finding["message"]}"))),
            ]);
            return report["newlyFailingErrors"]!.GetValue<int>() == 0 ? ExitCode.Pass : ExitCode.Fail;
        });
    }

    private static Command Put(Surroundings surroundings)
    {
        var file = File();
        return new Command("put", "Put a standard; its name stands in the document.") { file }.Runs(surroundings, async call =>
        {
            var text = await TextAsync(call, call.Get(file));
            Print(call, await SendAsync<JsonObject>(call, Paths.Of("standards", Sound(call.Get(file), text).Name), text, HttpMethod.Put));
        });
    }

    private static Command Show(Surroundings surroundings)
    {
        var name = Name();
        var version = new Option<int?>("--version") { Description = "A version; the newest where left out." };
        var document = new Option<bool>("--document") { Description = "Print the document as it was put." };
        return new Command("show", "A standard's rules, or its document.") { name, version, document }.Runs(surroundings, async call =>
        {
            var standard = await call.Client.GetAsync<JsonObject>(Paths.Of("standards", call.Get(name)).With(("version", call.Get(version))),
                call.Cancellation);
            if (call.Get(document))
                call.Screen.Raw(standard["document"]!.GetValue<string>().TrimEnd());
            else
                Print(call, standard);
        });
    }

    private static Command List(Surroundings surroundings) => new Command("list", "Standards by name.").Runs(surroundings, async call =>
        call.Screen.Table(await call.ListAsync<JsonObject>("standards", 0),
            Written.Columns("name", "team", "version", "inForce", "effectiveFrom", "rules", "updatedAt")));

    private static Command Standing(Surroundings surroundings)
    {
        var key = FeatureCommand.Key();
        var entering = new Option<string?>("--entering") { Description = "Judge it for entering this stage." };
        return new Command("check", "A feature against every standard in force: exit code 1 where it fails an error.") { key, entering }
            .Runs(surroundings, async call =>
        {
            var standing = await call.Client.GetAsync<JsonObject>(
                Paths.Of("features", call.Get(key), "standing").With(("entering", call.Get(entering))), call.Cancellation);
            call.Screen.Table(standing, Rows(standing, "findings"),
                Written.Columns("level", "rule", "standing", "message", "detail", "remedy", "graceUntil", "exemptUntil"));
            if (!call.Screen.Json)
                call.Screen.Raw($"{standing["verdict"]} at {standing["stage"]}, of {standing["rules"]} rules");
            return Written.Cell(standing["verdict"]) == "fail" ? ExitCode.Fail : ExitCode.Pass;
        });
    }

    private static void Print(Call call, JsonObject standard)
    {
        if (!call.Screen.Json)
            call.Screen.Raw($"{standard["name"]} version {standard["version"]}{(standard["team"] is { } team ? $", of team {team}" : "")}{(standard["effectiveFrom"] is { } day ? $", from {day}" : "")}");
        call.Screen.Table(standard, Rows(standard, "rules"), Written.Columns("id", "kind", "level", "for", "remedy"));
    }

    private static Argument<string> Name() => new("NAME") { Description = "The standard's name." };

    private static Argument<string> File() => new("FILE") { Description = "The document, YAML or JSON; - for standard input." };

    internal static List<JsonObject> Rows(JsonObject answer, string name) => [.. (answer[name] as JsonArray ?? []).OfType<JsonObject>()];

    private static async Task<string> TextAsync(Call call, string file)
    {
        using var reader = new StreamReader(call.OpenInput(file));
        return await reader.ReadToEndAsync(call.Cancellation);
    }

    private static Standard Sound(string file, string text)
    {
        var read = StandardReader.Read(text);
        return read.Standard ?? throw new UsageException($"{file} is at fault at line {read.Faults[0].Line}: {read.Faults[0].Field}: {read.Faults[0].Message}",
            $"{Remedy(read.Faults[0])}`featgov standard lint {file}` lists every fault.");
    }

    private static string Remedy(FieldError fault) => fault.Remedy is { } remedy ? $"{remedy} " : "";

    private static Task<T> SendAsync<T>(Call call, string path, string text, HttpMethod verb) =>
        call.Client.SendTextAsync<T>(verb, path, text, "application/yaml", call.Cancellation);
}
