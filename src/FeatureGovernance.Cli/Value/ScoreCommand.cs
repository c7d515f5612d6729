using System.CommandLine;
using System.Text.Json.Nodes;
using FeatureGovernance.Cli.Registry;
using FeatureGovernance.Cli.Running;
using FeatureGovernance.Client;

namespace FeatureGovernance.Cli.Value;

/// <summary><c>featgov score</c>.</summary>
internal static class ScoreCommand
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    public static Command Create(Surroundings surroundings) => new("score", "Score every feature's usage and value, and read the scores.")
    {
        Run(surroundings), Status(surroundings), List(surroundings), Show(surroundings), WhatIf(surroundings), RollUps(surroundings), Pareto(surroundings),
    };

    private static Command Run(Surroundings surroundings)
    {
        var wait = new Option<bool>("--wait") { Description = "Wait for the end; exit code 1 where the run fails." };
        var full = new Option<bool>("--full") { Description = "Reckon from all of history instead of what is new." };
        return new Command("run", "Start a scoring run.") { wait, full }.Runs(surroundings, async call =>
        {
            var body = new JsonObject();
            if (call.Get(full))
                body["full"] = true;
            var run = await call.Client.PostAsync<JsonObject>("scoring/runs", body, call.Cancellation);
            if (call.Get(wait))
                run = await call.Screen.WithProgressAsync("scoring", 100, progress => FinishAsync(call, run, progress));
            return Print(call, run);
        });
    }

    private static async Task<JsonObject> FinishAsync(Call call, JsonObject run, IProgress<long> progress)
    {
        while (run["finishedAt"] is null)
        {
            await Task.Delay(Pause, call.Surroundings.Clock, call.Cancellation);
            run = await call.Client.GetAsync<JsonObject>(Paths.Of("scoring", "runs", $"{run["id"]}"), call.Cancellation);
            progress.Report((long)(100 * (run["progress"]?.GetValue<double>() ?? 0)));
        }

        return run;
    }

    private static Command Status(Surroundings surroundings)
    {
        var id = new Argument<int?>("ID") { Description = "The run; without it, the newest.", Arity = ArgumentArity.ZeroOrOne };
        return new Command("status", "How far a scoring run is.") { id }.Runs(surroundings, async call =>
        {
            var run = call.Get(id!) is { } number
                ? await call.Client.GetAsync<JsonObject>(Paths.Of("scoring", "runs", $"{number}"), call.Cancellation)
                : (await call.ListAsync<JsonObject>("scoring/runs", 1))
                    .FirstOrDefault() ?? throw new UsageException("There was no scoring run yet.", "Start one: featgov score run.");
            return Print(call, run);
        });
    }

    private static Command List(Surroundings surroundings)
    {
        var filters = new[] { "recommendation", "class", "team", "model" }
            .Select(name => (Name: name, Option: new Option<string?>($"--{name}") { Description = $"Only those of this {name}." })).ToList();
        var sort = new Option<string?>("--sort") { Description = "For example -value." };
        var limit = FeatureCommand.Limit();
        var command = new Command("list", "The newest scores.") { sort, limit };
        filters.ForEach(filter => command.Add(filter.Option));
        return command.Runs(surroundings, async call => call.Screen.Table(
            await call.ListAsync<JsonObject>(filters.Aggregate("scores".With(("sort", call.Get(sort))),
                (so, filter) => so.With((filter.Name, call.Get(filter.Option)))), call.Get(limit)),
            Written.Columns("feature", "team", "value", "lower", "upper", "percentile", "readsPerDay", "costPerDay", "recommendation", "class")));
    }

    private static Command Show(Surroundings surroundings)
    {
        var key = FeatureCommand.Key();
        return new Command("show", "A feature's score, with its reasons.") { key }.Runs(surroundings, async call =>
        {
            var score = await call.Client.GetAsync<JsonObject>(Paths.Of("features", call.Get(key), "score"), call.Cancellation);
            var reasons = (score["reasons"] as JsonArray ?? []).Select(reason => ("reason", (object?)(reason is JsonObject told ? told["sentence"] : reason)));
            call.Screen.Fields(score,
            [
                ("feature", score["feature"]), ("value", score["value"]), ("from", score["lower"]), ("to", score["upper"]), ("percentile", score["percentile"]),
                ("reads/day", score["readsPerDay"]), ("cost/day", score["costPerDay"]), ("recommendation", score["recommendation"]),
                ("class", score["class"]), .. reasons,
            ]);
        });
    }

    private static Command WhatIf(Surroundings surroundings)
    {
        var features = new Argument<string[]>("KEY") { Description = "The features that would go; with commas between, or one by one.", Arity = ArgumentArity.OneOrMore };
        var model = new Option<string?>("--model") { Description = "Only this model stops reading them; without it, all do." };
        return new Command("what-if", "What removing features would lose and save.") { features, model }.Runs(surroundings, async call =>
        {
            var body = new JsonObject { ["features"] = Given.Array(call.Get(features)) };
            body.PutIfAny("model", call.Get(model));
            var answer = await call.Client.PostAsync<JsonObject>("valuations/removal", body, call.Cancellation);
            if (call.Screen.Json)
            {
                call.Screen.Fields(answer);
                return;
            }

            call.Screen.Fields(answer, ("loss", answer["loss"]), ("from", answer["lower"]), ("to", answer["upper"]), ("value now", answer["credit"]),
                ("saving/day", answer["savingPerDay"]),
                ("cost unknown", answer["unknownCost"]), ("not scored", answer["unscored"]), ("still read", answer["stillRead"]));
            var models = (answer["models"] as JsonArray ?? []).OfType<JsonObject>().ToList();
            call.Screen.Table(models, Written.Columns("model", "weight", "features", "loss", "lower", "upper", "metric", "metricLoss",
                "metricStandardError", "costPerDay"));
        });
    }

    private static Command RollUps(Surroundings surroundings)
    {
        var by = new Argument<string>("BY") { Description = "group, team, source or surface." };
        by.AcceptOnlyFromAmong("group", "team", "source", "surface");
        var limit = FeatureCommand.Limit();
        return new Command("rollups", "Value and cost by group, team, source or surface.") { by, limit }.Runs(surroundings, async call => call.Screen.Table(
            await call.ListAsync<JsonObject>("scores/rollups".With(("by", call.Get(by))), call.Get(limit)),
            Written.Columns("name", "value", "lower", "upper", "features", "costPerDay", "unknownCost")));
    }

    private static Command Pareto(Surroundings surroundings) =>
        new Command("pareto", "The features no other beats in value and cost, and the knee of value over cost.").Runs(surroundings, async call =>
        {
            var answer = await call.Client.GetAsync<JsonObject>("scores/pareto", call.Cancellation);
            if (!call.Screen.Json && answer["knee"] is JsonObject knee)
                call.Screen.Remark($"{knee["features"]} of {answer["features"]} features cost {knee["costShare"]!.GetValue<double>():P0} and give {knee["valueShare"]!.GetValue<double>():P0} of the value.");
            call.Screen.Table(answer, (answer["front"] as JsonArray ?? []).OfType<JsonObject>().ToList(), Written.Columns("feature", "value", "costPerDay"));
        });

    private static int Print(Call call, JsonObject run)
    {
        call.Screen.Fields(run, ("run", run["id"]), ("state", run["state"]), ("progress", run["progress"]), ("phase", run["phase"]), ("as of", run["asOf"]),
            ("started", run["startedAt"]), ("finished", run["finishedAt"]), ("counts", run["counts"]), ("error", run["error"]));
        return Written.Cell(run["state"]) == "failed" ? ExitCode.Fail : ExitCode.Pass;
    }
}
