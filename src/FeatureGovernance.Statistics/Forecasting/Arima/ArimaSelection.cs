using FeatureGovernance.Statistics.Forecasting.Optimisation;

namespace FeatureGovernance.Statistics.Forecasting.Arima;

/// <summary>
/// Automatic choice of orders by a stepwise search on AICc from four starting models.
/// Source: Hyndman and Khandakar, Journal of Statistical Software 27 (2008).
/// </summary>
internal static class ArimaSelection
{
    private const int MaxOrdinary = 5;
    private const int MaxSeasonal = 2;
    // Enough to tell orders apart; the chosen one is then fitted to the end.
    private const int SearchIterations = 25;

    // Likelihoods of seasonal models are flat, and a search that stops early takes the wrong turn.
    private const double SeasonalTolerance = QuasiNewton.Fine / 10;

    /// <summary>The best model found; null for a series that is constant or too short to difference.</summary>
    public static ArimaModel? Choose(double[] y, int period)
    {
        if (y.Length < 4 || Differencing.IsConstant(y)) return null;
        var m = period > 1 && y.Length > 2 * period ? period : 1;
        var seasonal = Differencing.Seasonal(y, m);
        var ordinary = Differencing.Ordinary(Differencing.Apply(y, 0, seasonal, m));
        var left = Differencing.Apply(y, ordinary, seasonal, m);
        if (left.Length < 3 || Differencing.IsConstant(left)) return null;
        var search = new Search(y, m, ordinary, seasonal);
        var best = search.Run(left.Length);
        return best is null ? null : ArimaModel.Fit(y, best.Order, best);
    }

    private sealed class Search(double[] y, int period, int ordinary, int seasonal)
    {
        private readonly HashSet<ArimaOrder> tried = [];
        private readonly bool constantAllowed = ordinary + seasonal < 2;
        private ArimaModel? best;

        public ArimaModel? Run(int observations)
        {
            var cap = Math.Min(MaxOrdinary, observations / 3);
            var seasonalCap = period > 1 ? Math.Min(MaxSeasonal, observations / 3 / period) : 0;
            var p = Math.Min(2, cap);
            var sp = Math.Min(1, seasonalCap);
            Try(p, p, sp, sp, constantAllowed, cap, seasonalCap);
            Try(0, 0, 0, 0, constantAllowed, cap, seasonalCap);
            Try(Math.Min(1, cap), 0, sp, 0, constantAllowed, cap, seasonalCap);
            Try(0, Math.Min(1, cap), 0, sp, constantAllowed, cap, seasonalCap);
            if (constantAllowed) Try(0, 0, 0, 0, false, cap, seasonalCap);
            while (best is not null && Improve(best.Order, cap, seasonalCap)) { }
            return best;
        }

        private bool Improve(ArimaOrder at, int cap, int seasonalCap)
        {
            (int P, int Q, int Sp, int Sq)[] moves =
            [
                (0, 0, -1, 0), (0, 0, 0, -1), (0, 0, 1, 0), (0, 0, 0, 1), (0, 0, -1, -1), (0, 0, -1, 1), (0, 0, 1, -1), (0, 0, 1, 1),
                (-1, 0, 0, 0), (0, -1, 0, 0), (1, 0, 0, 0), (0, 1, 0, 0), (-1, -1, 0, 0), (-1, 1, 0, 0), (1, -1, 0, 0), (1, 1, 0, 0),
            ];
            foreach (var (dp, dq, dsp, dsq) in moves)
                if (Try(at.Ar + dp, at.Ma + dq, at.SeasonalAr + dsp, at.SeasonalMa + dsq, at.Constant, cap, seasonalCap)) return true;
            return constantAllowed && Try(at.Ar, at.Ma, at.SeasonalAr, at.SeasonalMa, !at.Constant, cap, seasonalCap);
        }

        private bool Try(int p, int q, int sp, int sq, bool constant, int cap, int seasonalCap)
        {
            if (p < 0 || q < 0 || sp < 0 || sq < 0 || p > cap || q > cap || sp > seasonalCap || sq > seasonalCap) return false;
            var order = new ArimaOrder(p, ordinary, q, sp, seasonal, sq, period, constant);
            if (!tried.Add(order)) return false;
            var model = ArimaModel.Fit(y, order, best, SearchIterations, period > 1 ? SeasonalTolerance : QuasiNewton.Coarse);
            if (model is null || (best is not null && model.Aicc >= best.Aicc) || !double.IsFinite(model.Aicc) || !model.IsWellInside) return false;
            best = model;
            return true;
        }
    }
}
