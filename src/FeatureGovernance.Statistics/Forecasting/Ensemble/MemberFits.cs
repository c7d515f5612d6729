using FeatureGovernance.Statistics.Forecasting.Arima;
using FeatureGovernance.Statistics.Forecasting.Decomposition;
using FeatureGovernance.Statistics.Forecasting.Intermittent;
using FeatureGovernance.Statistics.Forecasting.Optimisation;
using FeatureGovernance.Statistics.Forecasting.Smoothing;
using FeatureGovernance.Statistics.Forecasting.Theta;

namespace FeatureGovernance.Statistics.Forecasting.Ensemble;

/// <summary>
/// The members fitted to one stretch of a series. Refitting on another stretch keeps the structures chosen on this one
/// and estimates their parameters anew.
/// </summary>
internal sealed class MemberFits
{
    /// <summary>A refit begins where the fit to a longer or shorter stretch ended.</summary>
    private const int RefitIterations = 25;

    private const int LongestTrendSeason = 4;

    private static readonly EtsShape Damped = new(EtsComponent.Additive, true, true, EtsComponent.None);

    private readonly EtsModel? ets;
    private readonly EtsModel? damped;
    private readonly ArimaModel? arima;
    private readonly ComplexSmoothing? complex;
    private readonly ComplexSmoothing? adjustedComplex;
    private readonly bool intermittent;
    private readonly ThetaModel? theta;
    private readonly ThetaModel? logTheta;

    private MemberFits(double[] y, int period, int horizon, MemberFits? whole, bool? isIntermittent = null)
    {
        var positive = true;
        foreach (var value in y) positive &= value > 0;
        var n = y.Length;
        if (isIntermittent ?? whole?.intermittent ?? IntermittentDemand.IsIntermittent(y))
        {
            intermittent = true;
            Forecasts = Levels(y, horizon);
            return;
        }
        var longer = LongerSeason.Find(y, period, horizon, positive);
        if (longer is not null) y = longer.Remove(y);
        var pattern = ShrunkSeasonality.Estimate(y, period, positive);
        var adjusted = pattern.Remove(y);
        var forecasts = new List<MemberForecast>();

        void Add(string member, string model, double[] mean, double[] errors, bool restore = true)
        {
            if (restore)
            {
                mean = pattern.Restore(mean, n);
                for (var h = 0; h < horizon; h++) errors[h] *= pattern.Scale(n + h);
            }
            longer?.Restore(mean, errors, n);
            if (Array.TrueForAll(mean, double.IsFinite)
                && Array.TrueForAll(errors, double.IsFinite)) forecasts.Add(new MemberForecast(member, model, mean, errors));
        }

        void AddLogarithmic(string member, string model, double[] mean, double[] errors, bool restore = true)
        {
            for (var h = 0; h < horizon; h++)
            {
                mean[h] = Math.Exp(Math.Min(mean[h], 700));
                errors[h] *= mean[h];
            }
            Add(member, model, mean, errors, restore);
        }

        theta = ThetaModel.Fit(adjusted, ThetaKind.DynamicOptimised, whole?.theta);
        Add("theta", $"DOTM(θ={theta.Theta:F2})", theta.Forecast(horizon), theta.StandardErrors(horizon));
        if (positive)
        {
            logTheta = ThetaModel.Fit(Array.ConvertAll(adjusted, Math.Log), ThetaKind.DynamicOptimised, whole?.logTheta);
            AddLogarithmic("log-theta", $"log DOTM(θ={logTheta.Theta:F2})", logTheta.Forecast(horizon), logTheta.StandardErrors(horizon));
        }
        if (period > 1)
            Add("aggregated-theta", "DOTM over blocks", AggregatedTheta.Forecast(adjusted, period, horizon), theta.StandardErrors(horizon));

        ets = whole is null ? EtsModel.Choose(y, period) : whole.ets is null ? null : EtsModel.Fit(y, period, whole.ets.Shape, whole.ets, RefitIterations,
            QuasiNewton.Coarse);
        if (ets is not null) Add("ets", ets.Shape.ToString(), ets.Forecast(horizon), ets.StandardErrors(horizon), restore: false);

        arima = whole is null ? ArimaSelection.Choose(adjusted, 1) : whole.arima is null ? null : ArimaModel.Fit(adjusted, whole.arima.Order, whole.arima,
            RefitIterations, QuasiNewton.Coarse);
        if (arima is not null) Add("arima", arima.Order.ToString(), arima.Forecast(horizon), arima.StandardErrors(horizon));

        complex = whole is null ? ComplexSmoothing.Choose(y, period) : whole.complex is null ? null : ComplexSmoothing.Fit(y, period,
            whole.complex.Season, whole.complex);
        if (complex is not null) Add("ces", $"CES({complex.Season})", complex.Forecast(horizon), complex.StandardErrors(horizon), restore: false);
        if (!pattern.IsNone)
        {
            adjustedComplex = ComplexSmoothing.Fit(adjusted, 1, ComplexSeason.None, whole?.adjustedComplex);
            if (adjustedComplex is not null) Add("adjusted-ces", "CES(adjusted)", adjustedComplex.Forecast(horizon), adjustedComplex.StandardErrors(horizon));
        }

        if (period <= LongestTrendSeason)
        {
            // Of long seasons, which make long series, these were found to add nothing.
            Add("classical-theta", "theta", ThetaModel.Fit(adjusted, ThetaKind.Standard).Forecast(horizon), theta.StandardErrors(horizon));
            damped = whole?.damped is { } before
                ? EtsModel.Fit(adjusted, 1, Damped, before, RefitIterations, QuasiNewton.Coarse)
                : EtsModel.Fit(adjusted, 1, Damped);
            if (damped is not null) Add("damped", "ETS(A,Ad,N) adjusted", damped.Forecast(horizon), damped.StandardErrors(horizon));
        }

        // Plain methods hold the elaborate ones in check: the pool's weights give them much where series are short.
        var level = EtsModel.Fit(adjusted, 1, new EtsShape(EtsComponent.Additive, false, false, EtsComponent.None));
        if (level is not null) Add("level", "ETS(A,N,N) adjusted", level.Forecast(horizon), level.StandardErrors(horizon));
        Add("naive", "last value adjusted", NaiveForecasts.Naive(adjusted, horizon), NaiveForecasts.StandardErrors(adjusted, horizon));
        Add("drift", "random walk with drift adjusted", NaiveForecasts.Drift(adjusted, horizon), NaiveForecasts.DriftStandardErrors(adjusted, horizon));
        Forecasts = forecasts;
    }

