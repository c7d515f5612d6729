using System.Globalization;
using System.Text;
using System.Text.Json;
using FeatureGovernance.ServerTests.Fixtures;

namespace FeatureGovernance.BrowserTests.Fixtures;

/// <summary>Two pools with a year behind them, of which one will be short, a scenario, and a plan with and without it.</summary>
internal static class ReportedCapacity
{
    /// <summary>Answers the numbers of the plans: as things are, and with the scenario.</summary>
    public static async Task<(int Plain, int Grown)> CapacityAsync(this Api api, DateOnly today)
    {
        (await api.PutAsync("capacity/pools/home-page-cpu", new { unit = "core-hours", unitPrice = 0.05, resource = "cpu", region = "north" })).Expect(201);
        (await api.PutAsync("capacity/pools/training-gpu", new { unit = "gpu-hours", unitPrice = 2.5, region = "south" })).Expect(201);
        var random = new Random(3);
        var lines = new StringBuilder();
        for (var ago = 420; ago >= 1; ago--)
        {
            var week = Math.Sin(ago * Math.Tau / 7) + (2 * random.NextDouble()) - 1;
            lines.AppendLine(Line("home-page-cpu", today.AddDays(-ago), 400 - (0.3 * ago) + (28 * week), 455));
            lines.AppendLine(Line("training-gpu", today.AddDays(-ago), 90 - (0.05 * ago) + (9 * week), 150));
        }

        (await api.SendTextAsync(HttpMethod.Post, "capacity/observations", lines.ToString(), "application/x-ndjson")).Expect(200);
        (await api.PostAsync("capacity/scenarios", new { name = "busy-year", description = "Everything grows by another third.", parts = new object[] { new { kind = "growth", rate = 0.33 } } })).Expect(201);
        return (await PlanAsync(api, []), await PlanAsync(api, ["busy-year"]));
    }

    private static async Task<int> PlanAsync(Api api, string[] scenarios)
    {
        var id = (await api.PostAsync("capacity/plans", new { scenarios })).Expect(202).Number("id");
        (await api.EndOfAsync($"capacity/plans/{id}")).ExpectState("succeeded");
        return id;
    }

    private static string Line(string pool, DateOnly day, double demand, double supply) =>
        JsonSerializer.Serialize(new { pool, day = day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), demand = Math.Round(demand, 3), supply });
}
