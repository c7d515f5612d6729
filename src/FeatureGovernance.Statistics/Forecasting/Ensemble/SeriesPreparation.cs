using FeatureGovernance.Statistics.Forecasting.Decomposition;

namespace FeatureGovernance.Statistics.Forecasting.Ensemble;

/// <summary>
/// A series made fit for modelling. Leading missing values are dropped; inner ones are filled on the straight line between their neighbours
/// after removing the season; trailing ones lengthen the horizon. Isolated outliers are damped. History before a lasting break of level is
/// moved to the new level.
/// </summary>
/// <param name="Values">Finite values.</param>
/// <param name="TrailingMissing">Periods between the last value and the first one asked for.</param>
/// <param name="Notes">What was done.</param>
internal sealed record SeriesPreparation(double[] Values, int TrailingMissing, IReadOnlyList<string> Notes)
{
    /// <exception cref="ArgumentException">A value is infinite, none is present, or period or horizon is below 1.</exception>
    public static SeriesPreparation Prepare(SeriesInput input)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(input.Period, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(input.Horizon, 1);
        var notes = new List<string>();
        var first = -1;
        var last = -1;
        for (var t = 0; t < input.Values.Count; t++)
        {
            if (double.IsInfinity(input.Values[t])) throw new ArgumentException($"Value {t + 1} is infinite.", nameof(input));
            if (double.IsNaN(input.Values[t])) continue;
            if (first < 0) first = t;
            last = t;
        }
        if (first < 0) throw new ArgumentException("The series has no value.", nameof(input));
        var values = new double[last - first + 1];
        for (var t = first; t <= last; t++) values[t - first] = input.Values[t];
        var missing = values.Count(double.IsNaN);
        if (missing > 0)
        {
            Fill(values, input.Period);
            notes.Add($"{missing} missing values filled");
        }
        var outliers = Disturbances.DampOutliers(values, input.Period);
        if (outliers > 0) notes.Add($"{outliers} outliers replaced by the median of their neighbours");
        var broken = Disturbances.LevelBreak(values, input.Period);
        if (broken > 0) notes.Add($"history up to observation {first + broken} moved to the level after a lasting step");
        return new SeriesPreparation(values, input.Values.Count - 1 - last, notes);
    }

    private static void Fill(double[] values, int period)
    {
        var gaps = Array.ConvertAll(values, double.IsNaN);
        Interpolate(values);
        if (period < 2 || values.Length < 3 * period) return;
        // A second pass on the adjusted series keeps the season inside the gap.
        var pattern = SeasonalPattern.Classical(values, period, multiplicative: false);
        var adjusted = pattern.Remove(values);
        for (var t = 0; t < values.Length; t++)
            if (gaps[t]) adjusted[t] = double.NaN;
        Interpolate(adjusted);
        var filled = pattern.Restore(adjusted, 0);
        for (var t = 0; t < values.Length; t++)
            if (gaps[t]) values[t] = filled[t];
    }

    private static void Interpolate(double[] values)
    {
        for (var t = 1; t < values.Length; t++)
        {
            if (!double.IsNaN(values[t])) continue;
            var end = t;
            while (double.IsNaN(values[end])) end++;
            var start = t - 1;
            for (var k = t; k < end; k++) values[k] = values[start] + (values[end] - values[start]) * (k - start) / (end - start);
            t = end;
        }
    }
}
