using System.Globalization;
using FeatureGovernance.Contracts.Notifications;
using FeatureGovernance.Core.Notifications;
using FeatureGovernance.Server.Http;

namespace FeatureGovernance.Server.Notifications;

/// <summary>Preferences as they were asked for, checked.</summary>
internal sealed record WantedPreferences(
    string TimeZone, TimeOnly? QuietFrom, TimeOnly? QuietTo, TimeOnly DigestAt,
    IReadOnlyList<(int Channel, IReadOnlyDictionary<NoticeKind, DeliveryMode> Modes)> Channels)
{
    private const string HourForm = "HH:mm";
    private const int MostChannels = 100;

    public static string Text(TimeOnly time) => time.ToString(HourForm, CultureInfo.InvariantCulture);

    public static WantedPreferences Read(PreferencesBody body, FieldFaults faults)
    {
        var zone = body.TimeZone ?? Rhythm.Default.Zone.Id;
        faults.Check(zone.Length <= 64 && !zone.Contains('\0') && TimeZoneInfo.TryFindSystemTimeZoneById(zone, out _),
            "timeZone", $"'{Problems.Shorten(FieldFaults.Printable(zone))}' is not a time zone.",
            "Use a name such as Europe/Vienna or UTC.");
        var from = Hour("quietFrom", body.QuietFrom, faults);
        var to = Hour("quietTo", body.QuietTo, faults);
        faults.Check(body.QuietFrom is null == body.QuietTo is null, body.QuietFrom is null ? "quietFrom" : "quietTo",
            "Quiet hours have a beginning and an end.", "Give both, or neither.");
        faults.Check(from is null || from != to, "quietTo", "Quiet hours end when they begin.",
            "Give different hours; to hear nothing at all, pause the channel.");
        var digest = Hour("digestAt", body.DigestAt, faults);
        faults.Check(body.Channels is null or { Count: <= MostChannels }, "channels", $"There are {body.Channels?.Count:N0} channels.",
            $"Use at most {MostChannels}.");
        var channels = new List<(int, IReadOnlyDictionary<NoticeKind, DeliveryMode>)>();
        foreach (var (index, channel) in (body.Channels ?? []).Take(MostChannels).Index())
        {
            if (channel?.Kinds is null)
            {
                faults.Add($"channels[{index}].kinds", "The field is required.", "Say for each kind: immediate, digest or off.",
                    "required-field");
                continue;
            }

            faults.Check(channels.TrueForAll(other => other.Item1 != channel.Channel), $"channels[{index}].channel",
                "The channel is named twice.", "Name it once.");
            channels.Add((channel.Channel, Modes($"channels[{index}].kinds", channel.Kinds, faults)));
        }

        return new(zone, from, to, digest ?? Rhythm.Default.DigestAt, channels);
    }

    private static Dictionary<NoticeKind, DeliveryMode> Modes(string field, IReadOnlyDictionary<string, string> kinds, FieldFaults faults)
    {
        var modes = new Dictionary<NoticeKind, DeliveryMode>();
        foreach (var (name, text) in kinds.Take(Enum.GetValues<NoticeKind>().Length + 1))
        {
            var kind = faults.Word<NoticeKind>($"{field}.{Problems.Shorten(FieldFaults.Printable(name))}", name);
            var mode = faults.Word<DeliveryMode>($"{field}.{Problems.Shorten(FieldFaults.Printable(name))}", text ?? "");
            if (kind is { } known && mode is { } wanted)
                modes[known] = wanted;
        }

        return modes;
    }

    private static TimeOnly? Hour(string field, string? text, FieldFaults faults)
    {
        if (text is null)
            return null;
        if (TimeOnly.TryParseExact(text, HourForm, CultureInfo.InvariantCulture, DateTimeStyles.None, out var hour))
            return hour;
        faults.Add(field, $"'{Problems.Shorten(FieldFaults.Printable(text))}' is not an hour.", "Use 00:00 to 23:59.");
        return null;
    }
}
