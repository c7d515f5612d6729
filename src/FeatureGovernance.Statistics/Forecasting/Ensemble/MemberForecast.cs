namespace FeatureGovernance.Statistics.Forecasting.Ensemble;

/// <summary>What one member of the ensemble says of the future.</summary>
/// <param name="Member">Its name.</param>
/// <param name="Model">The model it chose, in conventional notation.</param>
/// <param name="Mean">Point forecasts.</param>
/// <param name="StandardErrors">By its own model.</param>
internal sealed record MemberForecast(string Member, string Model, double[] Mean, double[] StandardErrors);
