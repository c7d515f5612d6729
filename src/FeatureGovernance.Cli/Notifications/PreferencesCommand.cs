using System.CommandLine;
using FeatureGovernance.Cli.Running;
using FeatureGovernance.Client;
using FeatureGovernance.Contracts.Notifications;

namespace FeatureGovernance.Cli.Notifications;

/// <summary><c>featgov notice preferences</c>: shows them, or changes what is given.</summary>
internal static class PreferencesCommand
{
    public static Command Create(Surroundings surroundings)
    {
        var (team, person) = (NoticeCommand.Team(), NoticeCommand.Person());
        var zone = new Option<string?>("--zone") { Description = "The time zone of the hours, for example Europe/Vienna." };
        var quiet = new Option<string?>("--quiet") { Description = "Hours to be left alone, for example 22:00-07:00; empty for none." };
        var digest = new Option<string?>("--digest-at") { Description = "When the daily digest goes out, for example 08:30." };
        var tell = new Option<string[]>("--tell") { Description = "CHANNEL:KIND=MODE, for example 3:featureMoved=off; modes are immediate, digest and off. May be repeated." };
        return new Command("preferences", "What you hear of and when; with options, change it.") { team, person, zone, quiet, digest, tell }
            .Runs(surroundings, async call =>
        {
            var path = "notices/preferences".With(("team", call.Get(team)), ("person", call.Get(person)));
            var present = await call.Client.GetAsync<PreferencesView>(path, call.Cancellation);
            if (call.Has(zone) || call.Has(quiet) || call.Has(digest) || call.Has(tell))
            {
                var hours = call.Has(quiet) ? Hours(call.Get(quiet)) : (From: present.QuietFrom, To: present.QuietTo);
                present = await call.Client.PutAsync<PreferencesView>(path, new PreferencesBody
                {
                    TimeZone = call.Get(zone) ?? present.TimeZone,
                    QuietFrom = hours.From,
                    QuietTo = hours.To,
                    DigestAt = call.Get(digest) ?? present.DigestAt,
                    Channels = Told(present.Channels ?? [], call.Get(tell) ?? []),
                }, present.Revision, call.Cancellation);
            }

            call.Screen.Remark($"{present.TimeZone}, quiet {(present.QuietFrom is null ? "never" : $"{present.QuietFrom} to {present.QuietTo}")}, digest at {present.DigestAt}.");
            call.Screen.Table(present, (present.Channels ?? []).SelectMany(channel =>
                channel.Kinds.Select(kind => (channel.Channel, Kind: kind.Key, Mode: kind.Value))).ToList(),
                new("channel", row => row.Channel), new("kind", row => row.Kind), new("mode", row => row.Mode));
        });
    }

    private static (string? From, string? To) Hours(string? text) => (text ?? "").Split('-') switch
    {
        [""] => (null, null),
        [var from, var to] => (from, to),
        _ => throw new UsageException($"--quiet: '{text}' is not HH:mm-HH:mm.", "Use for example 22:00-07:00."),
    };

    private static List<ChannelPreferences> Told(IReadOnlyList<ChannelPreferences> present, string[] wanted)
    {
        var channels = present.ToDictionary(channel => channel.Channel, channel =>
            new Dictionary<string, string>(channel.Kinds, StringComparer.Ordinal));
        foreach (var (name, mode) in Given.Pairs("--tell", wanted))
        {
            if (name.Split(':') is not [var number, var kind] || !int.TryParse(number, out var channel))
                throw new UsageException($"--tell: '{name}={mode}' is not CHANNEL:KIND=MODE.", "Use for example 3:featureMoved=off.");
            if (!channels.TryGetValue(channel, out var kinds))
                channels[channel] = kinds = new(StringComparer.Ordinal);
            kinds[kind] = mode;
        }

        return [.. channels.Select(channel => new ChannelPreferences(channel.Key, channel.Value))];
    }
}
