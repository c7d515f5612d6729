using System.Globalization;
using FeatureGovernance.Contracts.Capacity;
using FeatureGovernance.Core.Capacity;
using FeatureGovernance.Server.Pages;
using FeatureGovernance.Server.Pages.Charts;

namespace FeatureGovernance.Server.Capacity.Pages;

/// <summary>What a plan says of one pool, or of all in money.</summary>
/// <param name="Pool">The pool; null for the sum.</param>
/// <param name="Periods">Those that are shown, each with the same period of the other plan where there is one.</param>
/// <param name="ComesFrom">What the first year's demand comes from; null where that is not told.</param>
/// <param name="Notes">What was made of gaps and outliers, and by which methods.</param>
public sealed record PlanPart(
    string? Pool, string Title, string Unit, Plot Chart, IReadOnlyList<(PeriodView Mine, PeriodView? Other)> Periods, string? ComesFrom,
    IReadOnlyList<string> Notes)
{
    private const double LeastShare = 0.005;

    internal static PlanPart Of(PoolPlanView pool, PoolPlanView? other, string by) =>
        Of(pool.Pool, pool.Pool, pool.Unit, pool.Periods, other?.Periods, by, [.. pool.Notes, $"Forecast by {pool.Step}: {string.Join(", ", pool.Methods)}."]);

    internal static PlanPart Of(TotalView money, TotalView? other, string by) => Of(null, "All pools", "money", money.Periods, other?.Periods, by,
        [$"{Show.Of(money.Pools, "pool")} with a price{(money.IsPartial ? "; some have none and are left out" : "")}."]);

    private static PlanPart Of(
        string? pool, string title, string unit, IReadOnlyList<PeriodView> all, IReadOnlyList<PeriodView>? others, string by, IReadOnlyList<string> notes)
    {
        var beside = (others ?? []).ToDictionary(period => period.Period, StringComparer.Ordinal);
        var periods = all.Where(period => Is(period.Period, by)).Select(period => (period, beside.GetValueOrDefault(period.Period))).ToList();
        return new(pool, title, unit, Drawing(title, unit, periods), periods, Sources(all), notes);
    }

    private static string? Sources(IReadOnlyList<PeriodView> all) => all.FirstOrDefault(period => period.Drivers is { Count: > 0 }) is { } year
        ? $"What makes up demand in {year.Period}: {string.Join(", ", year.Drivers!.Where(part => Math.Abs(part.Share ?? 0) >= LeastShare).Select(Says))}."
        : null;

    private static string Says(DriverView part) => (100 * part.Share!.Value).ToString("0;−0", CultureInfo.InvariantCulture)
        + $" % {part.Name.Replace(GrowthDrivers.Followed, "", StringComparison.Ordinal)}";

    private static bool Is(string period, string by) => by switch
    {
        "month" => period.Contains('-', StringComparison.Ordinal),
        "year" => period.Length == 4,
        _ => period.Contains('Q', StringComparison.Ordinal),
    };

    private static Plot Drawing(string title, string unit, List<(PeriodView Mine, PeriodView? Other)> periods)
    {
        var scale = Scale.Of(periods.SelectMany(one => new[] { one.Mine.Demand.P90, one.Mine.Supply?.P90 ?? 0, one.Other?.Demand.P50 ?? 0 }), fromZero: true);
        var compares = periods.Any(one => one.Other is not null);
        List<Shape> shapes =
        [
            new("far", Paths.Band([.. periods.Select(one => ((double, double)?)(one.Mine.Demand.P10, one.Mine.Demand.P90))], scale)),
            new("other-far", Paths.Band([.. periods.Select(one => one.Mine.Supply is { } supply ? (supply.P10, supply.P90) : ((double, double)?)null)],
                scale, stepped: true)),
            new("other", Paths.Steps([.. periods.Select(one => one.Mine.Supply?.P50)], scale)),
            new("middle", Paths.Line([.. periods.Select(one => (double?)one.Mine.Demand.P50)], scale)),
        ];
        List<Key> legend = [new("middle", "demand"), new("far", "8 of 10 futures"), new("other", "supply")];
        if (compares)
        {
            shapes.Add(new("line-3", Paths.Line([.. periods.Select(one => one.Other?.Demand.P50)], scale)));
            legend.Add(new("line-3", "demand of the other plan"));
        }

        var width = 100.0 / periods.Count;
        var lacking = periods.Select((one, i) => (Lack: one.Mine.Shortfall, i)).Where(one => one.Lack?.FirstDay is not null).ToList();
        var first = lacking.Select(one =>
            $" The first shortfall is in {Show.Period(periods[one.i].Mine.Period)}, with probability {Show.Share(one.Lack!.Probability)}.").FirstOrDefault();
        return new($"{title}, {unit}", $"Demand and supply of {title} from {Show.Period(periods[0].Mine.Period)} to {Show.Period(periods[^1].Mine.Period)}, in {unit}."
            + (first ?? (periods.All(one => one.Mine.Shortfall is null) ? " The supply is unknown." : " No shortfall is in sight.")),
            shapes, Paths.Names([.. periods.Select(one => Show.Period(one.Mine.Period))], 4), scale.Ticks(value => Show.Amount(value)),
            Paths.Spots(periods.Count, i => Says(periods[i])),
            [.. lacking.Select(one => new Span(one.i * width, width, "short"))], legend)
        {
            // One says enough; the others are read from their spots.
            Flags = [.. lacking.Take(1).Select(one => new Tick((one.i + 0.5) * width, $"▼ short, {Show.Share(one.Lack!.Probability)}"))],
        };
    }

    private static string Says((PeriodView Mine, PeriodView? Other) one) =>
        $"{Show.Period(one.Mine.Period)}: demand {Show.Amount(one.Mine.Demand.P50)} ({Show.Amount(one.Mine.Demand.P10)} – {Show.Amount(one.Mine.Demand.P90)})"
        + (one.Mine.Supply is { } supply ? $", supply {Show.Amount(supply.P50)}" : ", supply unknown")
        + (one.Mine.Shortfall is { } lack ? $", shortfall {Show.Share(lack.Probability)}" : "")
        + (one.Other is { } other ? $"; in the other plan demand {Show.Amount(other.Demand.P50)}" : "");
}
