using System.Collections.Immutable;
using System.Text.Json;
using FeatureGovernance.Cli.Drift;
using FeatureGovernance.Core.Drift;
using FeatureGovernance.Core.Drift.Profiles;
using FeatureGovernance.Valuation;

namespace FeatureGovernance.UnitTests.Drift.Impact;

/// <summary>Drifted values replayed through fitted models.</summary>
public sealed class ReplayTests : IDisposable
{
    private readonly string file = Path.Combine(Path.GetTempPath(), $"{Path.GetRandomFileName()}.csv");

    public void Dispose() => File.Delete(file);

    [Fact]
    public void More_drift_of_a_feature_that_matters_costs_more_and_of_noise_nothing()
    {
        var sample = GeneratedSamples.Of(2);
        using var replay = new Replay(sample, 1, TestContext.Current.CancellationToken);
        double Loss(string feature, ValueDrift drift) => replay.Measure([new(feature, [drift])], 0, TestContext.Current.CancellationToken).Loss;

        var (little, much) = (Loss("a normal", new(DriftedTo.Scaled, -1, 0.1)), Loss("a normal", new(DriftedTo.Scaled, -1)));

        little.Should().BeGreaterThan(0).And.BeLessThan(0.3 * much);
        Math.Abs(Loss("h noise", new(DriftedTo.Missing))).Should().BeLessThan(0.1 * little);
        Loss("a normal", new(DriftedTo.Scaled, 1)).Should().Be(0, "nothing changed");
    }

    [Fact]
    public void A_sample_is_kept_in_a_bounded_part_and_read_back_as_it_was()
    {
        var sample = GeneratedSamples.Of(2) with { Times = [.. GeneratedSamples.WeekOf.Select(week => (double)week)] };
        var thin = SampleArchive.Thin(sample, 1_000, long.MaxValue);
        var read = SampleArchive.Read(SampleArchive.Write(thin));

        (thin.Cells.Rows, SampleArchive.Thin(sample, int.MaxValue, 80).Cells.Rows).Should().Be((1_000, 10), "eight features make eighty cells in ten rows");
        read.Should().BeEquivalentTo(thin);
        read.Times!.Distinct().Should().HaveCount(GeneratedSamples.Weeks, "rows are taken from all of its time");
        var groups = SampleArchive.Thin(sample with { Groups = [.. GeneratedSamples.WeekOf] }, 1_000, long.MaxValue).Groups!;
        groups.Should().HaveCount(800, "groups of four hundred stay whole").And.OnlyContain(group => groups.Count(other => other == group) == 400);
        var early = () => SampleArchive.Read([.. SampleArchive.Write(thin).Take(500)]);
        early.Should().Throw<InvalidDataException>();
    }

    [Fact]
    public void A_drift_is_read_from_profiles_and_told_beside_others_where_it_could_be_either()
    {
        static ProfileWindow[] Of(Func<double, double> change, long nulls = 0) =>
            [new(1_000, nulls, 0, 0, 0, 0, 1, 900, [.. ProfileSeries.Shares.Select(share => change((10 * share) + 5))], [], 1, double.NaN)];
        ImmutableArray<ReadDrift> Read(ProfileWindow[] during, Fault? fault = null, params Symptom[] symptoms) =>
            DriftReading.Of([.. Enumerable.Range(0, 8).Select(week => Of(x => x + (0.01 * week)))], [during], symptoms.ToHashSet(), fault, null);

        Read(Of(x => x, 300)).Should().ContainSingle().Which.Steps.Should().ContainSingle().Which.Should().Be(new ValueDrift(DriftedTo.Missing, 0, 0.3));
        Read(Of(x => x), Fault.SignFlip).Single().Steps.Single().To.Should().Be(DriftedTo.Scaled);
        Read([.. Of(x => -x).Select(window => window with { Quantiles = [.. window.Quantiles.Order()] })]).Single().Steps.Single().Amount.Should().Be(-1);
        Read(Of(_ => 7)).Single().Steps.Single().Should().Be(new ValueDrift(DriftedTo.Constant, 7));
        Read(Of(x => 1.5 * x)).Single().Steps.Single().To.Should().Be(DriftedTo.Respread);
        Read(Of(x => 10 + (3 * (x - 10)))).Select(reading => reading.Steps[0].To).Should().Equal(DriftedTo.Respread, DriftedTo.Scattered);
        Read(Of(x => x), null, Symptom.Stale).Select(reading => reading.Steps.Length).Should().Equal(1, 0);
    }

    [Fact]
    public void The_command_tells_the_loss_and_refuses_what_it_cannot_replay()
    {
        var random = new Random(3);
        File.WriteAllLines(file, Enumerable.Range(0, 400).Select(_ => random.NextDouble()).Select(x => $"{x:0.###},{random.NextDouble():0.###},{(x > 0.5 ? "red" : "blue")},{(x + (0.1 * random.NextDouble()) > 0.5 ? 1 : 0)}").Prepend("x,noise,colour,label"));
        (int Code, string Output, string Errors) Run(string feature, string drift, double share = 1)
        {
            using StringWriter output = new(), errors = new();
            var code = ImpactCommand.Run(file, new("label"), feature, ImpactCommand.Read(drift, share), true, output, errors,
                TestContext.Current.CancellationToken);
            return (code, output.ToString(), errors.ToString());
        }

        JsonDocument.Parse(Run("x", "missing").Output).RootElement.GetProperty("loss").GetDouble().Should().BeGreaterThan(0.05);
        Run("y", "missing").Errors.Should().Contain("no feature 'y'");
        Run("colour", "scale=2").Errors.Should().Contain("text");
        Run("x", "scale=NaN").Errors.Should().Contain("finite number");
        Run("x", "scale").Code.Should().Be(2);
        Run("x", "missing", 0).Code.Should().Be(2);
    }
}
