using System.Net;
using System.Text;
using FeatureGovernance.Core.Notifications;

namespace FeatureGovernance.UnitTests.Notifications;

/// <summary>Signatures, waits and addresses.</summary>
public sealed class SendingTests
{
    // The reference vector of the Standard Webhooks libraries.
    [Fact]
    public void A_signature_is_as_the_reference_has_it() =>
        WebhookSignature.Sign([WebhookSignature.Key("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")!], "msg_p5jXN8AQM9LWM0D4loKWxJek",
            DateTimeOffset.FromUnixTimeSeconds(1614265330), Encoding.UTF8.GetBytes("""{"test": 2432232314}"""))
            .Should().Be("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");

    [Theory]
    [InlineData(null)]
    [InlineData("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")]
    [InlineData("whsec_MfKQ9r8GKYqrTwjU")]
    [InlineData("whsec_not base64 at all, whatever it may look like")]
    public void What_is_no_secret_gives_no_key(string? secret) => WebhookSignature.Key(secret).Should().BeNull();

    [Fact]
    public void Waits_double_up_to_the_longest_and_then_it_is_given_up()
    {
        var retries = new Retries(6, TimeSpan.FromSeconds(10), TimeSpan.FromMinutes(1));

        Enumerable.Range(1, 6).Select(attempts => retries.After(attempts, 1)?.TotalSeconds).Should().Equal(10, 20, 40, 60, 60, null);
        retries.After(2, 0)!.Value.TotalSeconds.Should().Be(10, "chance takes up to half");
        retries.After(1, 1, TimeSpan.FromSeconds(45))!.Value.TotalSeconds.Should().Be(45, "the receiver asked for it");
        retries.After(1, 1, TimeSpan.FromDays(9))!.Value.TotalSeconds.Should().Be(60, "but not for ever");
    }

    [Fact]
    public void The_default_gives_a_receiver_half_a_day() =>
        Enumerable.Range(1, Retries.Default.Most - 1).Sum(attempts => Retries.Default.After(attempts,
            0.5)!.Value.TotalHours).Should().BeInRange(10, 20);

    [Theory]
    [InlineData("8.8.8.8", true)]
    [InlineData("2606:4700:4700::1111", true)]
    [InlineData("::ffff:8.8.8.8", true)]
    [InlineData("0.0.0.0", false)]
    [InlineData("10.0.0.1", false)]
    [InlineData("100.64.0.1", false)]
    [InlineData("127.1.2.3", false)]
    [InlineData("169.254.169.254", false)]
    [InlineData("172.31.255.255", false)]
    [InlineData("192.168.0.1", false)]
    [InlineData("198.19.0.1", false)]
    [InlineData("224.0.0.1", false)]
    [InlineData("255.255.255.255", false)]
    [InlineData("::", false)]
    [InlineData("::1", false)]
    [InlineData("::ffff:127.0.0.1", false)]
    [InlineData("::127.0.0.1", false)]
    [InlineData("64:ff9b::7f00:1", false)]
    [InlineData("2001::1", false)]
    [InlineData("2001:db8::1", false)]
    [InlineData("2002:7f00:1::", false)]
    [InlineData("fc00::1", false)]
    [InlineData("fe80::1", false)]
    [InlineData("ff02::1", false)]
    public void Only_addresses_of_the_public_internet_are_public(string address, bool isPublic) =>
        TargetRules.IsPublic(IPAddress.Parse(address)).Should().Be(isPublic);

    [Fact]
    public void A_network_that_was_opened_is_open_however_its_addresses_are_written() =>
        TargetRules.IsWithin(IPAddress.Parse("::ffff:10.1.2.3"), [IPNetwork.Parse("10.1.0.0/16")]).Should().BeTrue();
}
