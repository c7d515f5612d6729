using FeatureGovernance.Core.Drift;

namespace FeatureGovernance.UnitTests.Drift;

/// <summary>Generated tables, and faults put into tables.</summary>
internal static class Tables
{
    public static readonly DateTime Start = new(2025, 1, 6);

    public static DetectionOptions ByDay { get; } = new(WindowLength.Day, DetectionOptions.UsualDiscovery, HolidayCalendar.None);

    public static TimedTable Hourly(int days, params (string Name, Func<int, double> Value)[] columns) => new(
        [.. Enumerable.Range(0, days * 24).Select(hour => Start.AddHours(hour))],
        [.. columns.Select(c => Column(c.Name, [.. Enumerable.Range(0, days * 24).Select(c.Value)]))]);

    public static ValueColumn Column(string name, double[] numbers) => new(name, numbers, null, [.. numbers.Select(double.IsNaN)]);

    public static double Normal(this Random random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());

    /// <summary>Counts that follow the hour and the weekday, as people do.</summary>
    public static Func<int, double> Busy(int seed)
    {
        var random = new Random(seed);
        return hour =>
        {
            var weekend = hour / 24 % 7 >= 5;
            var day = 1 + (0.8 * Math.Sin((((hour % 24) - 9) / 24.0) * 2 * Math.PI)) + (!weekend && hour % 24 is 8 or 17 ? 1 : 0);
            return Math.Round(200 * day * (weekend ? 0.7 : 1) * (1 + (0.08 * random.Normal())));
        };
    }

    /// <summary>Changes one column from a row up to another.</summary>
    public static TimedTable With(this TimedTable table, string name, int first, int end, Func<double[], int, double> change) => table with
    {
        Columns = [.. table.Columns.Select(c => c.Name != name ? c : Column(
            name, [.. Enumerable.Range(0, c.Numbers!.Length).Select(row => row >= first && row < end ? change(c.Numbers!, row) : c.Numbers![row])]))],
    };

    public static TimedTable Rows(this TimedTable table, IEnumerable<int> rows)
    {
        int[] kept = [.. rows];
        return new([.. kept.Select(r => table.Times[r])], [.. table.Columns.Select(c => new ValueColumn(
            c.Name,
            c.Numbers is null ? null : [.. kept.Select(r => c.Numbers[r])],
            c.Texts is null ? null : [.. kept.Select(r => c.Texts[r])],
            [.. kept.Select(r => c.Missing[r])]))]);
    }

    /// <summary>Puts a fault into a column, or into the rows.</summary>
    public static TimedTable Inject(this TimedTable table, Fault fault, string name, int first, int end, Random random) => fault switch
    {
        Fault.Missing => table.With(name, first, end, (v, row) => random.NextDouble() < 0.08 ? double.NaN : v[row]),
        Fault.DefaultFilled => table.With(name, first, end, (v, row) => random.NextDouble() < 0.3 ? -1 : v[row]),
        Fault.Stuck => table.With(name, first, end, (v, _) => v[first]),
        Fault.Rescaled => table.With(name, first, end, (v, row) => v[row] * 1.5),
        Fault.ShiftedTimeZone => table.With(name, first, end, (v, row) => v[row - 1]),
        Fault.TruncatedPrecision => table.With(name, first, end, (v, row) => v.Max() > 10 ? Math.Floor(v[row] / 10) * 10 : Math.Floor(v[row] * 10) / 10),
        Fault.SignFlip => table.With(name, first, end, (v, row) => -v[row]),
        Fault.DuplicatedPartition => table.Rows(Enumerable.Range(0, table.Times.Length).SelectMany(r => r >= first && r < end ? new[] { r, r } : [r])),
        Fault.DroppedPartition => table.Rows(Enumerable.Range(0, table.Times.Length).Where(r => r < first || r >= end)),
        _ => throw new ArgumentOutOfRangeException(nameof(fault), fault, "Not a fault that is injected here."),
    };
}
