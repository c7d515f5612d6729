using FeatureGovernance.Contracts.Capacity;
using FeatureGovernance.Server.Pages;
using FeatureGovernance.Server.Pages.Charts;
using Npgsql;

namespace FeatureGovernance.Server.Capacity.Pages;

/// <summary>What assumptions that are being written would change in the newest plan without a scenario.</summary>
/// <param name="Plan">That plan; null where there is none.</param>
/// <param name="Complaint">Why nothing can be said yet.</param>
/// <param name="Rows">The pools that change, those that change most for their size first.</param>
/// <param name="Others">How many pools were looked at that do not change, or change less than those shown.</param>
/// <param name="IsPartial">Whether the plan has pools that were not looked at.</param>
public sealed record WhatIfModel(
    int? Plan, Complaint? Complaint, Plot? Chart, IReadOnlyList<WhatIfRow> Rows, int Others, bool IsPartial, IReadOnlyList<string> Notes)
{
    private const int MostRows = 8;

    /// <summary>Enough for those that matter, and few enough to answer while a person types.</summary>
    private const int MostPools = 10;

    /// <summary>The demand of a chart that has no line of its own is less than this share of it.</summary>
    private const double Nothing = 1e-9;

    internal static WhatIfModel NotYet(Complaint? complaint, int? plan = null) => new(plan, complaint, null, [], 0, false, []);

    internal static async Task<WhatIfModel> OfAsync(IReadOnlyList<ScenarioPart> parts, NpgsqlDataSource source, CancellationToken cancellation)
    {
        int? plan;
        await using (var connection = await source.OpenConnectionAsync(cancellation))
            plan = await Shortfalls.PlanAsync(connection, cancellation);
        if (plan is not { } id || parts.Count == 0)
            return NotYet(null, plan);
        var answer = await PlanPreviewing.OfAsync(id, new PreviewRequest { Parts = parts }, MostPools, source, cancellation);
        return answer.Take(out PlanPreview preview, out var refusal) ? Of(preview) : NotYet(Complaint.Of(refusal), plan);
    }

    private static WhatIfModel Of(PlanPreview preview)
    {
        var rows = preview.Pools.Select(WhatIfRow.Of).Where(row => Math.Abs(row.Change) > Nothing || row.ToAdd.Plan != row.ToAdd.Other)
            .OrderByDescending(row => Math.Abs(row.Change)).ToList();
        var chart = preview.Money.Count > 0
            ? Drawing(preview.IsPartial ? $"the {Show.Of(preview.Pools.Count, "pool")} looked at" : "all pools", "money", preview.Money)
            : preview.Pools is [var first, ..] ? Drawing(first.Pool, first.Unit, first.Periods) : null;
        return new(preview.Plan, null, chart, [.. rows.Take(MostRows)], preview.Pools.Count - Math.Min(rows.Count, MostRows), preview.IsPartial,
            [.. preview.Pools.SelectMany(pool => pool.Notes).Distinct().Take(5)]);
    }

    private static Plot Drawing(string title, string unit, IReadOnlyList<PreviewedPeriod> all)
    {
        var periods = all.Where(period => period.Period.Contains('Q', StringComparison.Ordinal)).ToList();
        var scale = Scale.Of(periods.SelectMany(one => new[] { one.Demand.Other.P90, one.Demand.Plan.P50 }), fromZero: true);
        return new($"Demand of {title}, {unit} by quarter",
            $"Demand of {title} with these assumptions and in the plan, from {Show.Period(periods[0].Period)} to {Show.Period(periods[^1].Period)}, in {unit}.",
            [
                new("far", Paths.Band([.. periods.Select(one => ((double, double)?)(one.Demand.Other.P10, one.Demand.Other.P90))], scale)),
                new("middle", Paths.Line([.. periods.Select(one => (double?)one.Demand.Other.P50)], scale)),
                new("line-3", Paths.Line([.. periods.Select(one => (double?)one.Demand.Plan.P50)], scale)),
            ],
            Paths.Names([.. periods.Select(one => Show.Period(one.Period))], 4), scale.Ticks(value => Show.Amount(value)),
            Paths.Spots(periods.Count, i =>
                $"{Show.Period(periods[i].Period)}: demand {Show.Amount(periods[i].Demand.Other.P50)}, in the plan {Show.Amount(periods[i].Demand.Plan.P50)}"),
            [], [new("middle", "demand with these assumptions"), new("far", "8 of 10 futures"), new("line-3", "demand in the plan")]);
    }
}

/// <summary>One pool in the plan and with the assumptions, over the last of its whole years and its quarters.</summary>
/// <param name="Year">The year that <paramref name="Demand"/> and <paramref name="Cost"/> are of.</param>
/// <param name="Change">Of the mean demand of that year, as a share of the plan's.</param>
/// <param name="FirstDay">The first day that is short.</param>
/// <param name="ToAdd">The most that a quarter lacks a day.</param>
public sealed record WhatIfRow(
    string Pool, string Unit, string Year, Compared<double> Demand, double Change, Compared<DateOnly?> FirstDay, Compared<double> ToAdd, Compared<double?> Cost)
{
    internal static WhatIfRow Of(PreviewedPool pool)
    {
        var year = pool.Periods.Where(period => period.Period.Length == 4).ElementAt(1);
        var quarters = pool.Periods.Where(period => period.Period.Contains('Q', StringComparison.Ordinal)).ToList();
        return new(
            pool.Pool, pool.Unit, year.Period, new(year.Demand.Plan.P50, year.Demand.Other.P50),
            year.Demand.Plan.Mean == 0 ? 0 : year.DemandChange / year.Demand.Plan.Mean,
            new(quarters.Min(quarter => quarter.FirstDay.Plan), quarters.Min(quarter => quarter.FirstDay.Other)),
            new(quarters.Max(quarter => quarter.ToAdd.Plan ?? 0), quarters.Max(quarter => quarter.ToAdd.Other ?? 0)), year.Cost);
    }
}
