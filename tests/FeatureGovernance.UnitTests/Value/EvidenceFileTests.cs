using System.Text;
using FeatureGovernance.Core.Value.Importing;
using FeatureGovernance.Tests;

namespace FeatureGovernance.UnitTests.Value;

public class EvidenceFileTests
{
    [Fact]
    public void A_model_in_UBJSON_gives_its_gains() =>
        Gains(XgboostBytes.Model(["user__age", "days", "unused"], 4.25f, 1.5f)).Should().Equal(("days", 4.25), ("user__age", 1.5), ("unused", 0));

    [Fact]
    public void A_model_in_UBJSON_cut_anywhere_is_refused_with_the_place()
    {
        var whole = XgboostBytes.Model(["a", "b"], 4, 1);
        for (var length = 2; length < whole.Length; length++)
        {
            var (evidence, refusal) = EvidenceFile.Read(EvidenceFormat.Xgboost, whole.AsMemory(0, length), null, null);
            evidence.Should().BeNull();
            refusal!.Errors.Should().ContainSingle(e => e.Field == "body" && e.Remedy != null).Which.Message.Should().MatchRegex(@"UBJSON: .+ \(byte \d+\)\.$");
        }
    }

    [Fact]
    public void Whatever_byte_is_spoilt_is_read_or_refused_and_never_thrown_at_the_caller()
    {
        var whole = XgboostBytes.Model(["a", "b"], 4, 1);
        for (var at = 2; at < whole.Length; at++)
        {
            foreach (var other in (byte[])[0, (byte)'{', (byte)'[', (byte)'$', (byte)'N', 0x7f, 0xff])
            {
                var spoilt = (byte[])whole.Clone();
                spoilt[at] = other;
                var (evidence, refusal) = EvidenceFile.Read(EvidenceFormat.Xgboost, spoilt, null, null);
                (evidence is null).Should().Be(refusal is not null);
            }
        }
    }

    [Theory]
    [InlineData("{i\u0001aH", "is no type")]
    [InlineData("{i\u0001a[$d#i\u007f", "127 members are announced")]
    [InlineData("{i\u0001a[$Z#i\u0002", "no type of members")]
    [InlineData("{i\u0001a[$di\u0002", "not counted")]
    [InlineData("{i\u0001aZ}Z", "follow its end")]
    [InlineData("{L\u007fzzzzzzz", "bytes are needed")]
    [InlineData("{iS", "bytes are needed")]
    public void What_is_not_UBJSON_is_refused_by_its_fault(string file, string fault) =>
        EvidenceFile.Read(EvidenceFormat.Xgboost, Encoding.Latin1.GetBytes(file), null, null).Refusal!.Errors.Single().Message.Should().Contain(fault);

    [Fact]
    public void Endless_nesting_is_refused() =>
        EvidenceFile.Read(EvidenceFormat.Xgboost, Encoding.Latin1.GetBytes("{i\u0001a" + new string('[', 100_000)), null, null)
            .Refusal!.Errors.Single().Message.Should().Contain("nests deeper");

    [Fact]
    public void A_gain_that_is_no_number_is_refused() =>
        EvidenceFile.Read(EvidenceFormat.Xgboost, XgboostBytes.Model(["a", "b"], float.NaN, 1), null,
            null).Refusal!.Errors.Single().Message.Should().Contain("the number is NaN");

    [Theory]
    [InlineData("NE", -1)]
    [InlineData("Normalized Entropy", -1)]
    [InlineData("log loss", -1)]
    [InlineData("logloss", -1)]
    [InlineData("AUC", 1)]
    [InlineData("NDCG@10", 1)]
    [InlineData("recall@100", 1)]
    [InlineData("MRR", 1)]
    [InlineData("mrr@5", 1)]
    public void What_a_feature_adds_is_positive_whichever_way_the_metric_runs(string metric, int direction)
    {
        // The model is better with the feature than without, by the metric's own direction; scale does not matter to shares.
        var file = $$"""[{"feature":"good","with":{{0.5 + (0.02 * direction)}},"without":0.5},{"feature":"bad","with":{{0.5 - (0.01 * direction)}},"without":0.5}]""";
        var values = EvidenceFile.Read(EvidenceFormat.Ablation, Encoding.UTF8.GetBytes(file), metric, null).Evidence!.Values.ToDictionary(v =>
            v.Name, v => v.Value);
        values["good"].Should().BeApproximately(0.02, 1e-12);
        values["bad"].Should().BeApproximately(-0.01, 1e-12);

        var shuffled = $$"""[{"feature":"good","baseline":0.5,"permuted":{{0.5 - (0.02 * direction)}}}]""";
        EvidenceFile.Read(EvidenceFormat.Permutation, Encoding.UTF8.GetBytes(shuffled), metric,
            null).Evidence!.Values.Single().Value.Should().BeApproximately(0.02, 1e-12);
    }

    [Theory]
    [InlineData("our-own-metric", null)]
    public void The_direction_of_an_unknown_metric_is_asked_for(string metric, bool? higherIsBetter) =>
        EvidenceFile.Read(EvidenceFormat.Ablation, """[{"feature":"a","with":2,"without":1}]"""u8.ToArray(), metric, higherIsBetter)
            .Refusal!.Errors.Single().Field.Should().Be("higherIsBetter");

    private static IEnumerable<(string, double)> Gains(byte[] file) =>
        EvidenceFile.Read(EvidenceFormat.Xgboost, file, null, null).Evidence!.Values.Select(v => (v.Name, v.Value));
}
