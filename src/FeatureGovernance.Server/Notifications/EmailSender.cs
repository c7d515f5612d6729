using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using FeatureGovernance.Core.Notifications;
using MailKit;
using MailKit.Net.Smtp;
using MimeKit;

namespace FeatureGovernance.Server.Notifications;

/// <summary>Sends by SMTP. The Message-Id follows from the delivery, so that mail systems drop what they have seen.</summary>
internal sealed class EmailSender(NoticeSettings settings) : ISender
{
    private const int TimeoutMilliseconds = 20_000;

    public ChannelType Type => ChannelType.Email;

    public async Task<Outcome> SendAsync(Parcel parcel, DateTimeOffset now, CancellationToken cancellation)
    {
        if (settings.Smtp is not { } smtp)
            return Outcome.Failed("No mail server is set (Smtp:Host).");
        using var client = new SmtpClient { Timeout = TimeoutMilliseconds };
        if (smtp.AuthorityFile is { } file)
            client.ServerCertificateValidationCallback = (_, certificate, _, errors) => IsTrusted(file, certificate, errors);
        try
        {
            await client.ConnectAsync(smtp.Host, smtp.Port, smtp.Security, cancellation);
            if (smtp.User is not null)
                await client.AuthenticateAsync(smtp.User, smtp.Password ?? "", cancellation);
            using var message = Message(parcel, smtp);
            await client.SendAsync(message, cancellation);
        }
        catch (SmtpCommandException refused) when (refused.ErrorCode is SmtpErrorCode.RecipientNotAccepted
            && (int)refused.StatusCode >= 500)
        {
            return Outcome.Hopeless($"The mail server refuses {parcel.Channel.Address}: {refused.Message}");
        }
        catch (Exception exception) when (exception is SmtpCommandException or SmtpProtocolException or MailKit.Security.AuthenticationException
            or MailKit.Security.SslHandshakeException or ServiceNotConnectedException or NotSupportedException or SocketException or IOException or TimeoutException)
        {
            return Outcome.Failed($"The mail server {smtp.Host}:{smtp.Port} did not take it: {exception.Message}");
        }

        // The message is taken; that the farewell fails changes nothing.
        try
        {
            await client.DisconnectAsync(quit: true, cancellation);
        }
        catch (Exception exception) when (exception is SmtpCommandException or SmtpProtocolException or SocketException or IOException or OperationCanceledException)
        {
        }

        return Outcome.Taken;
    }

    private MimeMessage Message(Parcel parcel, SmtpSettings smtp)
    {
        var from = MailboxAddress.Parse(smtp.From);
        var message = new MimeMessage
        {
            MessageId = $"{parcel.Key}@{from.Domain}",
            Subject = $"[FeatureGovernance] {parcel.Title}",
            Date = parcel.At,
            Body = new TextPart("plain") { Text = Body(parcel) },
        };
        message.From.Add(from);
        message.To.Add(MailboxAddress.Parse(parcel.Channel.Address));
        // No out-of-office replies to a machine (RFC 3834).
        message.Headers.Add("Auto-Submitted", "auto-generated");
        message.Headers.Add("X-FeatureGovernance-Kind", parcel.IsDigest ? "digest" : Core.Words.Of(parcel.Notices[0].Kind));
        return message;
    }

    private string Body(Parcel parcel)
    {
        var body = new StringBuilder();
        foreach (var notice in parcel.Shown)
        {
            if (parcel.IsDigest)
                body.Append(notice.Title).Append('\n');
            body.Append(notice.Body).Append('\n');
            if (Parcel.Link(settings, notice.Path) is { } link)
                body.Append(link).Append('\n');
            body.Append('\n');
        }

        if (parcel.Notices.Count > Parcel.MostShown)
            body.Append($"And {parcel.Notices.Count - Parcel.MostShown} more.\n\n");
        return body.Append($"-- \nSent to you through the channel '{parcel.Channel.Name}'. What you hear of, and when: featgov notice preferences\n").ToString();
    }

    private static bool IsTrusted(string file, X509Certificate? certificate, SslPolicyErrors errors)
    {
        if (certificate is null || (errors & ~SslPolicyErrors.RemoteCertificateChainErrors) != 0)
            return false;
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.CustomTrustStore.ImportFromPemFile(file);
        using var presented = X509CertificateLoader.LoadCertificate(certificate.GetRawCertData());
        return chain.Build(presented);
    }
}
