using System.Globalization;
using FeatureGovernance.Contracts;
using FeatureGovernance.Contracts.Capacity;
using FeatureGovernance.Server.Access;
using FeatureGovernance.Server.Http;
using FeatureGovernance.Server.Pages;
using Npgsql;

namespace FeatureGovernance.Server.Capacity.Pages;

/// <summary>A plan, alone or beside another.</summary>
/// <param name="Beside">The other plan; null where it is shown alone.</param>
/// <param name="By"><c>month</c>, <c>quarter</c> or <c>year</c>.</param>
/// <param name="Parts">The sum in money, then pools.</param>
/// <param name="Accuracy">How it fared; null while it is not finished.</param>
/// <param name="Others">Finished plans to lay beside it.</param>
public sealed record PlanModel(
    PlanSummary Plan, PlanSummary? Beside, string By, string? Pool, IReadOnlyList<PlanPart> Parts, PlanAccuracyView? Accuracy,
    IReadOnlyList<PlanSummary> Others,
    string? NextCursor, bool IsFirst, bool MayPlan, Complaint? Complaint)
{
    /// <summary>This page with another choice.</summary>
    public string With(string? by = null, string? beside = null, string? cursor = null, string? pool = null) =>
        Show.Query($"/capacity/plans/{Plan.Id}", ("by", by ?? By),
        ("beside", beside ?? Beside?.Id.ToString(CultureInfo.InvariantCulture)), ("pool", pool ?? Pool), ("cursor", cursor));
}

internal static class PlanReading
{
    private const int PoolsOnPage = 6;
    private const int MostOthers = 20;

    public static async Task<IResult> Get(
        int id, HttpContext context, NpgsqlDataSource source, TimeProvider clock, string? by, int? beside, string? pool, string? cursor,
        CancellationToken cancellation)
    {
        var step = by is "month" or "year" ? by : "quarter";
        await using var connection = await source.OpenConnectionAsync(cancellation);
        if (await PlanLedger.FindAsync(connection, id, cancellation) is not { } plan)
            return (Refused)PlanQuery.Unknown(id);
        var others = (await PlanLedger.ListAsync(connection, long.MaxValue, MostOthers, cancellation))
            .Where(one => one.Id != id && one.View.State == "succeeded").ToList();
        var model = new PlanModel(plan.View, null, step, null, [], null, [.. others.Select(one => one.View)], null, cursor is null,
            Permissions.Of(context.Caller().Role, Permission.PlanCapacity) != Reach.None, null);
        if (plan.View.State != "succeeded")
            return Rendered.As<PlanPage>(model with { Beside = others.Find(one => one.Id == beside)?.View });

        var faults = new FieldFaults();
        var after = Cursor.Decode(cursor, "pool", faults);
        var other = beside is null ? null : await PlanLedger.FindAsync(connection, beside.Value, cancellation);
        faults.Check(beside is null || other?.View.State == "succeeded", "beside", $"There is no finished plan {beside}.", "Choose one of the list.");
        if (faults.Refusal is { } refusal)
            return Rendered.As<PlanPage>(model with { Complaint = Complaint.Of(refusal) }, Problems.Status(refusal.Kind));

        Page<PoolPlanView> pools = string.IsNullOrEmpty(pool)
            ? await PlanQuery.PageAsync(connection, id, after?.Last ?? "", PoolsOnPage, cancellation)
            : new([.. (await Shortfalls.OfAsync(connection, id, [pool], cancellation)).Values], null);
        var theirs = other is null ? [] : await Shortfalls.OfAsync(connection, other.Id, [.. pools.Items.Select(one => one.Pool)], cancellation);
        var parts = pools.Items.Select(one => PlanPart.Of(one, theirs.GetValueOrDefault(one.Pool), step));
        if (string.IsNullOrEmpty(pool) && cursor is null && PlanQuery.Money(PlanQuery.Totals(plan)) is { } money)
            parts = parts.Prepend(PlanPart.Of(money, other is null ? null : PlanQuery.Money(PlanQuery.Totals(other)), step));
        return Rendered.As<PlanPage>(model with
        {
            Beside = other?.View, Pool = pool, Parts = [.. parts], NextCursor = pools.NextCursor,
            Accuracy = (await PlanJudgement.Get(id, source, clock, cancellation)).Or<PlanAccuracyView>(),
        });
    }

    public static Task<IResult> Csv(int id, NpgsqlDataSource source, CancellationToken cancellation) => SaveAsync(id, source, plan =>
        Results.Stream(stream => PlanCsv.WriteAsync(source, plan, stream, cancellation), "text/csv", $"plan-{id}.csv"), cancellation);

    public static Task<IResult> Parquet(int id, NpgsqlDataSource source, CancellationToken cancellation) => SaveAsync(id, source, plan =>
        Results.Stream(stream => PlanParquet.WriteAsync(source, plan, stream, cancellation), PlanParquet.Type, $"plan-{id}.parquet"), cancellation);

    private static async Task<IResult> SaveAsync(int id, NpgsqlDataSource source, Func<StoredPlan, IResult> save, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        var (plan, missing) = await PlanQuery.ReadyAsync(connection, id, cancellation);
        return missing is null ? save(plan) : (Refused)missing;
    }
}
