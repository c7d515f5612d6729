namespace FeatureGovernance.Contracts.Notifications;

/// <summary>A channel to open; the body of <c>POST /notices/channels</c>.</summary>
public sealed record ChannelRequest
{
    /// <summary><c>email</c>, <c>webhook</c> or <c>slack</c>.</summary>
    public string? Type { get; init; }

    /// <summary>A mail address, or the URL to post to. A Slack URL is kept secret.</summary>
    public string? Address { get; init; }

    /// <summary>For people; without it, the address.</summary>
    public string? Name { get; init; }

    /// <summary>A webhook's signing secret, <c>whsec_…</c>; without it, one is made and shown once.</summary>
    public string? Secret { get; init; }

    /// <summary>Whose channel; administrators only. Without it and <see cref="Team"/>, the caller's own.</summary>
    public string? Person { get; init; }

    /// <summary>Which team's channel; its leads only.</summary>
    public string? Team { get; init; }

    /// <summary>False for a channel that begins paused.</summary>
    public bool? Enabled { get; init; }
}

/// <summary>What of a channel changes; the body of <c>PATCH /notices/channels/{id}</c>.</summary>
public sealed record ChannelChange
{
    /// <summary>For people.</summary>
    public string? Name { get; init; }

    /// <summary>Where it leads from now on.</summary>
    public string? Address { get; init; }

    /// <summary>False pauses: what is due waits, what is new is not queued.</summary>
    public bool? Enabled { get; init; }
}

/// <summary>The body of <c>POST /notices/channels/{id}/rotate</c>.</summary>
public sealed record RotationRequest
{
    /// <summary>The new secret, <c>whsec_…</c>; without it, one is made and shown once.</summary>
    public string? Secret { get; init; }

    /// <summary>For how long the old secret signs beside the new one, 0 to 720; default 24.</summary>
    public int? OverlapHours { get; init; }
}

/// <summary>A channel.</summary>
public sealed record ChannelView
{
    /// <summary>Its number.</summary>
    public required int Id { get; init; }

    /// <summary><c>email</c>, <c>webhook</c> or <c>slack</c>.</summary>
    public required string Type { get; init; }

    /// <summary>For people.</summary>
    public required string Name { get; init; }

    /// <summary>Where it leads; of a Slack URL, the host.</summary>
    public required string Address { get; init; }

    /// <summary>Whose; null for a team's.</summary>
    public string? Person { get; init; }

    /// <summary>Which team's; null for a person's.</summary>
    public string? Team { get; init; }

    /// <summary>False while it is paused.</summary>
    public required bool Enabled { get; init; }

    /// <summary>Until when a secret that was replaced signs beside the new one.</summary>
    public DateTimeOffset? PreviousSecretUntil { get; init; }

    /// <summary>Counts every change; also the ETag.</summary>
    public required int Revision { get; init; }

    /// <summary>When it was opened.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it last changed.</summary>
    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>The signing secret; only in the answer that made it.</summary>
    public string? Secret { get; init; }
}
