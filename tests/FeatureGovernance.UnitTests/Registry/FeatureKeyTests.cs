using FeatureGovernance.Core.Registry;

namespace FeatureGovernance.UnitTests.Registry;

public class FeatureKeyTests
{
    [Theory]
    [InlineData("media_engagement:like_rate_7d")]
    [InlineData("credit.history:missed_payments_2y")]
    [InlineData("A:b")]
    public void A_well_formed_key_reads_back_as_written(string text) => FeatureKey.Parse(text).ToString().Should().Be(text);

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("no_group")]
    [InlineData(":name")]
    [InlineData("group:")]
    [InlineData("a:b:c")]
    [InlineData("group:na me")]
    [InlineData("group:name\n")]
    [InlineData("gr\u043Eup:name")]
    [InlineData("group:na\u200Bme")]
    [InlineData("group:name@2")]
    [InlineData("group:-name")]
    [InlineData("group:a/b")]
    [InlineData("a/b:name")]
    public void A_malformed_key_is_refused(string? text) => FeatureKey.TryParse(text, out _).Should().BeFalse();

    [Fact]
    public void A_part_longer_than_128_characters_is_refused() =>
        FeatureKey.TryParse("g:" + new string('a', 129), out _).Should().BeFalse();

    [Fact]
    public void A_reference_may_pin_a_version()
    {
        FeatureReference.TryParse("g:n@3", out var pinned).Should().BeTrue();
        pinned.Version.Should().Be(3);
        FeatureReference.TryParse("g:n", out var floating).Should().BeTrue();
        floating.Version.Should().BeNull();
    }

    [Theory]
    [InlineData("g:n@")]
    [InlineData("g:n@0")]
    [InlineData("g:n@-1")]
    [InlineData("g:n@1.5")]
    [InlineData("g:n@99999999999")]
    public void A_reference_with_a_bad_version_is_refused(string text) => FeatureReference.TryParse(text, out _).Should().BeFalse();
}