    public IReadOnlyList<MemberForecast> Forecasts { get; }

    /// <summary>Intermittent demand has a level and no shape.</summary>
    private static MemberForecast[] Levels(double[] y, int horizon)
    {
        var mean = y.Average();
        var deviation = Math.Sqrt(y.Sum(value => (value - mean) * (value - mean)) / Math.Max(y.Length - 1, 1));
        MemberForecast Level(string member, double level) =>
            new(member, "level", [.. Enumerable.Repeat(level, horizon)], [.. Enumerable.Repeat(deviation, horizon)]);
        return
        [
            Level("mean", mean), Level("sba", IntermittentDemand.SyntetosBoylan(y)), Level("tsb", IntermittentDemand.TeunterSyntetosBabai(y)),
        ];
    }

    /// <summary>Fits every member to all of <paramref name="y"/>, choosing structures.</summary>
    public static MemberFits Choose(double[] y, int period, int horizon) => new(y, period, horizon, null);

    /// <summary>
    /// Chooses structures anew from the first <paramref name="length"/> values alone, so that a backtest from there on owes nothing to
    /// what came later.
    /// </summary>
    public MemberFits ChooseAgain(double[] y, int length, int period, int horizon) => new(y[..length], period, horizon, null, intermittent);

    /// <summary>Fits the chosen structures to the first <paramref name="length"/> values.</summary>
    public MemberFits Refit(double[] y, int length, int period, int horizon) => new(y[..length], period, horizon, this);
}
