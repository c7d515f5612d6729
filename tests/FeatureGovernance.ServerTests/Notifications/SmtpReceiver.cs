using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using MimeKit;

namespace FeatureGovernance.ServerTests.Notifications;

/// <summary>A mail as it was taken: its envelope, its text, and whether it came encrypted and after a password.</summary>
public sealed record Mail(string From, string To, MimeMessage Message, bool Encrypted, string? Credentials);

/// <summary>A mail server on a real port of the loopback address, with STARTTLS or TLS where it has a certificate (RFC 5321, 3207,
/// 4954).</summary>
public sealed class SmtpReceiver : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stopping = new();
    private readonly X509Certificate2? certificate;
    private readonly bool encryptedFromTheStart;
    private readonly Task accepting;

    public SmtpReceiver(X509Certificate2? certificate = null, bool encryptedFromTheStart = false)
    {
        this.certificate = certificate;
        this.encryptedFromTheStart = encryptedFromTheStart;
        listener.Start();
        accepting = AcceptAsync();
    }

    public ConcurrentQueue<Mail> Mails { get; } = [];

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    /// <summary>The answer to a recipient.</summary>
    public string ReplyToRecipient { get; set; } = "250 OK";

    /// <summary>The answer to a whole message.</summary>
    public string ReplyToMessage { get; set; } = "250 Taken";

    /// <summary>A certificate for localhost, which is its own authority.</summary>
    public static X509Certificate2 NewCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        var now = TimeProvider.System.GetUtcNow();
        using var made = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null);
    }

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        listener.Stop();
        await accepting;
        stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
                _ = ServeAsync(await listener.AcceptTcpClientAsync(stopping.Token));
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException)
        {
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        {
            try
            {
                Stream stream = client.GetStream();
                if (encryptedFromTheStart)
                    stream = await EncryptAsync(stream);
                await SayAsync(stream, "220 localhost");
                await SpeakAsync(stream, encryptedFromTheStart);
            }
            catch (Exception exception) when (exception is IOException or OperationCanceledException or System.Security.Authentication.AuthenticationException)
            {
            }
        }
    }

    private async Task<SslStream> EncryptAsync(Stream stream)
    {
        var encrypted = new SslStream(stream);
        await encrypted.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = certificate }, stopping.Token);
        return encrypted;
    }

    private async Task SpeakAsync(Stream stream, bool encrypted)
    {
        string from = "", to = "";
        string? credentials = null;
        while (await LineAsync(stream) is { } line)
        {
            switch (line.Split(' ', ':')[0].ToUpperInvariant())
            {
                case "EHLO":
                    await SayAsync(stream, certificate is not null && !encrypted ? "250-localhost\r\n250-STARTTLS\r\n250 8BITMIME"
                        : "250-localhost\r\n250 AUTH PLAIN");
                    break;
                case "STARTTLS":
                    await SayAsync(stream, "220 Go ahead");
                    // The client greets anew, and is not greeted.
                    await using (var protectedStream = await EncryptAsync(stream))
                        await SpeakAsync(protectedStream, encrypted: true);
                    return;
                case "AUTH":
                    credentials = Encoding.UTF8.GetString(Convert.FromBase64String(line.Split(' ')[2])).Replace('\0', ' ').Trim();
                    await SayAsync(stream, "235 Welcome");
                    break;
                case "MAIL":
                    from = line.Split('<', '>')[1];
                    await SayAsync(stream, "250 OK");
                    break;
                case "RCPT":
                    to = line.Split('<', '>')[1];
                    await SayAsync(stream, ReplyToRecipient);
                    break;
                case "DATA":
                    await SayAsync(stream, "354 Go ahead");
                    var message = await MessageAsync(stream);
                    if (ReplyToMessage.StartsWith('2'))
                        Mails.Enqueue(new(from, to, message, encrypted, credentials));
                    await SayAsync(stream, ReplyToMessage);
                    break;
                case "QUIT":
                    await SayAsync(stream, "221 Bye");
                    return;
                default:
                    await SayAsync(stream, "250 OK");
                    break;
            }
        }
    }

    private async Task<MimeMessage> MessageAsync(Stream stream)
    {
        var text = new StringBuilder();
        while (await LineAsync(stream) is { } line && line != ".")
            text.Append(line.StartsWith('.') ? line[1..] : line).Append("\r\n");
        return await MimeMessage.LoadAsync(new MemoryStream(Encoding.UTF8.GetBytes(text.ToString())), stopping.Token);
    }

    private async Task SayAsync(Stream stream, string line) => await stream.WriteAsync(Encoding.ASCII.GetBytes(line + "\r\n"),
        stopping.Token);

    private async Task<string?> LineAsync(Stream stream)
    {
        var line = new List<byte>();
        var one = new byte[1];
        while (await stream.ReadAsync(one, stopping.Token) == 1)
        {
            if (one[0] == '\n')
                return Encoding.UTF8.GetString([.. line]).TrimEnd('\r');
            line.Add(one[0]);
        }

        return null;
    }
}
