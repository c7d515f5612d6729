namespace FeatureGovernance.Contracts.Notifications;

/// <summary>What somebody wants to hear of and when; the body of <c>PUT /notices/preferences</c>.</summary>
public record PreferencesBody
{
    /// <summary>The time zone of the hours, for example <c>Europe/Vienna</c>. Default <c>UTC</c>.</summary>
    public string? TimeZone { get; init; }

    /// <summary>When quiet hours begin, <c>HH:mm</c>; null for none.</summary>
    public string? QuietFrom { get; init; }

    /// <summary>When they end; where that is earlier than the beginning, on the next day.</summary>
    public string? QuietTo { get; init; }

    /// <summary>When the daily digest goes out. Default <c>09:00</c>.</summary>
    public string? DigestAt { get; init; }

    /// <summary>By channel.</summary>
    public IReadOnlyList<ChannelPreferences>? Channels { get; init; }
}

/// <summary>Of what a channel is told.</summary>
/// <param name="Channel">The channel.</param>
/// <param name="Kinds">By kind: <c>immediate</c>, <c>digest</c> or <c>off</c>; a kind that is left out has its default.</param>
public sealed record ChannelPreferences(int Channel, IReadOnlyDictionary<string, string> Kinds);

/// <summary>Preferences as they hold.</summary>
public sealed record PreferencesView : PreferencesBody
{
    /// <summary>Whose; null for a team's.</summary>
    public string? Person { get; init; }

    /// <summary>Which team's; null for a person's.</summary>
    public string? Team { get; init; }

    /// <summary>Counts every change, from 0; also the ETag.</summary>
    public required int Revision { get; init; }
}
