namespace FeatureGovernance.Statistics.Forecasting.Arima;

/// <summary>Orders of a multiplicative seasonal ARIMA model.</summary>
/// <param name="Ar">Autoregressive order p.</param>
/// <param name="Differences">Ordinary differences d.</param>
/// <param name="Ma">Moving-average order q.</param>
/// <param name="SeasonalAr">Seasonal autoregressive order P.</param>
/// <param name="SeasonalDifferences">Seasonal differences D.</param>
/// <param name="SeasonalMa">Seasonal moving-average order Q.</param>
/// <param name="Period">Observations per season.</param>
/// <param name="Constant">Whether the differenced series has a mean of its own (a drift where it was differenced once).</param>
internal readonly record struct ArimaOrder(
    int Ar, int Differences, int Ma, int SeasonalAr, int SeasonalDifferences, int SeasonalMa, int Period, bool Constant)
{
    /// <summary>Coefficients, without the variance.</summary>
    public int Coefficients => Ar + Ma + SeasonalAr + SeasonalMa + (Constant ? 1 : 0);

    /// <summary>The conventional name, such as ARIMA(0,1,1)(0,1,1)[12].</summary>
    public override string ToString()
    {
        var seasonal = Period > 1 && SeasonalAr + SeasonalDifferences + SeasonalMa > 0 ? $"({SeasonalAr},{SeasonalDifferences},{SeasonalMa})[{Period}]" : "";
        return $"ARIMA({Ar},{Differences},{Ma}){seasonal}{(Constant ? Differences + SeasonalDifferences > 0 ? " with drift" : " with mean" : "")}";
    }
}
