namespace FeatureGovernance.Statistics.Forecasting;

/// <summary>The forecast of one future period.</summary>
/// <param name="Mean">Point forecast.</param>
/// <param name="Lower80">Lower end of the 80 % interval.</param>
/// <param name="Upper80">Upper end of the 80 % interval.</param>
/// <param name="Lower95">Lower end of the 95 % interval.</param>
/// <param name="Upper95">Upper end of the 95 % interval.</param>
public readonly record struct ForecastStep(double Mean, double Lower80, double Upper80, double Lower95, double Upper95);
