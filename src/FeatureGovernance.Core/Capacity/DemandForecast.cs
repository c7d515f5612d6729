using FeatureGovernance.Statistics.Forecasting;
using FeatureGovernance.Statistics.Forecasting.Regression;

namespace FeatureGovernance.Core.Capacity;

/// <summary>What a plan foresees of a pool's demand before any scenario: enough to draw the same futures again.</summary>
/// <param name="IsMonthly">Whether steps are months; else weeks.</param>
/// <param name="StepCorrelation">Of the pool's own shocks from step to step, 0 to 1.</param>
/// <param name="SharedCorrelation">The same of the shocks that it shares with other pools.</param>
/// <param name="Common">The part of its variance that is shared, 0 to 1.</param>
/// <param name="Steps">Mean per day and intervals, by step.</param>
public sealed record DemandForecast(
    bool IsMonthly, double StepCorrelation, double SharedCorrelation, double Common, IReadOnlyList<ForecastStep> Steps)
{
    /// <summary>How many futures are drawn.</summary>
    public const int Futures = 500;

    /// <summary>How the pool follows drivers; empty where it follows none.</summary>
    public IReadOnlyList<DriverResponse> Responses { get; init; } = [];

    private const int CommonSeed = 20_261;

    /// <summary>The steps' days, the first following <paramref name="asOf"/>.</summary>
    public TimeStep[] Grid(DateOnly asOf, DateOnly until) => IsMonthly ? TimeStep.Months(asOf, until) : TimeStep.Weeks(asOf, until);

    /// <summary>Standard normal shocks that all pools share, the same in every plan.</summary>
    public static double[][] SharedShocks(double correlation, int steps) =>
        SamplePaths.Shocks(correlation, steps, Futures, new Random(CommonSeed));

    /// <summary>What a pool's supply is drawn by.</summary>
    public static Random SupplyDraws(int pool) => new(pool ^ CommonSeed);

    /// <summary>
    /// The pool's futures, mean per day by step: they depend on its number and on nothing else. Demand is never below zero, whatever an
    /// interval's straight continuation would say, nor above <paramref name="most"/>.
    /// </summary>
    public double[][] Draw(int pool, double[][] shared, double most)
    {
        var paths = SamplePaths.Shocks(StepCorrelation, Steps.Count, Futures, new Random(pool));
        var (alone, together) = (Math.Sqrt(1 - Common), Math.Sqrt(Common));
        for (var i = 0; i < paths.Length; i++)
            for (var h = 0; h < paths[i].Length; h++) paths[i][h] = alone * paths[i][h] + together * shared[i][h];
        SamplePaths.Follow(Steps, paths);
        foreach (var path in paths)
            for (var h = 0; h < path.Length; h++) path[h] = Math.Clamp(path[h], 0, most);
        return paths;
    }
}
