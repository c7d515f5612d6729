using FeatureGovernance.Contracts.Capacity;

namespace FeatureGovernance.Cli.Demo;

/// <summary>
/// Pools of the generated organisation, three years of what they saw, and the supply to come. Demand grows, breathes by week and year, follows requests where
/// it serves them, and supply follows in steps.
/// </summary>
internal sealed class DemoCapacity(DemoOptions options, DemoOrganisation organisation)
{
    private const int Days = 1_096;
    private const string Requests = "requests";

    /// <summary>Days that a campaign lasts, or a lull.</summary>
    private const int Campaign = 60;

    /// <summary>How a serving pool's demand follows requests: an elasticity.</summary>
    private const double Follows = 0.8;

    private readonly double[] campaigns = Campaigns(new Random(options.Days));

    private readonly double compute = organisation.Features.Sum(feature => feature.CostPerDay);

    private sealed record Pool(string Name, string Unit, double Price, string Region, string Class, string? Resource, int Team, double Demand,
        double Growth, double Margin);

    private Pool[] All =>
    [
        new("feature-compute-eu", DemoTelemetry.ComputeUnit, 0.05, "eu", "cpu", DemoTelemetry.ComputeResource, 0, 0.6 * compute, 0.25, 0.18),
        new("feature-compute-us", DemoTelemetry.ComputeUnit, 0.06, "us", "cpu", DemoTelemetry.ComputeResource, 1, 0.4 * compute, 0.35, 0.08),
        new("feature-storage-eu", DemoTelemetry.StorageUnit, 0.0007, "eu", "storage", DemoTelemetry.StorageResource, 2, 20 * compute, 0.45, 0.12),
        new("training-gpu-eu", "gpu-hour", 2.4, "eu", "gpu", null, 3, 1_800, 0.5, 0.1),
        new("training-gpu-us", "gpu-hour", 2.1, "us", "gpu", null, 4, 2_600, 0.3, 0.25),
        new("serving-cpu-us", "core", 0.9, "us", "cpu", null, 5, 12_000, 0.15, 0.3),
    ];

    public int ObservationCount => All.Length * Days;

    public static (string Name, DemandDriverDefinition Definition) Driver =>
        (Requests, new() { Unit = "request", Description = "Requests to all surfaces, a day." });

    /// <summary>What was requested, and what a planner assumes of the year to come: a third more from its middle on.</summary>
    public IEnumerable<DemandDriverValue> DriverValues()
    {
        for (var daysAgo = Days - 1; daysAgo >= 0; daysAgo--)
            yield return new() { Driver = Requests, Day = options.LastDay.AddDays(-daysAgo), Value = Math.Round(RequestsOn(daysAgo)) };
        var last = RequestsOn(0);
        yield return new() { Driver = Requests, Day = options.LastDay.AddDays(30), Value = Math.Round(1.1 * last) };
        yield return new() { Driver = Requests, Day = options.LastDay.AddDays(200), Value = Math.Round(1.33 * last) };
    }

    public IEnumerable<(string Pool, PoolDefinition Definition)> Pools() => All.Select(pool => (pool.Name, new PoolDefinition
    {
        Unit = pool.Unit, UnitPrice = pool.Price, Region = pool.Region, ResourceClass = pool.Class, Resource = pool.Resource,
        Team = DemoOrganisation.TeamName(pool.Team % options.Teams), Drivers = IsServing(pool) ? [Requests] : null,
        Headroom = new() { Share = 0.1, Risk = 0.1 },
    }));

    public IEnumerable<CapacityObservation> Observations()
    {
        var random = new Random(options.Features + options.Days);
        foreach (var pool in All)
        {
            var held = 0.0;
            for (var daysAgo = Days - 1; daysAgo >= 0; daysAgo--)
            {
                var day = options.LastDay.AddDays(-daysAgo);
                var trend = pool.Demand * Math.Pow(1 + pool.Growth, -daysAgo / 365.25);
                var followed = IsServing(pool) ? Math.Pow(campaigns[daysAgo / Campaign], Follows) : 1;
                var season = 1 + 0.06 * Math.Cos(2 * Math.PI * (day.DayOfYear - 330) / 365.25)
                    - (day.DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday ? 0.08 : 0);
                // Supply is raised twice a year, to last for the next half.
                if (held == 0 || (day.Day == 1 && day.Month % 6 == 1))
                    held = Math.Round(trend * (1 + pool.Margin) * Math.Pow(1 + pool.Growth, 0.5), 1);
                var demand = Math.Round(trend * season * followed * DemoFeatures.LogNormal(random, 0.03), 2);
                yield return new() { Pool = pool.Name, Day = day, Demand = demand, Supply = held };
            }
        }
    }

    private static bool IsServing(Pool pool) => pool.Name.StartsWith("serving", StringComparison.Ordinal);

    private double RequestsOn(int daysAgo) => 4e8 * campaigns[daysAgo / Campaign] * Math.Pow(1.15, -daysAgo / 365.25 / Follows);

    /// <summary>Levels by campaign, the newest first.</summary>
    private static double[] Campaigns(Random random) => [.. Enumerable.Range(0, (Days / Campaign) + 1).Select(_ => DemoFeatures.LogNormal(random, 0.08))];

    /// <summary>Past deliveries that teach how late they come, and what is on its way.</summary>
    public IEnumerable<(string Pool, string Name, SupplyDefinition Supply)> Supply()
    {
        foreach (var pool in All)
        {
            var step = Math.Round(0.15 * pool.Demand, 1);
            foreach (var (name, due, late) in ((string, int, int)[])[("order-1", 500, 0), ("order-2", 300, 21), ("order-3", 120, 0)])
            {
                yield return (pool.Name, name, new()
                {
                    Kind = "delivery", Amount = step, Due = options.LastDay.AddDays(-due), DoneOn = options.LastDay.AddDays(late - due),
                });
            }

            yield return (pool.Name, "order-4", new() { Kind = "delivery", Amount = step, Due = options.LastDay.AddDays(75) });
            yield return (pool.Name, "next-year", new() { Kind = "commitment", Amount = step, OrderBy = options.LastDay.AddDays(120), LeadTimeDays = 90 });
            yield return (pool.Name, "old-racks", new()
            {
                Kind = "retirement", Amount = Math.Round(0.05 * pool.Demand, 1), Due = options.LastDay.AddDays(200),
            });
        }
    }
}
