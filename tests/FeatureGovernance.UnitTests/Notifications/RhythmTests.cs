using FeatureGovernance.Core.Notifications;

namespace FeatureGovernance.UnitTests.Notifications;

public sealed class RhythmTests
{
    private static readonly TimeZoneInfo Vienna = TimeZoneInfo.FindSystemTimeZoneById("Europe/Vienna");

    [Theory]
    [InlineData("2031-01-10T20:59:00Z", "2031-01-10T20:59:00Z")] // 21:59 there
    [InlineData("2031-01-10T21:00:00Z", "2031-01-11T06:00:00Z")] // 22:00
    [InlineData("2031-01-11T03:00:00Z", "2031-01-11T06:00:00Z")] // past midnight
    [InlineData("2031-01-11T06:00:00Z", "2031-01-11T06:00:00Z")] // they have ended
    [InlineData("2031-07-10T20:00:00Z", "2031-07-11T05:00:00Z")] // in summer
    [InlineData("2031-03-29T22:00:00Z", "2031-03-30T05:00:00Z")] // in the night that is an hour short
    [InlineData("2031-10-25T22:00:00Z", "2031-10-26T06:00:00Z")] // in the night that is an hour long
    public void Quiet_hours_follow_the_clock_on_the_wall(string moment, string due) =>
        new Rhythm(Vienna, new(22, 0), new(7, 0), new(9,
            0)).AfterQuiet(DateTimeOffset.Parse(moment)).Should().Be(DateTimeOffset.Parse(due));

    [Theory]
    [InlineData("2031-03-29T12:00:00Z", "2031-03-30T01:30:00Z")] // 02:30 does not exist: 03:30 instead
    [InlineData("2031-10-25T12:00:00Z", "2031-10-26T00:30:00Z")] // 02:30 comes twice: the first
    [InlineData("2031-10-26T00:30:00Z", "2031-10-27T01:30:00Z")] // and only once
    public void A_digest_goes_out_once_a_day_whatever_the_clocks_do(string moment, string due) =>
        new Rhythm(Vienna, null, null, new(2, 30)).NextDigest(DateTimeOffset.Parse(moment)).Should().Be(DateTimeOffset.Parse(due));

    [Fact]
    public void What_is_off_is_never_due() =>
        Rhythm.Default.DueAt(DeliveryMode.Off, DateTimeOffset.UnixEpoch).Should().BeNull();
}
