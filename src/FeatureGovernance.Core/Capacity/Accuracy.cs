namespace FeatureGovernance.Core.Capacity;

/// <summary>What a plan said of a period beside what came.</summary>
/// <param name="Forecast">As the plan said.</param>
/// <param name="Actual">The sum over the period's days.</param>
public readonly record struct Verdict(Figure Forecast, double Actual)
{
    /// <summary>Whether what came lies between P10 and P90, as it should four times in five.</summary>
    public bool IsWithin => Actual >= Forecast.P10 && Actual <= Forecast.P90;

    /// <summary>200·|actual − P50| / (|actual| + |P50|), in per cent; 0 where both are 0.</summary>
    public double AbsoluteError => Actual + Forecast.P50 == 0 ? 0 : 200 * Math.Abs(Actual - Forecast.P50) / (Math.Abs(Actual) + Math.Abs(Forecast.P50));
}

/// <summary>How plans have fared.</summary>
/// <param name="Judged">Pool-periods whose actuals are known.</param>
/// <param name="Coverage">The share within P10 to P90; 0.8 is right.</param>
/// <param name="Smape">Mean of the absolute errors, in per cent.</param>
/// <param name="Bias">Sum of what came over the sum of P50, less 1; above 0 where plans were too low.</param>
public sealed record PlanAccuracy(int Judged, double? Coverage, double? Smape, double? Bias)
{
    /// <summary>The share of a period's days that must have been observed for it to be judged.</summary>
    public const double LeastObserved = 0.8;

    /// <summary>Sums up.</summary>
    public static PlanAccuracy Of(IReadOnlyCollection<Verdict> verdicts)
    {
        if (verdicts.Count == 0)
            return new(0, null, null, null);
        var expected = verdicts.Sum(verdict => verdict.Forecast.P50);
        return new(verdicts.Count, verdicts.Count(verdict => verdict.IsWithin) / (double)verdicts.Count,
            verdicts.Average(verdict => verdict.AbsoluteError), expected > 0 ? (verdicts.Sum(verdict => verdict.Actual) / expected) - 1 : null);
    }
}
