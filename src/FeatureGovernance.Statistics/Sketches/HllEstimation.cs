using MathNet.Numerics;
using MathNet.Numerics.RootFinding;

namespace FeatureGovernance.Statistics.Sketches;

/// <summary>
/// Estimates of the number of distinct items and their errors, as the Apache DataSketches libraries define them: coupons counted one by
/// one, the composite estimator for merged registers, and the error quantiles of both kinds of registers.
/// </summary>
internal static class HllEstimation
{
    private const double CouponRelativeError = 0.409 / (1 << 13);

    private static readonly double HipErrorFactor = Math.Sqrt(Math.Log(2));
    private static readonly double MergedErrorFactor = Math.Sqrt((3 * Math.Log(2)) - 1);

    // Coupons of 2^26 addresses collide: coupons seen and distinct items then expected (published table; exact by
    // coupons = sum over v of 2^26 (1 - (1 - 2^-26-v)^n)).
    private static readonly double[] Coupons = [0, 1, 20, 400, 8000, 160000, 300000, 600000, 900000];
    private static readonly double[] CouponItems =
    [
        0, 1, 20.0000009437402611, 400.0003963713384110, 8000.1589294602090376, 160063.6067763759638183, 300223.7071597663452849,
        600895.5933856170158833, 902016.8065120954997838,
    ];

    // Relative errors at 1, 2 and 3 standard deviations for 2^4 to 2^12 registers, measured by the Apache DataSketches project.
    private static readonly double[] HipLower =
    [
        0.207316195, 0.502865572, 0.882303765, 0.146981579, 0.335426881, 0.557052, 0.104026721, 0.227683872, 0.365888317,
        0.073614601, 0.156781585, 0.245740374, 0.05205248, 0.108783763, 0.168030442, 0.036770852, 0.075727545, 0.11593785,
        0.025990219, 0.053145536, 0.080772263, 0.018373987, 0.037266176, 0.056271814, 0.012936253, 0.02613829, 0.039387631,
    ];

    private static readonly double[] HipUpper =
    [
        0.207805347, 0.355574279, 0.475535095, 0.146988328, 0.262390832, 0.360864026, 0.103877775, 0.191503663, 0.269311582,
        0.073452978, 0.138513438, 0.198487447, 0.051982806, 0.099703123, 0.144128618, 0.036768609, 0.07138158, 0.104430324,
        0.025991325, 0.050854296, 0.0748143, 0.01834533, 0.036121138, 0.05327616, 0.012920332, 0.025572893, 0.037896952,
    ];

    private static readonly double[] MergedLower =
    [
        0.254409839, 0.682266712, 1.304022158, 0.181817353, 0.443389054, 0.778776219, 0.129432281, 0.295782195, 0.49252279,
        0.091640655, 0.201175925, 0.323664385, 0.064858051, 0.138523393, 0.218805328, 0.045851855, 0.095925072, 0.148635751,
        0.032454144, 0.067009668, 0.102660669, 0.022921382, 0.046868565, 0.071307398, 0.016155679, 0.032825719, 0.049677541,
    ];

    private static readonly double[] MergedUpper =
    [
        0.256980172, 0.411905944, 0.52651057, 0.182332109, 0.310275547, 0.412660505, 0.129314228, 0.230142294, 0.315636197,
        0.091584836, 0.16834013, 0.236346847, 0.06487411, 0.122045231, 0.174112107, 0.04591465, 0.08784505, 0.126917615,
        0.032433119, 0.062897613, 0.091862929, 0.022960633, 0.044875401, 0.065736049, 0.016186662, 0.031827816, 0.046973459,
    ];

    public static double OfCoupons(int coupons)
    {
        var first = Math.Clamp(Array.BinarySearch(Coupons, (double)coupons) is var at && at < 0 ? ~at - 2 : at - 1, 0, Coupons.Length - 4);
        var items = Interpolate(Coupons.AsSpan(first, 4), CouponItems.AsSpan(first, 4), coupons);
        return Math.Max(items, coupons);
    }

    public static double CouponBound(int coupons, int deviations) =>
        Math.Max(OfCoupons(coupons) / (1 - (deviations * CouponRelativeError)), coupons);

