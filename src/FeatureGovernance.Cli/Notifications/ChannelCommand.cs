using System.CommandLine;
using FeatureGovernance.Cli.Registry;
using FeatureGovernance.Cli.Running;
using FeatureGovernance.Client;
using FeatureGovernance.Contracts.Notifications;

namespace FeatureGovernance.Cli.Notifications;

/// <summary><c>featgov notice channel</c>.</summary>
internal static class ChannelCommand
{
    public static Command Create(Surroundings surroundings) => new("channel", "The ways to you, or to a team that you lead.")
    {
        List(surroundings), Open(surroundings), Switch(surroundings, "pause", "Hold back what is due, and queue nothing new.",
            enabled: false),
        Switch(surroundings, "resume", "Deliver again.", enabled: true), Close(surroundings), Rotate(surroundings),
    };

    private static Argument<int> Id() => new("ID") { Description = "The channel's number, as listed." };

    private static Command List(Surroundings surroundings)
    {
        var (team, person) = (NoticeCommand.Team(), NoticeCommand.Person());
        var limit = FeatureCommand.Limit();
        return new Command("list", "Channels, without their secrets.") { team, person, limit }.Runs(surroundings, async call => call.Screen.Table(
            await call.ListAsync<ChannelView>("notices/channels".With(("team", call.Get(team)), ("person", call.Get(person))),
                call.Get(limit)),
            new("id", c => c.Id), new("type", c => c.Type), new("name", c => c.Name), new("address", c => c.Address),
            new("enabled", c => c.Enabled)));
    }

    private static Command Open(Surroundings surroundings)
    {
        var type = new Argument<string>("TYPE") { Description = "email, webhook or slack." };
        type.AcceptOnlyFromAmong("email", "webhook", "slack");
        var address = new Argument<string>("ADDRESS") { Description = "A mail address, or the URL to post to." };
        var name = new Option<string?>("--name") { Description = "For people; without it, the address." };
        var (team, person) = (NoticeCommand.Team(), NoticeCommand.Person());
        return new Command("open", "Open a channel; a webhook's signing secret is shown this once.") { type, address, name, team, person }
            .Runs(surroundings, async call =>
            Print(call, await call.Client.PostAsync<ChannelView>("notices/channels", new ChannelRequest
            {
                Type = call.Get(type), Address = call.Get(address), Name = call.Get(name), Team = call.Get(team), Person = call.Get(person),
            }, call.Cancellation)));
    }

    private static Command Switch(Surroundings surroundings, string verb, string what, bool enabled)
    {
        var id = Id();
        return new Command(verb, what) { id }.Runs(surroundings, async call => Print(
            call, await call.Client.PatchAsync<ChannelView>(Paths.Of("notices", "channels", $"{call.Get(id)}"),
                new ChannelChange { Enabled = enabled }, call.Cancellation)));
    }

    private static Command Close(Surroundings surroundings)
    {
        var id = Id();
        return new Command("close", "Close a channel for good; what it had not delivered is dropped.") { id }.Runs(surroundings, async call =>
        {
            await call.Client.DeleteAsync(Paths.Of("notices", "channels", $"{call.Get(id)}"), call.Cancellation);
            call.Screen.Say($"Channel {call.Get(id)} is closed.", new { Id = call.Get(id), Closed = true });
        });
    }

    private static Command Rotate(Surroundings surroundings)
    {
        var id = Id();
        var hours = new Option<int?>("--overlap-hours") { Description = "How long the old secret signs beside the new one; default 24." };
        return new Command("rotate", "Give a webhook a new secret, shown this once.") { id, hours }.Runs(surroundings, async call =>
            Print(call, await call.Client.PostAsync<ChannelView>(
                Paths.Of("notices", "channels", $"{call.Get(id)}", "rotate"), new RotationRequest { OverlapHours = call.Get(hours) },
                call.Cancellation)));
    }

    private static void Print(Call call, ChannelView channel) => call.Screen.Fields(channel,
        ("id", channel.Id), ("type", channel.Type), ("name", channel.Name), ("address", channel.Address), ("person", channel.Person),
        ("team", channel.Team),
        ("enabled", channel.Enabled), ("old secret until", channel.PreviousSecretUntil), ("secret", channel.Secret));
}
