using System.CommandLine;
using System.Text.Json.Nodes;
using FeatureGovernance.Cli.Running;
using FeatureGovernance.Client;
using FeatureGovernance.Contracts.Registry;

namespace FeatureGovernance.Cli.Registry;

/// <summary><c>featgov feature</c>.</summary>
internal static class FeatureCommand
{
    public static Command Create(Surroundings surroundings) => new("feature", "List, show, register, rename and move features.")
    {
        List(surroundings), Show(surroundings), Set(surroundings), BulkCommand.Create(surroundings), Rename(surroundings), Move(surroundings),
        FeatureGraphCommands.History(surroundings), FeatureGraphCommands.Lineage(surroundings), FeatureGraphCommands.Dependants(surroundings),
        CommentCommands.Say(surroundings), CommentCommands.List(surroundings),
    };

    public static Argument<string> Key() => new("KEY") { Description = "The feature, group:name." };

    public static Option<int> Limit() => new("--limit") { Description = "At most so many; 0 for all.", DefaultValueFactory = _ => 50 };

    private static Command List(Surroundings surroundings)
    {
        var query = new Argument<string?>("QUERY") { Description = "Words of its key or description.", Arity = ArgumentArity.ZeroOrOne };
        var filters = new[] { "team", "stage", "kind", "group", "model", "recommendation" }
            .Select(name => (Name: name, Option: new Option<string?>($"--{name}") { Description = $"Only those of this {name}." })).ToList();
        var sort = new Option<string?>("--sort") { Description = "key, -key, updatedAt, -updatedAt, value or -value." };
        var limit = Limit();
        var command = new Command("list", "Search features.") { query, sort, limit };
        filters.ForEach(filter => command.Add(filter.Option));
        return command.Runs(surroundings, async call =>
        {
            var path = "features".With(("q", call.Get(query)), ("sort", call.Get(sort)));
            path = filters.Aggregate(path, (so, filter) => so.With((filter.Name, call.Get(filter.Option))));
            var features = await call.ListAsync<FeatureSummary>(path, call.Get(limit));
            call.Screen.Table(
                features,
                new("feature", f => f.Key), new("team", f => f.Team), new("kind", f => f.Kind), new("stage", f => f.Stage), new("type", f => f.DataType),
                new("version", f => f.Version), new("value", f => f.Value), new("recommendation", f => f.Recommendation), new("changed", f => f.UpdatedAt));
        });
    }

    private static Command Show(Surroundings surroundings)
    {
        var key = Key();
        var asOf = new Option<string?>("--as-of") { Description = "As it was at this moment, for example 2026-01-31T12:00:00Z." };
        return new Command("show", "One feature, by its key or a former key.") { key, asOf }.Runs(surroundings, async call =>
            Print(call, await call.Client.GetAsync<FeatureView>(Paths.Of("features", call.Get(key)).With(("asOf", call.Get(asOf))), call.Cancellation)));
    }

    private static Command Set(Surroundings surroundings)
    {
        var key = Key();
        var file = new Option<string?>("--file") { Description = "The whole definition as JSON (- for standard input); other options win over it." };
        var fields = new FeatureFields();
        var command = new Command("set", "Register a feature, or change what is given of it.") { key, file };
        fields.AddTo(command);
        return command.Runs(surroundings, async call =>
        {
            var given = fields.Read(call);
            var path = Paths.Of("features", call.Get(key));
            if (call.Get(file) is { } name)
            {
                var whole = await call.ReadObjectAsync(name);
                foreach (var (field, value) in given)
                    whole[field] = value?.DeepClone();
                Print(call, await call.Client.PutAsync<FeatureView>(path, whole, null, call.Cancellation));
            }
            else
            {
                if (given.Count == 0)
                    throw new UsageException("Nothing is given to set.", "Give fields as options, or --file.");
                var known = await call.Client.FindAsync<FeatureView>(path, call.Cancellation) is not null;
                Print(call, known
                    ? await call.Client.PatchAsync<FeatureView>(path, given, call.Cancellation)
                    : await call.Client.PutAsync<FeatureView>(path, given, null, call.Cancellation));
            }
        });
    }

    private static Command Rename(Surroundings surroundings)
    {
        var key = Key();
        var to = new Argument<string>("NEW") { Description = "The new key." };
        return new Command("rename", "Give a feature a new key; the old one still answers.") { key, to }.Runs(surroundings, async call =>
            Print(call, await call.Client.RenameFeatureAsync(call.Get(key), call.Get(to), call.Cancellation)));
    }

    private static Command Move(Surroundings surroundings)
    {
        var key = Key();
        var to = new Argument<string>("STAGE") { Description = "proposed, experimental, adopted, … as docs/lifecycle.md allows." };
        var reason = new Option<string>("--reason") { Description = "Why.", Required = true };
        var over = new Option<bool>("--override") { Description = "Pass guards that may be overridden; for administrators, and audited." };
        var whyNot = new Option<string?>("--why-not") { Description = "When proposing: why its look-alikes do not serve." };
        return new Command("move", "Move a feature to another stage of its life.") { key, to, reason, over, whyNot }.Runs(surroundings, async call =>
        {
            var body = new JsonObject { ["to"] = call.Get(to), ["reason"] = call.Get(reason) };
            if (call.Get(over))
                body["override"] = true;
            body.PutIfAny("whyNot", call.Get(whyNot));
            var answer = await call.Client.PostAsync<JsonObject>(Paths.Of("features", call.Get(key), "transitions"), body, call.Cancellation);
            call.Screen.Say($"{call.Get(key)} is now {Written.Cell(answer["stage"] ?? call.Get(to))}.", answer);
        });
    }

    private static void Print(Call call, FeatureView feature) => call.Screen.Fields(
        feature,
        ("feature", feature.Key), ("team", feature.Team), ("kind", feature.Kind), ("stage", feature.Stage), ("since", feature.StageSince),
        ("version", feature.Version), ("type", feature.DataType), ("entity", feature.Entity), ("description", feature.Description),
        ("source", Source(feature.Source)), ("expression", feature.Source?.Expression), ("freshness", feature.Freshness), ("sensitivity", feature.Sensitivity),
        ("expected", Expected(feature.Expected)), ("default", feature.Default), ("derived from", feature.DerivedFrom), ("replacement", feature.Replacement),
        ("former keys", feature.Aliases), ("tags", feature.Tags), ("changed", feature.UpdatedAt));

    private static string? Source(FeatureSource? source) =>
        source is null ? null : string.Join('.', new[] { source.System, source.Table, source.Column }.Where(part => part is not null));

    private static string? Expected(ExpectedValues? expected) => expected is null ? null : string.Join("; ", new[]
    {
        expected.Min is null && expected.Max is null ? null : $"{Written.Cell(expected.Min)} … {Written.Cell(expected.Max)}",
        expected.MaxNullRate is { } nulls ? $"nulls at most {Written.Cell(nulls)}" : null,
        expected.Categories is { Count: > 0 } categories ? $"one of {string.Join(", ", categories)}" : null,
    }.Where(part => part is not null));
}
