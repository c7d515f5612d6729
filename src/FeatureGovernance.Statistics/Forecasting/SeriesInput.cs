namespace FeatureGovernance.Statistics.Forecasting;

/// <summary>A series to forecast.</summary>
/// <param name="Values">Observations at equal steps of time, oldest first; NaN marks a missing one. Infinite values are refused.</param>
/// <param name="Period">Observations per seasonal cycle: 12 for months, 4 for quarters, 7 for days with a week, 1 where there is no
/// season.</param>
/// <param name="Horizon">How many periods ahead to forecast, at least 1.</param>
public sealed record SeriesInput(IReadOnlyList<double> Values, int Period, int Horizon);
