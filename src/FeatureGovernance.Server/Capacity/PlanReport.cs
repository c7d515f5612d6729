using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using FeatureGovernance.Contracts.Capacity;
using FeatureGovernance.Server.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace FeatureGovernance.Server.Capacity;

/// <summary>A plan to print: one HTML document that needs nothing else, without script; its style is allowed by its digest.</summary>
internal static class PlanReport
{
    private const int MostPools = 500;

    private const string Style = """
        body { font: 11pt/1.4 system-ui, sans-serif; color: #1b1f24; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
        h1 { font-size: 1.6rem; margin: 0 0 .2rem } h2 { font-size: 1.15rem; margin: 1.8rem 0 .4rem; border-bottom: 1px solid #b6bdc6 }
        table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; font-size: .85rem }
        th, td { text-align: right; padding: .2rem .5rem; border-bottom: 1px solid #dde1e6 } th { font-weight: 600 }
        th:first-child, td:first-child { text-align: left } td + td { white-space: nowrap }
        caption { text-align: left; color: #57606a; font-size: .85rem; padding: .2rem 0 }
        .short { font-weight: 700 } .note, figcaption { color: #57606a; font-size: .85rem } svg { width: 100%; height: auto } figure { margin: 0 }
        @page { margin: 15mm }
        @media print {
            body { margin: 0; max-width: none; font-size: 9pt } h2 { break-after: avoid }
            tr, figure { break-inside: avoid } thead { display: table-header-group }
        }
        """;

    private static readonly string Policy =
        $"default-src 'none'; style-src 'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(Style)))}'; "
        + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    // Shortest of supply first; of each only the coming quarter, the year and what is to be known of it.
    private const string Tightest = """
        select outlook::text, count(*) over () from capacity.plan_pool where plan_id = $1
        order by coalesce((select max((p -> 'shortfall' ->> 'probability')::float8) from json_array_elements(outlook -> 'periods') p), -1) desc, pool limit $2
        """;

    public static async Task<Results<ContentHttpResult, Refused>> Get(
        int id, HttpContext context, NpgsqlDataSource source, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        var (plan, missing) = await PlanQuery.ReadyAsync(connection, id, cancellation);
        if (missing is not null)
            return (Refused)missing;
        var (pools, count) = await PoolsAsync(connection, id, cancellation);
        context.Response.Headers.ContentSecurityPolicy = Policy;
        context.Response.Headers.XContentTypeOptions = "nosniff";
        return TypedResults.Content(Write(plan, PlanQuery.Totals(plan)!, pools, count), "text/html; charset=utf-8");
    }

    private static async Task<(List<PoolPlanView> Pools, long Count)> PoolsAsync(NpgsqlConnection connection, int plan, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(Tightest, connection);
        command.Parameters.AddWithValue(plan);
        command.Parameters.AddWithValue(MostPools);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var (pools, count) = (new List<PoolPlanView>(), 0L);
        while (await reader.ReadAsync(cancellation))
        {
            pools.Add(Json.Read<PoolPlanView>(reader.GetString(0))!);
            count = reader.GetInt64(1);
        }

        return (pools, count);
    }

    private static string Write(StoredPlan plan, List<TotalView> totals, List<PoolPlanView> pools, long count)
    {
        var title = $"Capacity plan {plan.Id}{(plan.View.Name is { } name ? $": {name}" : "")}";
        var text = new StringBuilder($"""
            <!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
            <title>{Text(title)}</title><style>{Style}</style></head><body>
            <h1>{Text(title)}</h1><p class="note">As of {Day(plan.AsOf)}, {Text(plan.View.Pools)} pools, asked for by {Text(plan.View.RequestedBy)};
            scenarios: {Text(plan.View.Scenarios.Count == 0 ? "none" : string.Join(", ", plan.View.Scenarios))}.</p>
            """);
        if (PlanQuery.Money(totals) is { } money)
            Everything(text, money);
        else
            text.Append("<p class=\"note\">No pool has a price, so there is no sum in money.</p>");
        foreach (var by in totals.Where(total => total.By is not null and not "all").GroupBy(total => total.By!))
        {
            text.Append(CultureInfo.InvariantCulture, $"<h2>By {Text(by.Key == "resourceClass" ? "resource class" : by.Key)}</h2>");
            Table(text, by.Key == "unit" ? "In the unit itself." : "In money.", ["", "Pools", "Year", "Demand P10", "P50", "P90", "Supply P50", "P(short)"],
                by.Select(total => (Total: total, Year: Year(total.Periods))).Where(one => one.Year is not null).Select(one => (string[])
                [
                    one.Total.Of, Number(one.Total.Pools), one.Year!.Period, Number(one.Year.Demand.P10), Number(one.Year.Demand.P50),
                    Number(one.Year.Demand.P90),
                    Number(one.Year.Supply?.P50), Percent(one.Year.Shortfall?.Probability),
                ]));
        }

        text.Append("<h2>Pools, the tightest first</h2>");
        Table(text, count > pools.Count
                ? $"The first {pools.Count} of {count}; the rest is in the CSV and Parquet exports."
                : "Demand and supply are sums over the year's days.",
            ["Pool", "Unit", "Year", "Demand P10", "P50", "P90", "Supply P50", "P(short)", "From", "To add a day"],
            pools.Select(pool => (Pool: pool, Year: Year(pool.Periods))).Where(one => one.Year is not null).Select(one => (string[])
            [
                one.Pool.Pool, one.Pool.Unit, one.Year!.Period, Number(one.Year.Demand.P10), Number(one.Year.Demand.P50), Number(one.Year.Demand.P90),
                Number(one.Year.Supply?.P50), Percent(one.Year.Shortfall?.Probability), Day(FirstDay(one.Pool.Periods)), Number(one.Year.Shortfall?.ToAdd),
            ]));
        foreach (var pool in pools.Where(pool => pool.Notes.Count > 0))
            text.Append(CultureInfo.InvariantCulture, $"<p class=\"note\">{Text(pool.Pool)}: {Text(string.Join("; ", pool.Notes))}</p>");
        if (plan.View.LeftOut is { Count: > 0 } leftOut)
            text.Append(CultureInfo.InvariantCulture, $"<p class=\"note\">Left out, for no demand was observed: {Text(string.Join(", ", leftOut))}.</p>");
        return text.Append("<p class=\"note\">P10, P50, P90: one in ten futures lies below, half, nine in ten. P(short): that demand with its headroom ")
            .Append("exceeds supply at some time of the period; of sums, that any pool is short.</p></body></html>\n").ToString();
    }

