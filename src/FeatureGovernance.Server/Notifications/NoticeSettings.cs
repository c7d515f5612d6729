using System.Net;
using FeatureGovernance.Core.Notifications;
using MailKit.Security;

namespace FeatureGovernance.Server.Notifications;

/// <summary>What the operator decides of notices, read once at start; a setting that cannot be read stops the start.</summary>
internal sealed record NoticeSettings
{
    /// <summary>Where people reach the service; links in notices begin with it. Null where links would lead nowhere.</summary>
    public Uri? PublicUrl { get; init; }

    /// <summary>Networks that webhooks may reach although they are not of the public internet; only there may they go
    /// unencrypted.</summary>
    public IReadOnlyList<IPNetwork> AllowedNetworks { get; init; } = [];

    /// <summary>Domains that mail may go to; empty for every one.</summary>
    public IReadOnlyList<string> MailDomains { get; init; } = [];

    public Retries Retries { get; init; } = Retries.Default;

    /// <summary>How long a delivery in hand is left to the process that took it.</summary>
    public TimeSpan Lease { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>How long what was delivered is kept.</summary>
    public int RetentionDays { get; init; } = 30;

    /// <summary>How long notices and dead letters are kept.</summary>
    public int InboxDays { get; init; } = 180;

    /// <summary>Null where no mail server is set, and so no mail goes out.</summary>
    public SmtpSettings? Smtp { get; init; }

    public static NoticeSettings Read(IConfiguration configuration)
    {
        var section = configuration.GetSection("Notices");
        var defaults = new NoticeSettings();
        return new()
        {
            PublicUrl = section["PublicUrl"] is { Length: > 0 } url ? Absolute(url) : null,
            AllowedNetworks = [.. Listed(section["AllowedNetworks"]).Select(Network)],
            MailDomains = [.. Listed(section["MailDomains"])],
            Retries = new(
                Number(section, "Attempts", defaults.Retries.Most, 1, 100),
                TimeSpan.FromSeconds(Number(section, "FirstRetrySeconds", (int)defaults.Retries.First.TotalSeconds, 1, 3_600)),
                TimeSpan.FromSeconds(Number(section, "LongestRetrySeconds", (int)defaults.Retries.Longest.TotalSeconds, 1, 604_800))),
            Lease = TimeSpan.FromSeconds(Number(section, "LeaseSeconds", (int)defaults.Lease.TotalSeconds, 90, 86_400)),
            RetentionDays = Number(section, "RetentionDays", defaults.RetentionDays, 1, 3_650),
            InboxDays = Number(section, "InboxDays", defaults.InboxDays, 1, 3_650),
            Smtp = SmtpSettings.Read(configuration.GetSection("Smtp")),
        };
    }

    private static string[] Listed(string? text) => (text ?? "").Split(',',
        StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    private static Uri Absolute(string url) => Uri.TryCreate(url.TrimEnd('/'), UriKind.Absolute, out var address)
        && address.Scheme is "http" or "https"
        ? address
        : throw new InvalidOperationException($"Notices:PublicUrl is '{url}'; use an address such as https://features.example.com.");

    private static IPNetwork Network(string text) => IPNetwork.TryParse(text, out var network)
        ? network
        : throw new InvalidOperationException($"Notices:AllowedNetworks has '{text}'; use networks such as 10.1.0.0/16, with commas between.");

    private static int Number(IConfigurationSection section, string name, int missing, int least, int most)
    {
        var number = section.GetValue(name, missing);
        return number >= least && number <= most
            ? number
            : throw new InvalidOperationException($"{section.Key}:{name} is {number}; use {least} to {most}.");
    }
}

/// <summary>The mail server.</summary>
/// <param name="Security">How the connection is protected: <c>startTls</c> demands it, <c>none</c> does without.</param>
/// <param name="AuthorityFile">A PEM file with the authorities to trust instead of the system's; null for the system's.</param>
internal sealed record SmtpSettings(string Host, int Port, SecureSocketOptions Security, string? User, string? Password, string From,
    string? AuthorityFile)
{
    public static SmtpSettings? Read(IConfigurationSection section)
    {
        if (section["Host"] is not { Length: > 0 } host)
            return null;
        var (security, port) = (section["Security"] ?? "startTls") switch
        {
            "startTls" => (SecureSocketOptions.StartTls, 587),
            "tls" => (SecureSocketOptions.SslOnConnect, 465),
            "none" => (SecureSocketOptions.None, 25),
            var other => throw new InvalidOperationException($"Smtp:Security is '{other}'; use startTls, tls or none."),
        };
        var from = section["From"] is { Length: > 0 } sender ? sender : $"feature-governance@{host}";
        if (!MimeKit.MailboxAddress.TryParse(from, out var mailbox) || string.IsNullOrEmpty(mailbox.Domain))
            throw new InvalidOperationException($"Smtp:From is '{from}'; use a mail address.");
        return new(host, section.GetValue("Port", port), security, section["User"], section["Password"], from, section["AuthorityFile"]);
    }
}
