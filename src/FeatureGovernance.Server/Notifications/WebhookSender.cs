using System.Text.Json;
using FeatureGovernance.Core;
using FeatureGovernance.Core.Notifications;
using FeatureGovernance.Server.Http;

namespace FeatureGovernance.Server.Notifications;

/// <summary>Sends as Standard Webhooks has it. While a secret is being changed, each request bears a signature with either.</summary>
internal sealed class WebhookSender(WebhookClient client, Secrets secrets, NoticeSettings settings) : ISender
{
    public ChannelType Type => ChannelType.Webhook;

    public async Task<Outcome> SendAsync(Parcel parcel, DateTimeOffset now, CancellationToken cancellation)
    {
        var channel = parcel.Channel;
        var kept = channel.PreviousSecret is { } previous && channel.PreviousUntil > now ? new[] { channel.Secret!, previous }
            : [channel.Secret!];
        var keys = kept.Select(secret => WebhookSignature.Key(secrets.Reveal(secret))).ToList();
        if (keys[0] is null)
            return Outcome.Failed("The secret cannot be read with this server's key (Notices:SecretKey).");
        var body = JsonSerializer.SerializeToUtf8Bytes(Body(parcel), Json.Options);
        return await client.PostAsync(new Uri(channel.Address), body, cancellation,
            ("webhook-id", parcel.Key),
            ("webhook-timestamp", $"{now.ToUnixTimeSeconds()}"),
            ("webhook-signature", WebhookSignature.Sign(keys.OfType<byte[]>(), parcel.Key, now, body)));
    }

    // The same for each attempt: a receiver may compare.
    private object Body(Parcel parcel) => parcel.IsDigest
        ? new { type = "digest", timestamp = parcel.At, data = new { count = parcel.Notices.Count, notices = parcel.Shown.Select(One) } }
        : new { type = Words.Of(parcel.Notices[0].Kind), timestamp = parcel.At, data = One(parcel.Notices[0]) };

    private object One(NoticeRow notice) => new
    {
        notice.Id, kind = Words.Of(notice.Kind), notice.At, notice.Title, text = notice.Body, notice.Actor, notice.Action,
        notice.SubjectKind, notice.Subject, notice.Sequence, path = notice.Path, url = Parcel.Link(settings, notice.Path),
    };
}

/// <summary>Sends to an incoming webhook of Slack, Mattermost, Rocket.Chat and the like.</summary>
internal sealed class SlackSender(WebhookClient client, Secrets secrets, NoticeSettings settings) : ISender
{
    // Slack takes 40,000 characters; a message that long is read by nobody.
    private const int LongestText = 10_000;

    public ChannelType Type => ChannelType.Slack;

    public Task<Outcome> SendAsync(Parcel parcel, DateTimeOffset now, CancellationToken cancellation)
    {
        if (secrets.Reveal(parcel.Channel.Secret!) is not { } address)
            return Task.FromResult(Outcome.Failed("The address cannot be read with this server's key (Notices:SecretKey)."));
        var text = string.Join("\n\n", parcel.Shown.Select(One));
        if (parcel.Notices.Count > Parcel.MostShown)
            text += $"\n\nAnd {parcel.Notices.Count - Parcel.MostShown} more.";
        var body = JsonSerializer.SerializeToUtf8Bytes(new { text = text.Length <= LongestText ? text : text[..LongestText] + "…" },
            Json.Options);
        return client.PostAsync(new Uri(address), body, cancellation, ("webhook-id", parcel.Key));
    }

    private string One(NoticeRow notice)
    {
        var title = Escaped(notice.Title);
        var head = Parcel.Link(settings, notice.Path) is { } link ? $"<{link}|{title}>" : $"*{title}*";
        return $"{head}\n{Escaped(notice.Body)}";
    }

    // Slack's three characters with a meaning; no text of ours may address a whole channel.
    private static string Escaped(string text) =>
        text.Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal).Replace(">", "&gt;",
            StringComparison.Ordinal);
}
