using System.Globalization;
using System.Text;
using System.Text.Json;
using FeatureGovernance.ServerTests.Fixtures;

namespace FeatureGovernance.ServerTests.Capacity;

/// <summary>Pools with a past, and plans made over HTTP.</summary>
internal static class Planned
{
    public static readonly DateOnly Today = DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime);

    public static async Task PoolAsync(this Api api, string pool, string unit = "hour", double? unitPrice = 2, double headroom = 0, string? resource = null) =>
        (await api.PutAsync($"capacity/pools/{pool}", new { unit, unitPrice, resource, headroom = new { share = headroom } })).Expect(201);

    /// <summary>Days up to yesterday, with demand by the number of days ago.</summary>
    public static async Task ObservedAsync(this Api api, string pool, int days, Func<int, double> demand, double? supply = null)
    {
        var lines = new StringBuilder();
        for (var ago = days; ago >= 1; ago--)
        {
            lines.AppendLine(JsonSerializer.Serialize(new
            {
                pool, day = Today.AddDays(-ago).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), demand = demand(ago), supply,
            }));
        }

        (await api.ObserveAsync(lines.ToString())).Expect(200).Number("failed").Should().Be(0);
    }

    public static Task<Answer> ObserveAsync(this Api api, string lines, string query = "") =>
        api.SendTextAsync(HttpMethod.Post, $"capacity/observations{query}", lines, "application/x-ndjson");

    /// <summary>Plans to the end and answers the plan.</summary>
    public static async Task<Answer> PlanAsync(this Api api, params string[] scenarios)
    {
        var id = (await api.PostAsync("capacity/plans", new { scenarios })).Expect(202).Number("id");
        return (await api.EndOfAsync($"capacity/plans/{id}")).ExpectState("succeeded");
    }

    public static JsonElement Pool(this Answer plan, string pool) =>
        plan.Body.GetProperty("poolPlans").GetProperty("items").EnumerateArray().Single(one => one.GetProperty("pool").GetString() == pool);

    public static JsonElement Period(this JsonElement pool, string period) =>
        pool.GetProperty("periods").EnumerateArray().Single(one => one.GetProperty("period").GetString() == period);

    public static JsonElement NextQuarter(this JsonElement pool) => pool.GetProperty("periods")[12];

    public static double At(this JsonElement thing, string path) =>
        path.Split('.').Aggregate(thing, (present, name) => present.GetProperty(name)).GetDouble();
}
