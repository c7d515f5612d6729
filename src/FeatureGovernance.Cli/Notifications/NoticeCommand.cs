using System.CommandLine;
using FeatureGovernance.Cli.Registry;
using FeatureGovernance.Cli.Running;
using FeatureGovernance.Client;
using FeatureGovernance.Contracts.Notifications;

namespace FeatureGovernance.Cli.Notifications;

/// <summary><c>featgov notice</c>.</summary>
internal static class NoticeCommand
{
    public static Command Create(Surroundings surroundings) => new("notice", "What you are told of, on which channels, and when.")
    {
        List(surroundings), Kinds(surroundings), ChannelCommand.Create(surroundings), PreferencesCommand.Create(surroundings),
        Dead(surroundings), Replay(surroundings),
    };

    public static Option<string?> Team() => new("--team") { Description = "The team's, not yours." };

    public static Option<string?> Person() => new("--person") { Description = "This person's; administrators only." };

    private static Command List(Surroundings surroundings)
    {
        var (team, person) = (Team(), Person());
        var kind = new Option<string?>("--kind") { Description = "Only this kind." };
        var limit = FeatureCommand.Limit();
        return new Command("list", "What you were told, newest first.") { team, person, kind, limit }.Runs(surroundings, async call => call.Screen.Table(
            await call.ListAsync<NoticeView>("notices".With(("team", call.Get(team)), ("person", call.Get(person)),
                ("kind", call.Get(kind))), call.Get(limit)),
            new("at", n => n.At), new("kind", n => n.Kind), new("title", n => n.Title), new("by", n => n.Actor),
            new("event", n => n.Sequence)));
    }

    private static Command Kinds(Surroundings surroundings) =>
        new Command("kinds", "Kinds of notice: what gives rise to each, and who is told.").Runs(surroundings, async call =>
        {
            var kinds = await call.Client.GetAsync<List<NoticeKindView>>("notices/kinds", call.Cancellation);
            call.Screen.Table(kinds, kinds.SelectMany(kind => kind.Rules.DefaultIfEmpty(new("", [])).Select(rule => (Kind: kind,
                Rule: rule))).ToList(),
                new("kind", row => row.Kind.Kind), new("default", row => row.Kind.Default), new("action", row => row.Rule.Action),
                new("told", row => row.Rule.Told));
        });

    private static Command Dead(Surroundings surroundings)
    {
        var channel = new Option<int?>("--channel") { Description = "Only those of this channel." };
        var limit = FeatureCommand.Limit();
        return new Command("dead", "What could not be delivered, newest first.") { channel, limit }.Runs(surroundings, async call => call.Screen.Table(
            await call.ListAsync<DeadLetterView>("notices/dead-letters".With(("channel", call.Get(channel))), call.Get(limit)),
            new("id", d => d.Id), new("channel", d => d.Channel), new("type", d => d.Type), new("tried", d => d.Attempts),
            new("last", d => d.AttemptedAt),
            new("fault", d => d.Fault), new("says", d => d.Titles)));
    }

    private static Command Replay(Surroundings surroundings)
    {
        var id = new Argument<Guid?>("ID") { Description = "The dead letter, as listed.", Arity = ArgumentArity.ZeroOrOne };
        var all = new Option<bool>("--all") { Description = "Every one that is listed to you." };
        return new Command("replay", "Deliver once more what was given up.") { id, all }.Runs(surroundings, async call =>
        {
            var one = call.Get(id);
            if (one is null != call.Get(all))
                throw new UsageException("Nothing is named, or too much.", "Name a dead letter, or use --all.");
            var letters = one is { } known ? [known]
                : (await call.ListAsync<DeadLetterView>("notices/dead-letters", 0)).ConvertAll(letter => letter.Id);
            foreach (var letter in letters)
                await call.Client.PostAsync<DeadLetterView>(Paths.Of("notices", "dead-letters", $"{letter}", "replay"), new { },
                    call.Cancellation);
            call.Screen.Say($"{letters.Count} to be delivered once more.", new { Replayed = letters });
        });
    }
}