    /// <summary>The estimate's quotient by its lower (or upper) bound, less one (one less it), for 2^<paramref name="lgK"/> registers.</summary>
    public static double RelativeError(bool upper, bool merged, int lgK, int deviations)
    {
        if (lgK > 12)
            return deviations * (merged ? MergedErrorFactor : HipErrorFactor) / Math.Sqrt(1 << lgK);
        var table = (upper, merged) switch
        {
            (false, false) => HipLower,
            (true, false) => HipUpper,
            (false, true) => MergedLower,
            (true, true) => MergedUpper,
        };
        return table[((lgK - 4) * 3) + deviations - 1];
    }

    /// <summary>
    /// The estimate from registers alone: HyperLogLog's raw estimate with its bias removed, or a count of empty registers where that is
    /// better. The bias is removed by asking which number of items makes this raw estimate the expected one.
    /// </summary>
    /// <param name="lgK">Log2 of the number of registers.</param>
    /// <param name="inverseSum">The sum of 2^-value over the registers.</param>
    /// <param name="zeros">The number of registers still at 0.</param>
    public static double Composite(int lgK, double inverseSum, int zeros)
    {
        var k = 1 << lgK;
        var raw = RawConstant(lgK) * k * k / inverseSum;
        var beyond = lgK <= 5 ? 16.0 * k : lgK == 6 ? 12.0 * k : 10.0 * k;
        if (raw < ExpectedRaw(lgK, 0))
            return 0;
        var atBeyond = ExpectedRaw(lgK, beyond);
        if (raw >= atBeyond)
            return raw * (beyond / atBeyond);
        var adjusted = Brent.FindRoot(items => ExpectedRaw(lgK, items) - raw, 0, beyond, 1e-9 * raw);
        if (adjusted > 3.0 * k)
            return adjusted;

        var linear = zeros == 0 ? k * Math.Log(k / 0.5) : k * (SpecialFunctions.Harmonic(k) - SpecialFunctions.Harmonic(zeros));
        var crossover = lgK switch { 4 => 0.718, 5 => 0.672, _ => 0.64 };
        return (adjusted + linear) / 2 > crossover * k ? adjusted : linear;
    }

    private static double RawConstant(int lgK) => lgK switch
    {
        4 => 0.673,
        5 => 0.697,
        6 => 0.709,
        _ => 0.7213 / (1 + (1.079 / (1 << lgK))),
    };

    // The mean of constant k^2 / S, where S sums 2^-value over k registers. The mean of the reciprocal is expanded to second order in the
    // spread of S; the variance is that of independent registers less what fixing the number of items takes away. Agrees with simulated
    // means to 1e-5 for 2^10 registers and more, 3e-5 for 2^8, and to a fortieth of the estimate's own error for 2^4.
    private static double ExpectedRaw(int lgK, double items)
    {
        double k = 1 << lgK;
        double mean = 0, second = 0, third = 0, slope = 0, below = 0, belowSlope = 0;
        for (int value = 0; value <= 63; value++)
        {
            var size = Math.ScaleB(1, -value);
            var log = value == 63 ? 0 : LogOneLess(size / k);
            var upTo = Math.Exp(items * log);
            var share = upTo - below;
            mean += share * size;
            second += share * size * size;
            third += share * size * size * size;
            slope += size * ((upTo * log) - belowSlope);
            (below, belowSlope) = (upTo, upTo * log);
        }

        var sum = k * mean;
        var variance = Math.Max(0, (k * (second - (mean * mean))) - (items * slope * slope * k * k));
        var skew = k * (third - (3 * mean * second) + (2 * mean * mean * mean));
        var spread = variance / (sum * sum);
        return RawConstant(lgK) * k * k / sum * (1 + spread - (skew / (sum * sum * sum)) + (3 * spread * spread));
    }

    // log(1 - x) without the cancellation of small x.
    private static double LogOneLess(double x) => x < 1e-4 ? -x * (1 + (x * ((1 / 2.0) + (x * ((1 / 3.0) + (x / 4)))))) : Math.Log(1 - x);

    // The cubic through four points, by Lagrange's formula.
    private static double Interpolate(ReadOnlySpan<double> x, ReadOnlySpan<double> y, double at)
    {
        var sum = 0.0;
        for (var i = 0; i < 4; i++)
        {
            var (numerator, denominator) = (1.0, 1.0);
            for (var j = 0; j < 4; j++)
            {
                if (j == i)
                    continue;
                numerator *= at - x[j];
                denominator *= x[i] - x[j];
            }

            sum += y[i] * numerator / denominator;
        }

        return sum;
    }
}
