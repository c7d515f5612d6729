namespace FeatureGovernance.Statistics.Forecasting;

/// <summary>The forecast of a series and what it rests on.</summary>
/// <param name="Steps">One entry per future period, the first following the last period of the input.</param>
/// <param name="Members">The methods that were combined, with the model each chose and its share in the weighted part of the
/// combination.</param>
/// <param name="Notes">What was done to the input: missing values filled, outliers damped, history before a level break set aside, too
/// little history.</param>
/// <param name="StepCorrelation">Correlation of the errors of neighbouring steps, 0 to 1: what a sum of steps needs beside their
/// intervals.</param>
/// <param name="Backtest">How forecasts from past origins fared; null where the series is too short for any.</param>
public sealed record SeriesForecast(
    IReadOnlyList<ForecastStep> Steps, IReadOnlyList<MemberShare> Members, IReadOnlyList<string> Notes, double StepCorrelation, BacktestReport? Backtest)
{
    /// <summary>What came less what the combination said, origin by origin and step by step: aligned between series of one
    /// length.</summary>
    public IReadOnlyList<double> PastErrors { get; init; } = [];

    /// <summary>The same forecast, each step's mean and intervals times a factor over 0.</summary>
    public SeriesForecast Scaled(IReadOnlyList<double> by) => this with
    {
        Steps = [.. Steps.Zip(by, (step, factor) =>
            new ForecastStep(step.Mean * factor, step.Lower80 * factor, step.Upper80 * factor, step.Lower95 * factor, step.Upper95 * factor))],
    };

    /// <summary>The same forecast, its means and intervals moved by an amount per step; what was never below zero stays so.</summary>
    public SeriesForecast Moved(IReadOnlyList<double> by)
    {
        var steps = new ForecastStep[Steps.Count];
        for (var h = 0; h < steps.Length; h++)
        {
            var (step, move) = (Steps[h], by[h]);
            double Put(double value) => step.Lower95 >= 0 ? Math.Max(0, value + move) : value + move;
            steps[h] = new(Put(step.Mean), Put(step.Lower80), Put(step.Upper80), Put(step.Lower95), Put(step.Upper95));
        }
        return this with { Steps = steps };
    }
}

/// <summary>One member of a combination.</summary>
/// <param name="Member">The method.</param>
/// <param name="Model">The model it chose, in conventional notation.</param>
/// <param name="Weight">Its weight by backtest, 0 to 1; the weights of a forecast add to 1.</param>
public readonly record struct MemberShare(string Member, string Model, double Weight);
