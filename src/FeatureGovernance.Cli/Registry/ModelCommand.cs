using System.CommandLine;
using FeatureGovernance.Cli.Checks;
using FeatureGovernance.Cli.Running;
using FeatureGovernance.Client;
using FeatureGovernance.Contracts.Registry;

namespace FeatureGovernance.Cli.Registry;

/// <summary><c>featgov model</c>.</summary>
internal static class ModelCommand
{
    public static Command Create(Surroundings surroundings) => new("model", "List, show and register models and what they read.")
    {
        List(surroundings), Show(surroundings), Set(surroundings), SetManifest(surroundings),
    };

    private static Argument<string> Name() => new("MODEL") { Description = "The model's name." };

    private static Command List(Surroundings surroundings)
    {
        var team = new Option<string?>("--team") { Description = "Only those of this team." };
        var kind = new Option<string?>("--kind") { Description = "Only ranking, retrieval or other ones." };
        var surface = new Option<string?>("--surface") { Description = "Only those of this surface." };
        var limit = FeatureCommand.Limit();
        return new Command("list", "Models by name.") { team, kind, surface, limit }.Runs(surroundings, async call => call.Screen.Table(
            await call.ListAsync<ModelView>("models".With(("team", call.Get(team)), ("kind", call.Get(kind)), ("surface", call.Get(surface))), call.Get(limit)),
            new("model", m => m.Model), new("team", m => m.Team), new("kind", m => m.Kind), new("surface", m => m.Surface), new("metric", m => m.Metric?.Name),
            new("weight", m => m.Weight), new("traffic/day", m => m.TrafficPerDay), new("live", m => m.LiveVersion)));
    }

    private static Command Show(Surroundings surroundings)
    {
        var name = Name();
        return new Command("show", "One model.") { name }.Runs(surroundings, async call =>
            Print(call, await call.Client.GetAsync<ModelView>(Paths.Of("models", call.Get(name)), call.Cancellation)));
    }

    private static Command Set(Surroundings surroundings)
    {
        var name = Name();
        var team = new Option<string?>("--team") { Description = "The owner team." };
        var kind = new Option<string?>("--kind") { Description = "ranking, retrieval or other." };
        var surface = new Option<string?>("--surface") { Description = "Where people meet its results, for example home-feed." };
        var metric = new Option<string?>("--metric") { Description = "What it is judged by, for example ndcg@10." };
        var lower = new Option<bool>("--lower-is-better") { Description = "The metric is a loss." };
        var weight = new Option<double?>("--weight") { Description = "Business weight relative to other models." };
        var traffic = new Option<double?>("--traffic") { Description = "Requests per day." };
        var description = new Option<string?>("--description") { Description = "What it is for." };
        var tags = new Option<string[]>("--tag") { Description = "A free label, NAME=VALUE; repeat for more." };
        var command = new Command("set",
            "Register a model, or change what is given of it.") { name, team, kind, surface, metric, lower, weight, traffic, description, tags };
        return command.Runs(surroundings, async call =>
        {
            var present = await call.Client.FindAsync<ModelView>(Paths.Of("models", call.Get(name)), call.Cancellation);
            var definition = new ModelDefinition
            {
                Team = call.Get(team) ?? present?.Team,
                Kind = call.Get(kind) ?? present?.Kind,
                Surface = call.Has(surface) ? Given.OrNone(call.Get(surface)) : present?.Surface,
                Metric = call.Get(metric) is { } judged ? new Metric { Name = judged, HigherIsBetter = !call.Get(lower) } : present?.Metric,
                Weight = call.Get(weight) ?? present?.Weight,
                TrafficPerDay = call.Get(traffic) ?? present?.TrafficPerDay,
                Description = call.Has(description) ? Given.OrNone(call.Get(description)) : present?.Description,
                Tags = call.Has(tags) ? Given.Pairs("--tag", call.Get(tags)!) : present?.Tags,
            };
            Print(call, await call.Client.PutModelAsync(call.Get(name), definition, present?.Revision, call.Cancellation));
        });
    }

    private static Command SetManifest(Surroundings surroundings)
    {
        var name = Name();
        var version = new Argument<string>("VERSION") { Description = "The version's name, for example v12." };
        var file = new Option<string?>("--file") { Description = "Register this manifest: JSON, or one feature a line; - for standard input." };
        var features = new Option<string[]>("--features") { Description = "Register these features, with commas between." };
        var label = new Option<string?>("--label") { Description = "The label it is trained on." };
        var idle = new Option<bool>("--not-live") { Description = "The version takes no traffic yet." };
        var command = new Command("manifest", "Show what a model version reads, or register it.") { name, version, file, features, label, idle };
        return command.Runs(surroundings, async call =>
        {
            var path = Paths.Of("models", call.Get(name), "versions", call.Get(version));
            var given = await ManifestFile.FindAsync(call, call.Get(file), call.Get(features));
            var view = given is null
                ? await call.Client.GetAsync<ModelVersionView>(path, call.Cancellation)
                : await call.Client.PutManifestAsync(call.Get(name), call.Get(version), new Manifest
                {
                    Features = given.Features, Label = call.Get(label) ?? given.Label, Live = !call.Get(idle),
                }, call.Cancellation);
            call.Screen.Table(view, [.. view.Features ?? []], new("feature", f => f),
                new("approved", f => view.Unapproved?.Contains(f.Split('@')[0]) is not true));
        });
    }

    private static void Print(Call call, ModelView model) => call.Screen.Fields(
        model,
        ("model", model.Model), ("team", model.Team), ("kind", model.Kind), ("surface", model.Surface), ("metric", model.Metric?.Name),
        ("higher is better", model.Metric?.HigherIsBetter), ("weight", model.Weight), ("traffic/day", model.TrafficPerDay), ("description", model.Description),
        ("tags", model.Tags), ("live", model.LiveVersion), ("changed", model.UpdatedAt));
}
