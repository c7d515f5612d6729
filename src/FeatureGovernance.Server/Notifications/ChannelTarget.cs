using System.Net;
using FeatureGovernance.Core.Notifications;
using FeatureGovernance.Server.Http;
using MimeKit;

namespace FeatureGovernance.Server.Notifications;

/// <summary>Where a channel leads, as it may be shown, and what of it is secret.</summary>
internal sealed record ChannelTarget(string Shown, string? Secret)
{
    private const int LongestUrl = 2_000;

    /// <summary>Reads an address; null where it is at fault.</summary>
    public static ChannelTarget? Read(ChannelType type, string? address, string? secret, NoticeSettings settings, FieldFaults faults)
    {
        faults.Check(secret is null || type == ChannelType.Webhook, "secret", "Only webhooks are signed.", "Leave the field out.");
        faults.Check(secret is null || WebhookSignature.Key(secret) is not null, "secret", "That is no secret.",
            $"Use {WebhookSignature.Form}, or leave it out for a new one.");
        switch (type)
        {
            case ChannelType.Email:
                return Mail(address, settings, faults);
            case ChannelType.Webhook:
                return Url(address, settings, faults) is { } url ? new(url.AbsoluteUri, secret) : null;
            case ChannelType.Slack:
                return Url(address, settings, faults) is { } hook ? new($"{hook.Scheme}://{hook.Authority}/…", hook.AbsoluteUri) : null;
            default:
                throw new InvalidOperationException($"No channel {type}.");
        }
    }

    private static ChannelTarget? Mail(string? address, NoticeSettings settings, FieldFaults faults)
    {
        const string Remedy = "Use a mail address such as ann@example.com.";
        if (address is not { Length: > 0 and <= 320 } || address.Any(character => character is < '!' or > '~')
            || !MailboxAddress.TryParse(address, out var mailbox) || string.IsNullOrEmpty(mailbox.Domain) || mailbox.Address != address)
        {
            faults.Add("address", "That is no mail address.", Remedy);
            return null;
        }

        if (settings.MailDomains.Count > 0 && !settings.MailDomains.Contains(mailbox.Domain, StringComparer.OrdinalIgnoreCase))
        {
            faults.Add("address", $"Mail does not go to {mailbox.Domain}.",
                $"Use an address of: {string.Join(", ", settings.MailDomains)}.");
            return null;
        }

        return new(address, null);
    }

    private static Uri? Url(string? address, NoticeSettings settings, FieldFaults faults)
    {
        const string Remedy = "Use an address such as https://hooks.example.com/notices.";
        if (address is not { Length: > 0 and <= LongestUrl } || address.Any(char.IsControl)
            || !Uri.TryCreate(address, UriKind.Absolute, out var url)
            || url.Scheme is not ("https" or "http") || url.UserInfo.Length > 0 || url.Fragment.Length > 0)
        {
            faults.Add("address", "That is no address of a webhook, without a user and a fragment.", Remedy);
            return null;
        }

        // Names are judged when they are connected to; what is plain now is said now.
        var encrypted = url.Scheme == Uri.UriSchemeHttps;
        if (IPAddress.TryParse(url.IdnHost, out var literal) && !WebhookClient.IsAllowed(literal, encrypted, settings.AllowedNetworks))
        {
            faults.Add("address", "Webhooks may not reach this address.",
                "Use https and an address of the public internet, or ask an operator to allow its network.", "target-not-allowed");
            return null;
        }

        if (!encrypted && settings.AllowedNetworks.Count == 0)
        {
            faults.Add("address", "The address is not encrypted.", "Use https.", "target-not-allowed");
            return null;
        }

        return url;
    }
}
