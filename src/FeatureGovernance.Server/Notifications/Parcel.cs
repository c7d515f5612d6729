using FeatureGovernance.Core.Notifications;

namespace FeatureGovernance.Server.Notifications;

/// <summary>A notice as it is read, listed and sent.</summary>
internal sealed record NoticeRow(
    long Id, long Sequence, NoticeKind Kind, DateTimeOffset At, string Actor, string Action, string SubjectKind, string Subject,
    string Title, string Body, string? Path);

/// <summary>A delivery in hand: what goes to which channel. Its id is the receiver's means to know it again.</summary>
internal sealed record Parcel(Guid Id, Channel Channel, bool IsDigest, int Attempts, DateTimeOffset At, IReadOnlyList<NoticeRow> Notices)
{
    /// <summary>The most notices that a digest spells out; it counts the rest.</summary>
    public const int MostShown = 200;

    public string Key => $"msg_{Id:N}";

    public IEnumerable<NoticeRow> Shown => Notices.Take(MostShown);

    public string Title => IsDigest ? $"{Notices.Count} {(Notices.Count == 1 ? "notice" : "notices")} of the day" : Notices[0].Title;

    public static string? Link(NoticeSettings settings, string? path) =>
        path is null || settings.PublicUrl is null ? null : settings.PublicUrl.AbsoluteUri.TrimEnd('/') + path;
}

/// <summary>What came of an attempt.</summary>
/// <param name="Delivered">Whether the receiver took it.</param>
/// <param name="Fault">Why not.</param>
/// <param name="Final">True where trying again cannot help.</param>
/// <param name="RetryAfter">How long the receiver asked to be left alone.</param>
internal sealed record Outcome(bool Delivered, string? Fault = null, bool Final = false, TimeSpan? RetryAfter = null)
{
    public static readonly Outcome Taken = new(true);

    public static Outcome Failed(string fault, TimeSpan? retryAfter = null) => new(false, fault, false, retryAfter);

    public static Outcome Hopeless(string fault) => new(false, fault, Final: true);
}

/// <summary>One of the ways out.</summary>
internal interface ISender
{
    ChannelType Type { get; }

    /// <summary>Makes one attempt. What fails at the receiver or on the way is an outcome, no exception.</summary>
    Task<Outcome> SendAsync(Parcel parcel, DateTimeOffset now, CancellationToken cancellation);
}
