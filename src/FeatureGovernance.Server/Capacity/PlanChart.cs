using System.Globalization;
using System.Text;
using FeatureGovernance.Contracts.Capacity;

namespace FeatureGovernance.Server.Capacity;

/// <summary>Demand and supply by period as a drawing: bars from P10 to P90 with a mark at P50, and the supply's median as a stepped line.</summary>
internal static class PlanChart
{
    private const int Width = 800;
    private const int Height = 240;
    private const int Foot = 24;

    public static string Svg(IReadOnlyList<PeriodView> periods)
    {
        var top = periods.Select(period => Math.Max(period.Demand.P90, period.Supply?.P50 ?? 0)).DefaultIfEmpty(0).Max();
        if (!(top > 0))
            return "";
        var wide = Width / (double)periods.Count;
        string Y(double value) => Number((Height - Foot) * (1 - Math.Clamp(value / top, 0, 1)));
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture,
            $"<figure><svg viewBox=\"0 -4 {Width} {Height + 4}\" role=\"img\"><title>Demand and supply by quarter</title>");
        text.Append("<desc>A bar for each quarter spans demand from P10 to P90, the mark in it is P50; the stepped line is the median supply. ")
            .Append("The table below has the figures.</desc>");
        for (var i = 0; i < periods.Count; i++)
        {
            var (period, x) = (periods[i], i * wide);
            var (high, low) = (Y(period.Demand.P90), Y(period.Demand.P10));
            var tall = Number(Math.Max(1, double.Parse(low, CultureInfo.InvariantCulture) - double.Parse(high, CultureInfo.InvariantCulture)));
            text.Append(CultureInfo.InvariantCulture,
                $"<rect x=\"{Number(x + 0.25 * wide)}\" y=\"{high}\" width=\"{Number(0.5 * wide)}\" height=\"{tall}\" fill=\"#9db8d9\"/>");
            text.Append(CultureInfo.InvariantCulture,
                $"<path d=\"M{Number(x + 0.25 * wide)} {Y(period.Demand.P50)}h{Number(0.5 * wide)}\" stroke=\"#123a6b\" stroke-width=\"3\"/>");
            if (period.Supply is { } supply)
                text.Append(CultureInfo.InvariantCulture,
                    $"<path d=\"M{Number(x)} {Y(supply.P50)}h{Number(wide)}\" stroke=\"#8a3b12\" stroke-width=\"2\" stroke-dasharray=\"6 3\"/>");
            text.Append(CultureInfo.InvariantCulture,
                $"<text x=\"{Number(x + 0.5 * wide)}\" y=\"{Height - 6}\" text-anchor=\"middle\" font-size=\"13\">{period.Period}</text>");
        }

        return text.Append("</svg><figcaption>Bars: demand from P10 to P90, mark at P50. Dashed: median supply.</figcaption></figure>").ToString();
    }

    private static string Number(double value) => value.ToString("0.#", CultureInfo.InvariantCulture);
}
