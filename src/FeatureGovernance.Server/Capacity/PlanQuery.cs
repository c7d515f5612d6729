using System.Globalization;
using FeatureGovernance.Contracts;
using FeatureGovernance.Contracts.Capacity;
using FeatureGovernance.Core;
using FeatureGovernance.Server.Http;
using Npgsql;

namespace FeatureGovernance.Server.Capacity;

/// <summary>Reads what plans say.</summary>
internal static class PlanQuery
{
    public static Refusal Unknown(int id) => Problems.NotFound("plan", id.ToString(CultureInfo.InvariantCulture));

    /// <summary>Why a plan says nothing yet; null where it does.</summary>
    public static Refusal? NotReady(StoredPlan plan) => plan.View.State == "succeeded"
        ? null
        : new(RefusalKind.Conflict, "plan-not-ready", $"Plan {plan.Id} is {plan.View.State}; only one that has succeeded says something.");

    /// <summary>A plan that says something, or why there is none.</summary>
    public static async Task<(StoredPlan Plan, Refusal? Refusal)> ReadyAsync(NpgsqlConnection connection, int id, CancellationToken cancellation) =>
        await PlanLedger.FindAsync(connection, id, cancellation) is { } plan ? (plan, NotReady(plan)) : (null!, Unknown(id));

    /// <summary>The plan's pools by name, from one on.</summary>
    public static async Task<Page<PoolPlanView>> PageAsync(
        NpgsqlConnection connection, int plan, string after, int size, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            "select outlook::text from capacity.plan_pool where plan_id = $1 and pool > $2 order by pool limit $3", connection);
        command.Parameters.AddWithValue(plan);
        command.Parameters.AddWithValue(after);
        command.Parameters.AddWithValue(size + 1);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var found = new List<PoolPlanView>();
        while (await reader.ReadAsync(cancellation))
            found.Add(Json.Read<PoolPlanView>(reader.GetString(0))!);
        var page = found.Take(size).ToList();
        return new(page, found.Count > size ? new Cursor("pool", page[^1].Pool, 0).Encode() : null);
    }

    /// <summary>The sum of all pools that have a price; null where none has. Plans of old did not say what they added up by.</summary>
    public static TotalView? Money(IReadOnlyList<TotalView>? totals) => totals?.FirstOrDefault(total => total is { By: "all" or null, Of: "money" });

    /// <summary>Its totals; null while it says nothing yet.</summary>
    public static List<TotalView>? Totals(StoredPlan plan) =>
        plan.View.State == "succeeded" ? Json.Read<List<TotalView>>(plan.Totals) : null;
}
