namespace FeatureGovernance.Statistics.Forecasting.Ensemble;

/// <summary>One past forecast: what came, what the combination and the members' median standard error were, and what the seasonal naive
/// method said.</summary>
internal sealed record PastForecast(double[] Actual, double[] Mean, double[] StandardErrors, double[] SeasonalNaive);

/// <summary>Adds up the scores of past forecasts.</summary>
internal sealed class BacktestScores(double absoluteUnit, double squareUnit)
{
    private int count;
    private double smape;
    private double absolute;
    private double square;
    private double pinball;
    private double in80;
    private double in95;
    private double bias;
    private double naive;

    public void Add(PastForecast past, int h, double reach80, double reach95)
    {
        var actual = past.Actual[h];
        var error = actual - past.Mean[h];
        var size = Math.Abs(actual) + Math.Abs(past.Mean[h]);
        var half = reach80 * past.StandardErrors[h];
        count++;
        smape += size > 0 ? 200 * Math.Abs(error) / size : 0;
        absolute += Math.Abs(error);
        square += error * error;
        pinball += (Loss(error, 0.5) + Loss(error + half, 0.1) + Loss(error - half, 0.9)) / 3;
        in80 += Math.Abs(error) <= half ? 1 : 0;
        in95 += Math.Abs(error) <= reach95 * past.StandardErrors[h] ? 1 : 0;
        bias += error;
        naive += Math.Abs(actual - past.SeasonalNaive[h]);
    }

    public BacktestReport Report(int origins)
    {
        var unit = absoluteUnit * count;
        return new BacktestReport(
            origins, smape / count, absolute / unit, Math.Sqrt(square / count / squareUnit), pinball / unit, in80 / count, in95 / count,
            bias / unit, naive / unit);
    }

    private static double Loss(double error, double quantile) => error >= 0 ? quantile * error : (quantile - 1) * error;
}
