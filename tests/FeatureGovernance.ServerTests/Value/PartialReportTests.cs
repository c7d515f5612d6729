using FeatureGovernance.Core.Value;
using FeatureGovernance.ServerTests.Fixtures;

namespace FeatureGovernance.ServerTests.Value;

/// <summary>Reports that name some of a model's features only.</summary>
public sealed class PartialReportTests(ApiServer server) : IClassFixture<ApiServer>
{
    private const int Ablation = 0, Permutation = 1, Gain = 3;

    private static readonly string[] Features = ["g:a", "g:b", "g:c", "g:d", "g:e", "h:f", "h:g", "h:h"];

    [Fact]
    public async Task What_a_partial_report_says_is_scaled_by_what_its_features_hold_in_fuller_ones_as_Core_does()
    {
        await server.Admin.OrganisationAsync(m1: Features, m2: ["g:a", "g:b", "g:c", "g:d"]);
        await server.SettledAsync();
        double[] losses = [0.3, 0.25, 0.15, 0.1, 0.08, 0.06, 0.04, 0.02], gains = [40, 30, 10, 5, 5, 5, 5, 0];
        await server.ImportanceAsync("m1", 10, Permutation, [.. Features.Select((f, i) => (f, losses[i], (double?)0.01))]);
        await server.ImportanceAsync("m1", 30, Gain, [.. Features.Select((f, i) => (f, gains[i], (double?)null))]);
        await server.ImportanceAsync("m1", 0, Ablation, ("g:a", 0.03, 0.001), ("g:b", 0.01, 0.001));
        // Nothing fuller speaks of m2, and one feature of a model with a fuller report tells nothing that is new.
        await server.ImportanceAsync("m2", 0, Ablation, ("g:a", 3, null), ("g:b", 1, null));
        await server.ImportanceAsync("m1", 5, Ablation, ("g:c", 0.02, null));
        (await server.ScoreAsync()).Body.GetProperty("counts").GetProperty("partialReports").GetInt32().Should().Be(3);

        var fuller = FullerEvidence.Of(
            [(EvidenceMethod.Permutation, 10, losses), (EvidenceMethod.Gain, 30, [.. gains.Select(g => g / 100)])], 90)!;
        var scale = ShareScale.For(Features.Length);
        Shares.Normalise([new(0.03, 0.001), new(0.01, 0.001)], out var shares);
        await ShouldBeAsync("m1", "g:a", MethodEvidence.Of(shares[0], scale, 0.04, 0, 90, fuller.MassOf([0, 1])));
        await ShouldBeAsync("m1", "g:b", MethodEvidence.Of(shares[1], scale, 0.04, 0, 90, fuller.MassOf([0, 1])));
        (await server.QueryAsync<long>("select count(*) from value.pair_evidence e join registry.feature f on f.id = e.feature_id where e.method = 0 and f.key = 'g:c'")).Should().Be(0);

        Shares.Normalise([new(3), new(1)], out shares);
        await ShouldBeAsync("m2", "g:a", MethodEvidence.Of(shares[0], ShareScale.For(4), 0.04, 0, 90, ReportMass.Unknown(2, 4)));

        var kept = await server.NumbersAsync();
        await server.ScoreAsync(full: true);
        (await server.NumbersAsync()).ShouldEqual(kept);
    }

    private async Task ShouldBeAsync(string model, string feature, MethodEvidence expected)
    {
        var found = await server.QueryAsync<double[]>($"""
            select array[e.weight * 2 ^ (-(date '{Organisation.Today:yyyy-MM-dd}' - date '2020-01-01') / 90.0::float8), e.weighted_sum / e.weight]
            from value.pair_evidence e join registry.feature f on f.id = e.feature_id join registry.model m on m.id = e.model_id
            where e.method = 0 and f.key = '{feature}' and m.name = '{model}'
            """);
        found[0].Should().BeApproximately(expected.Weight, 1e-6 * expected.Weight);
        found[1].Should().BeApproximately(expected.Mean, 1e-9);
    }
}
