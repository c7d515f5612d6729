using System.CommandLine;
using System.Text.Json.Nodes;
using FeatureGovernance.Cli.Running;
using FeatureGovernance.Client;
using FeatureGovernance.Contracts.Discussion;

namespace FeatureGovernance.Cli.Registry;

/// <summary><c>featgov feature comment|comments</c>.</summary>
internal static class CommentCommands
{
    public static Command Say(Surroundings surroundings)
    {
        var key = FeatureCommand.Key();
        var text = new Argument<string>("TEXT") { Description = "What to say." };
        return new Command("comment", "Say something of a feature; its team is told.") { key, text }.Runs(surroundings, async call =>
        {
            var body = new JsonObject { ["text"] = call.Get(text) };
            var said = await call.Client.PostAsync<JsonObject>(Paths.Of("features", call.Get(key), "comments"), body, call.Cancellation);
            call.Screen.Say($"Said as number {Written.Cell(said["id"])}.", said);
        });
    }

    public static Command List(Surroundings surroundings)
    {
        var key = FeatureCommand.Key();
        var limit = FeatureCommand.Limit();
        return new Command("comments", "What was said of a feature, newest first.") { key, limit }.Runs(surroundings, async call =>
            call.Screen.Table(
                await call.ListAsync<CommentView>(Paths.Of("features", call.Get(key), "comments"), call.Get(limit)),
                new("id", comment => comment.Id), new("at", comment => comment.At), new("author", comment => comment.Author),
                new("text", comment => comment.Text ?? $"taken back by {comment.TakenBackBy}")));
    }
}
