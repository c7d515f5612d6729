using FeatureGovernance.ServerTests.Fixtures;

namespace FeatureGovernance.ServerTests.Notifications;

/// <summary>Mail, as a real mail server gets it.</summary>
public sealed class MailTests(TestCluster cluster) : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("featgov-mail").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData("none")]
    [InlineData("startTls")]
    [InlineData("tls")]
    public async Task A_mail_says_what_happened_whatever_protects_the_way(string security)
    {
        using var certificate = SmtpReceiver.NewCertificate();
        await using var receiver = new SmtpReceiver(security == "none" ? null : certificate, encryptedFromTheStart: security == "tls");
        var authority = Path.Combine(folder, "authority.pem");
        await File.WriteAllTextAsync(authority, certificate.ExportCertificatePem(), TestContext.Current.CancellationToken);
        await using var server = await ServerAsync(receiver, ("Smtp:Security", security), ("Smtp:AuthorityFile", authority),
            ("Smtp:User", "mailer"), ("Smtp:Password", "swordfish"));
        await NoticeServer.ChannelAsync(server.Ann, "email", "ann@example.com");
        var key = await server.AskAsync();

        await server.DeliverAsync();

        var mail = receiver.Mails.Should().ContainSingle().Which;
        mail.To.Should().Be("ann@example.com");
        mail.From.Should().Be("features@example.com");
        mail.Encrypted.Should().Be(security != "none");
        mail.Credentials.Should().Be("mailer swordfish");
        mail.Message.Subject.Should().Contain("feed asks for your features");
        mail.Message.TextBody.Should().Contain(key).And.Contain("It ranks.");
        mail.Message.Headers["Auto-Submitted"].Should().Be("auto-generated");
    }

    [Fact]
    public async Task A_server_that_no_known_authority_vouches_for_gets_no_mail()
    {
        using var certificate = SmtpReceiver.NewCertificate();
        await using var receiver = new SmtpReceiver(certificate);
        await using var server = await ServerAsync(receiver, ("Smtp:Security", "startTls"), ("Notices:Attempts", "1"));
        await NoticeServer.ChannelAsync(server.Ann, "email", "ann@example.com");
        await server.AskAsync();

        await server.DeliverAsync();

        receiver.Mails.Should().BeEmpty();
        (await server.Ann.GetAsync("notices/dead-letters")).Items().Should().ContainSingle();
    }

    [Fact]
    public async Task A_mail_that_was_deferred_comes_again_with_the_same_id()
    {
        await using var receiver = new SmtpReceiver();
        await using var server = await ServerAsync(receiver);
        await NoticeServer.ChannelAsync(server.Ann, "email", "ann@example.com");
        receiver.ReplyToMessage = "451 Later";
        await server.AskAsync();
        await server.DeliverAsync();
        var id = await server.QueryAsync<Guid>("select id from notices.delivery where state = 0 and attempts = 1");
        receiver.ReplyToMessage = "250 Taken";
        server.Clock.Advance(TimeSpan.FromMinutes(1));

        await server.DeliverAsync();

        receiver.Mails.Should().ContainSingle().Which.Message.MessageId.Should().Be($"msg_{id:N}@example.com");
    }

    [Fact]
    public async Task A_recipient_whom_the_server_does_not_know_is_given_up_at_once()
    {
        await using var receiver = new SmtpReceiver { ReplyToRecipient = "550 No such user" };
        await using var server = await ServerAsync(receiver);
        await NoticeServer.ChannelAsync(server.Ann, "email", "ann@example.com");
        await server.AskAsync();

        await server.DeliverAsync();

        (await server.Ann.GetAsync("notices/dead-letters")).Items().Should().ContainSingle()
            .Which.GetProperty("fault").GetString().Should().Contain("No such user");
    }

    [Theory]
    [InlineData("ann")]
    [InlineData("ann@elsewhere.example")]
    [InlineData("ann@example.com\r\nBcc: eve@example.com")]
    [InlineData("Ann <ann@example.com>")]
    [InlineData("")]
    public async Task An_address_that_is_none_or_not_ours_is_refused(string address)
    {
        await using var server = await NoticeServer.StartAsync(cluster, ("Notices:MailDomains", "example.com"));

        (await server.Ann.PostAsync("notices/channels", new { type = "email", address })).ExpectProblem(400,
            "malformed-request").FaultyFields.Should().Equal("address");
    }

    private Task<NoticeServer> ServerAsync(SmtpReceiver receiver, params (string, string)[] more) => NoticeServer.StartAsync(cluster,
    [
        ("Smtp:Host", "localhost"), ("Smtp:Port", $"{receiver.Port}"), ("Smtp:From", "features@example.com"), ("Smtp:Security", "none"),
        .. more,
    ]);
}
