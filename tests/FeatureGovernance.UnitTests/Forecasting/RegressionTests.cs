using FeatureGovernance.Statistics.Forecasting.Decomposition;
using FeatureGovernance.Statistics.Forecasting.Regression;

namespace FeatureGovernance.UnitTests.Forecasting;

/// <summary>Reference values: R 4.2.2, lm() on forecast 8.20's fourier(), and its mstl().</summary>
public class RegressionTests
{
    private static readonly double[] Days = [.. Enumerable.Range(1, 168)
        .Select(t => 100 + 0.2 * t + 10 * Math.Sin(2 * Math.PI * t / 7) + 4 * Math.Cos(4 * Math.PI * t / 7)
        + 6 * Math.Sin(2 * Math.PI * t / 28) + (t * 7919 % 13 - 6) / 3.0)];

    [Fact]
    public void Trend_season_holidays_and_drivers_agree_with_R()
    {
        double[] holidays = [.. Enumerable.Range(1, 175).Select(t => t % 30 == 5 ? 1.0 : 0)];
        double[] driver = [.. Enumerable.Range(1, 175).Select(t => t * t % 17 * 1.0)];
        double[] series = [.. Days.Select((value, i) => value + 15 * holidays[i] + 0.5 * driver[i])];

        var fit = SeasonalRegression.Fit(series, 7, new(true, [(7, 2)], [holidays, driver]));

        Close(fit.Coefficients, [100.713888863, 0.189533745906, 10.1119275223, -0.0319960296659, 0.00501089618396, 4.03250778662,
            18.5760667988, 0.506761746399]);
        fit.StandardError.Should().BeApproximately(4.45075033786, 1e-8);
        Close(fit.Forecast, [140.245295618, 139.164807719, 140.557459313, 133.500311805, 124.581812192, 132.972973448, 141.936900125]);
        Close(fit.StandardErrors, [4.5784151519, 4.58838556235, 4.58166514284, 4.56565490308, 4.560361645, 4.58101745775, 4.56028492161]);
    }

    [Fact]
    public void Missing_values_are_left_out_and_do_not_move_an_exact_line()
    {
        double[] line = [.. Enumerable.Range(1, 40).Select(t => 3 + 2.0 * t)];
        line[7] = double.NaN;

        SeasonalRegression.Fit(line, 2, new(true, [], [])).Forecast.Should().BeEquivalentTo([85.0, 87.0], options => options.WithStrictOrdering()
            .Using<double>(pair => pair.Subject.Should().BeApproximately(pair.Expectation, 1e-9)).WhenTypeIs<double>());
    }

    [Fact]
    public void Terms_that_cannot_be_told_apart_or_reach_too_short_are_refused()
    {
        double[] ones = [.. Enumerable.Repeat(1.0, 200)];
        double[] odd = [.. ones[..199], double.NaN];
        var fit = (RegressionTerms terms) => () => SeasonalRegression.Fit(Days, 7, terms);

        fit(new(true, [], [ones])).Should().Throw<ArgumentException>().WithMessage("*same as others*");
        fit(new(true, [], [ones[..170]])).Should().Throw<ArgumentException>().WithMessage("*175 are needed*");
        fit(new(true, [(7, 4)], [])).Should().Throw<ArgumentException>().WithMessage("*1 to 3 harmonics*");
        ((Action)(() => SeasonalRegression.Fit(Days[..4], 7, new(true, [(7, 2)], [])))).Should().Throw<ArgumentException>().WithMessage("*cannot tell*");
        ((Action)(() => SeasonalRegression.Fit(Days, 32, new(true, [], [odd])))).Should().Throw<ArgumentException>().WithMessage("*not finite*");
    }

    [Fact]
    public void A_calendar_marks_its_days() =>
        RegressionTerms.Holidays(new(2026, 12, 24), 4, new HashSet<DateOnly> { new(2026, 12, 25), new(2026, 12, 26) }).Should().Equal(0, 1, 1, 0);

    [Fact]
    public void Several_seasons_agree_with_R_and_add_up()
    {
        var parts = Mstl.Decompose(Days, [28, 7, 100]);

        parts.Periods.Should().Equal([7, 28], "a hundred days are not seen twice");
        // R smooths at every tenth point and interpolates between, hence the tolerance, a fiftieth of the season's swing.
        foreach (var (at, trend, week, month) in ((int, double, double, double)[])
            [(0, 100.247229299, 6.64752819449, 0.826603087829), (83, 116.801443806, 4.2048924648, 0.6190970374),
                (167, 133.722616094, 4.53029625953, 0.694973123846)])
        {
            parts.Trend[at].Should().BeApproximately(trend, 0.2);
            parts.Seasons[0][at].Should().BeApproximately(week, 0.2);
            parts.Seasons[1][at].Should().BeApproximately(month, 0.2);
        }

        for (var t = 0; t < Days.Length; t++)
            (parts.Trend[t] + parts.Seasons[0][t] + parts.Seasons[1][t] + parts.Remainder[t]).Should().BeApproximately(Days[t], 1e-9);
    }

    private static void Close(double[] actual, double[] expected)
    {
        actual.Should().HaveSameCount(expected);
        for (var i = 0; i < expected.Length; i++) actual[i].Should().BeApproximately(expected[i], 1e-8);
    }
}
