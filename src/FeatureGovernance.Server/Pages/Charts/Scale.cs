namespace FeatureGovernance.Server.Pages.Charts;

/// <summary>Values upward on a chart, between round numbers.</summary>
/// <param name="Least">The value at the bottom.</param>
/// <param name="Most">The value at the top; over <paramref name="Least"/>.</param>
/// <param name="Step">Between two lines across.</param>
public sealed record Scale(double Least, double Most, double Step)
{
    private const int Lines = 4;

    /// <summary>The narrowest round scale that holds all values. One value alone lies in its middle.</summary>
    public static Scale Of(IEnumerable<double> values, bool fromZero)
    {
        var (least, most) = (double.PositiveInfinity, double.NegativeInfinity);
        foreach (var value in values.Where(double.IsFinite))
            (least, most) = (Math.Min(least, value), Math.Max(most, value));
        if (least > most)
            return new(0, 1, 0.25);
        if (fromZero)
            (least, most) = (Math.Min(0, least), Math.Max(0, most));
        if (most - least <= Math.Abs(most) * 1e-9)
        {
            var around = most == 0 ? 1 : Math.Abs(most) / 2;
            (least, most) = (fromZero ? least : least - around, most + around);
        }

        // Halves first: the whole span of doubles would be infinite.
        var rough = (most / Lines) - (least / Lines);
        var power = Math.Pow(10, Math.Floor(Math.Log10(rough)));
        var step = new[] { 1, 2, 2.5, 5, 10 }.Select(factor => factor * power).First(size => size >= rough * 0.999);
        return new(Math.Floor(least / step * 1.0000001) * step, Math.Ceiling(most / step * 0.9999999) * step, step);
    }

    /// <summary>Where a value lies on the area, from the top.</summary>
    public double Y(double value) => Math.Clamp((Most - value) / (Most - Least), 0, 1) * Plot.Size;

    /// <summary>The lines across with their names.</summary>
    public IReadOnlyList<Tick> Ticks(Func<double, string> write) =>
        [.. Enumerable.Range(0, (int)Math.Round((Most - Least) / Step) + 1).Select(i => Least + (i * Step))
            .Select(value => new Tick(Y(value) / 10, write(value)))];
}
