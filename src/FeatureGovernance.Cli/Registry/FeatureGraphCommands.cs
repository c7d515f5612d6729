using System.CommandLine;
using FeatureGovernance.Cli.Running;
using FeatureGovernance.Client;
using FeatureGovernance.Contracts.Registry;

namespace FeatureGovernance.Cli.Registry;

/// <summary>What became of a feature, where it comes from and who reads it.</summary>
internal static class FeatureGraphCommands
{
    public static Command History(Surroundings surroundings)
    {
        var key = FeatureCommand.Key();
        var limit = FeatureCommand.Limit();
        return new Command("history", "Every change of a feature, newest first.") { key, limit }.Runs(surroundings, async call => call.Screen.Table(
            await call.ListAsync<HistoryEntry>(Paths.Of("features", call.Get(key), "history"), call.Get(limit)),
            new("sequence", e => e.Sequence), new("at", e => e.At), new("actor", e => e.Actor), new("action", e => e.Action), new("reason", e => e.Reason)));
    }

    public static Command Lineage(Surroundings surroundings)
    {
        var key = FeatureCommand.Key();
        return new Command("lineage", "From source columns to features to models to surfaces.") { key }.Runs(surroundings, async call =>
        {
            var lineage = await call.Client.LineageAsync(call.Get(key), call.Cancellation);
            call.Screen.Table(lineage, [.. lineage.Edges], new Column<LineageEdge>("from", e => e.From), new("to", e => e.To));
        });
    }

    public static Command Dependants(Surroundings surroundings)
    {
        var key = FeatureCommand.Key();
        return new Command("dependants", "Models and features that read a feature.") { key }.Runs(surroundings, async call =>
        {
            var found = await call.Client.DependantsAsync(call.Get(key), call.Cancellation);
            var rows = found.Models.Select(m => (Kind: "model", Name: m.Model, m.Team, Reads: $"{m.ModelVersion} reads @{m.FeatureVersion}", m.Adoption))
                .Concat(found.Features.Select(f => (Kind: "feature", Name: f, Team: "", Reads: "derives from it", Adoption: (string?)null))).ToList();
            call.Screen.Table(found, rows, new("kind", r => r.Kind), new("name", r => r.Name), new("team", r => r.Team), new("how", r => r.Reads),
                new("adoption", r => r.Adoption));
        });
    }
}
