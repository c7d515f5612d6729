namespace FeatureGovernance.UnitTests.Drift.Impact;

/// <summary>A fault of single values, as it comes into a feature that a model reads.</summary>
/// <param name="Name">In words.</param>
/// <param name="Change">From a value, the feature's mean and standard deviation, and chance.</param>
internal sealed record ValueFault(string Name, Func<double, double, double, Random, double> Change)
{
    /// <summary>From a tenth of the values to all of them.</summary>
    public static IReadOnlyList<ValueFault> All { get; } =
    [
        Missing(0.1), Missing(0.3), Missing(0.8),
        Zeros(0.2), Zeros(0.6),
        new("all one value", (_, mean, _, _) => mean),
        new("× 1.5", (value, _, _, _) => value * 1.5),
        new("× 10", (value, _, _, _) => value * 10),
        new("× 0.1", (value, _, _, _) => value * 0.1),
        new("one deviation up", (value, _, deviation, _) => value + deviation),
        new("half a deviation down", (value, _, deviation, _) => value - (0.5 * deviation)),
        new("scattered", (value, _, deviation, random) => value + (1.5 * deviation * random.Normal())),
        new("negated", (value, _, _, _) => -value),
    ];

    private static ValueFault Missing(double share) =>
        new($"{100 * share:0} % missing", (value, _, _, random) => random.NextDouble() < share ? double.NaN : value);

    private static ValueFault Zeros(double share) => new($"{100 * share:0} % zero", (value, _, _, random) => random.NextDouble() < share ? 0 : value);
}
