using System.Text.Json;
using FeatureGovernance.Cli.Drift;
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
        double Loss(string feature, ValueDrift drift) => Replay.Measure(sample, feature, drift, 1, TestContext.Current.CancellationToken).Loss;

        var (little, much) = (Loss("a normal", new(DriftedTo.Scaled, -1, 0.1)), Loss("a normal", new(DriftedTo.Scaled, -1)));

        little.Should().BeGreaterThan(0).And.BeLessThan(0.3 * much);
        Math.Abs(Loss("h noise", new(DriftedTo.Missing))).Should().BeLessThan(0.1 * little);
        Loss("a normal", new(DriftedTo.Scaled, 1)).Should().Be(0, "nothing changed");
    }

    [Fact]
    public void The_command_tells_the_loss_and_refuses_what_it_cannot_replay()
    {
        var random = new Random(3);
        File.WriteAllLines(file, Enumerable.Range(0, 400).Select(_ => random.NextDouble()).Select(x => $"{x:0.###},{random.NextDouble():0.###},{(x > 0.5 ? "red" : "blue")},{(x + (0.1 * random.NextDouble()) > 0.5 ? 1 : 0)}").Prepend("x,noise,colour,label"));
        (int Code, string Output, string Errors) Run(string feature, string drift, double share = 1)
        {
            using StringWriter output = new(), errors = new();
            var code = ImpactCommand.Run(file, new("label"), feature, ImpactCommand.Read(drift, share), true, output, errors, TestContext.Current.CancellationToken);
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