    private static void Everything(StringBuilder text, TotalView money)
    {
        text.Append(CultureInfo.InvariantCulture,
            $"<h2>Everything, in money</h2>{(money.IsPartial ? "<p class=\"note\">Pools without a price are not in it.</p>" : "")}");
        text.Append(PlanChart.Svg([.. money.Periods.Where(period => period.Period.Contains('Q', StringComparison.Ordinal))]));
        Periods(text, [.. money.Periods.Where(period => !period.Period.Contains('-', StringComparison.Ordinal))]);
        Drivers(text, money);
    }

    private static void Periods(StringBuilder text, List<PeriodView> periods) =>
        Table(text, "Sums over the period.", ["Period", "Demand P10", "P50", "P90", "Supply P50", "P(short)", "First short"],
            periods.Select(period => (string[])
        [
            period.Period, Number(period.Demand.P10), Number(period.Demand.P50), Number(period.Demand.P90), Number(period.Supply?.P50),
            Percent(period.Shortfall?.Probability), Day(period.Shortfall?.FirstDay),
        ]));

    private static void Drivers(StringBuilder text, TotalView total)
    {
        if (Year(total.Periods) is not { Drivers: { Count: > 0 } drivers } year)
            return;
        text.Append(CultureInfo.InvariantCulture, $"<h2>What the demand of {Text(year.Period)} comes from</h2>");
        Table(text, "Parts of the mean demand; they add up to it.", ["From", "Amount", "Share"],
            drivers.Select(part => (string[])[part.Name, Number(part.Amount), Percent(part.Share)]));
    }

    private static void Table(StringBuilder text, string caption, string[] heads, IEnumerable<string[]> rows)
    {
        text.Append(CultureInfo.InvariantCulture, $"<table><caption>{Text(caption)}</caption><thead><tr>");
        foreach (var head in heads)
            text.Append(CultureInfo.InvariantCulture, $"<th scope=\"col\">{Text(head)}</th>");
        text.Append("</tr></thead><tbody>");
        foreach (var row in rows)
            text.Append("<tr>").AppendJoin("", row.Select(cell => $"<td>{Text(cell)}</td>")).Append("</tr>");
        text.Append("</tbody></table>");
    }

    private static PeriodView? Year(IReadOnlyList<PeriodView> periods) => periods.FirstOrDefault(period => period.Period.Length == 4);

    private static DateOnly? FirstDay(IReadOnlyList<PeriodView> periods) => periods.Min(period => period.Shortfall?.FirstDay);

    private static string Text(object? value) => HtmlEncoder.Default.Encode(Convert.ToString(value, CultureInfo.InvariantCulture) ?? "");

    private static string Number(double? number) => number switch
    {
        null => "–",
        >= 1e15 or <= -1e15 => number.Value.ToString("0.##e0", CultureInfo.InvariantCulture),
        { } some => some.ToString(Math.Abs(some) < 100 ? "#,0.##" : "#,0", CultureInfo.InvariantCulture),
    };

    private static string Percent(double? share) => share is { } some ? (Math.Round(some, 2) + 0.0).ToString("0 %", CultureInfo.InvariantCulture) : "–";

    private static string Day(DateOnly? day) => day?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) ?? "–";
}
