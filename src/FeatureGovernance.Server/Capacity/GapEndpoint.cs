using FeatureGovernance.Contracts.Capacity;
using FeatureGovernance.Core;
using FeatureGovernance.Core.Capacity;
using FeatureGovernance.Core.Value;
using FeatureGovernance.Server.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace FeatureGovernance.Server.Capacity;

/// <summary>Which features to give up so that a pool's gap closes.</summary>
internal static class GapEndpoint
{
    public static async Task<Results<Ok<GapAnswer>, Refused>> Post(
        int id, GapRequest body, NpgsqlDataSource source, CancellationToken cancellation)
    {
        var faults = new FieldFaults();
        faults.Slug("pool", body.Pool);
        faults.Text("quarter", body.Quarter, 16, required: true);
        ScenarioReader.Names(body.Keep, "keep", faults);
        if (faults.Refusal is { } refusal)
            return (Refused)refusal;
        await using var connection = await source.OpenConnectionAsync(cancellation);
        var (plan, missing) = await PlanQuery.ReadyAsync(connection, id, cancellation);
        if (missing is not null)
            return (Refused)missing;
        if (await Pools.FindAsync(connection, body.Pool!, cancellation) is not { } pool)
            return (Refused)Problems.Malformed("pool", $"There is no pool '{body.Pool}'.", "Name one of the plan's pools.");
        await ScenarioReader.CheckFeaturesAsync(connection, body.Keep, "keep", faults, cancellation);
        if (faults.Refusal is { } unknown)
            return (Refused)unknown;
        var (need, until, broken) = await NeedAsync(connection, plan, pool, body.Quarter!, cancellation);
        if (broken is not null)
            return (Refused)broken;
        return await CloseAsync(connection, plan, pool, body, need, until, cancellation);
    }

    private static async Task<(double Need, DateOnly Until, Refusal? Broken)> NeedAsync(
        NpgsqlConnection connection, StoredPlan plan, StoredPool pool, string quarter, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("select outlook::text from capacity.plan_pool where plan_id = $1 and pool = $2", connection);
        command.Parameters.AddWithValue(plan.Id);
        command.Parameters.AddWithValue(pool.View.Pool);
        if (Json.Read<PoolPlanView>(await command.ExecuteScalarAsync(cancellation) as string) is not { } planned)
            return (0, default, Problems.Malformed("pool", $"Plan {plan.Id} has no pool '{pool.View.Pool}'.", "Name one of the plan's pools."));
        var period = planned.Periods.FirstOrDefault(period => period.Period.Equals(quarter, StringComparison.OrdinalIgnoreCase));
        if (period is null)
        {
            return (0, default, Problems.Malformed("quarter", $"Plan {plan.Id} has no '{Problems.Shorten(FieldFaults.Printable(quarter))}'.",
                $"Use one of: {string.Join(", ", planned.Periods.Select(one => one.Period))}."));
        }

        if (period.Shortfall is null)
        {
            return (0, default, new(RefusalKind.BrokenRule, "supply-unknown", "Nothing is known of the pool's supply, so no gap can be told.",
                [new("pool", "Its supply is unknown.", "Report its supply and plan again.")]));
        }

        if (pool.View.Resource is null)
        {
            return (0, default, new(
                RefusalKind.BrokenRule, "no-resource", "The pool names no resource of cost telemetry, so what features take of it is unknown.",
                [new("pool", "It names no resource.", "Put the pool with its resource.")]));
        }

        // What goes frees its headroom as well.
        return (period.Shortfall.ToAdd!.Value / (1 + pool.View.Headroom!.Share!.Value), period.To, null);
    }

    private static async Task<Results<Ok<GapAnswer>, Refused>> CloseAsync(
        NpgsqlConnection connection, StoredPlan plan, StoredPool pool, GapRequest body, double need, DateOnly until, CancellationToken cancellation)
    {
        var assumptions = await Assumptions.LoadAsync(connection, plan.AsOf, plan.Scenarios, [pool], cancellation);
        var share = assumptions.Share(pool.View) ?? 0;
        // What the plan's own scenarios take out is not there to be taken out again.
        var keep = assumptions.Gone(pool.View, until).Union(body.Keep ?? []).ToHashSet(StringComparer.Ordinal);
        var all = (await FeatureTakes.CandidatesAsync(connection, plan.AsOf, pool.View.Resource!, cancellation))
            .Where(one => share > 0 && !keep.Contains(one.Feature) && (body.RecommendedOnly != true || FeatureTakes.IsLeaving(one.Recommendation))).ToList();
        var known = all.Where(one => one.Value is not null).ToList();
        var unknown = all.Where(one => one.Value is null).Sum(one => one.Amount) * share;
        var savings = known.ConvertAll(one => new Saving(Math.Max(0, one.Value!.Value), one.Amount * share));
        if (need <= 0)
            return TypedResults.Ok(Answer(need, known.Count, unknown, new([], 0, 0, 0, true), []));
        if (known.Count == 0 && all.Count > 0)
        {
            return (Refused)new Refusal(RefusalKind.BrokenRule, "no-scores",
                FormattableString.Invariant($"{all.Count} features take {unknown:G6} {pool.View.Unit} a day, and the value of none is known."),
                [new("pool", "No feature that takes of it has a value.",
                    "Score features by POST /api/v1/scoring/runs, and report the importance of features to models.")]);
        }

        if (GapClosing.Close(savings, need) is not { } closure)
        {
            return (Refused)new Refusal(RefusalKind.BrokenRule, "gap-too-large",
                FormattableString.Invariant($"{need:G6} {pool.View.Unit} a day must be freed; ")
                    + FormattableString.Invariant($"all {known.Count} features of known value take {savings.Sum(one => one.Amount):G6}."),
                [new("pool", "No set of features frees enough.", "Add supply, or report costs and importance of more features.")]);
        }

        return TypedResults.Ok(Answer(need, known.Count, unknown, closure, [.. closure.Chosen.Select(i =>
            new GapFeature(known[i].Feature, known[i].Team, savings[i].Value, savings[i].Amount,
                Words.Of(known[i].Recommendation ?? Recommendation.Review)))]));
    }

    private static GapAnswer Answer(double need, int candidates, double unknown, GapClosure closure, IReadOnlyList<GapFeature> features) => new()
    {
        Needed = Math.Max(0, need), Freed = closure.Amount, ValueLost = closure.Value, LowerBound = closure.LowerBound, IsExact = closure.IsExact,
        Candidates = candidates, UnknownValueTakes = unknown, Features = features,
    };
}
