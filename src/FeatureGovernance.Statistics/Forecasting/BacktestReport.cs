namespace FeatureGovernance.Statistics.Forecasting;

/// <summary>How forecasts of a series from past origins fared, over all origins and steps.</summary>
/// <param name="Origins">Origins forecast from.</param>
/// <param name="Smape">Mean of 200·|actual − forecast| / (|actual| + |forecast|), in per cent.</param>
/// <param name="Mase">Mean absolute error in units of the mean absolute change over one cycle.</param>
/// <param name="Rmsse">Root mean squared error in units of the root mean squared change over one cycle.</param>
/// <param name="Pinball">Mean pinball loss of the 10 %, 50 % and 90 % quantiles, in units of MASE.</param>
/// <param name="Coverage80">Share of values within the 80 % interval.</param>
/// <param name="Coverage95">Share of values within the 95 % interval.</param>
/// <param name="Bias">Mean error (actual less forecast) in units of MASE.</param>
/// <param name="SeasonalNaiveMase">MASE of repeating the last cycle from the same origins.</param>
public sealed record BacktestReport(
    int Origins, double Smape, double Mase, double Rmsse, double Pinball, double Coverage80, double Coverage95, double Bias, double SeasonalNaiveMase);
