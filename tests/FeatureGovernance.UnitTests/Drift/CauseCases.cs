using FeatureGovernance.Core.Drift;

namespace FeatureGovernance.UnitTests.Drift;

/// <summary>A change of known cause in a generated table.</summary>
/// <param name="Name">In words.</param>
/// <param name="Feature">Where; <c>*</c> for the rows.</param>
/// <param name="Fault">What is wrong; null where people changed.</param>
/// <param name="Table">With the change.</param>
/// <param name="Start">Of the change.</param>
internal sealed record CauseCase(string Name, string Feature, Fault? Fault, TimedTable Table, DateTime Start)
{
    /// <summary>The incident that tells of the change; null where there is none.</summary>
    public FeatureIncident? In(IEnumerable<FeatureIncident> incidents) => incidents
        .Where(i => (Feature == "*" || i.Feature == Feature) && i.Start < Start.AddDays(Fault is null ? 12 : 2) && i.End > Start && i.Start >= Start.AddDays(-1))
        .OrderByDescending(i => i.Score).FirstOrDefault();
}

/// <summary>Changes of random kind, size, place and length: as many of people as of data.</summary>
internal static class CauseCases
{
    private const int Days = 130;
    private static readonly string[] Busy = ["clicks", "views", "carts"];
    private static readonly string[] Machine = ["score", "latency", "price"];

    public static CauseCase Of(int seed)
    {
        var random = new Random(seed);
        var table = Calm(seed, random);
        var day = random.Next(60, 110);
        var first = day * 24;
        return random.NextDouble() < 0.5 ? OfPeople(table, random, first) : OfData(table, random, first);
    }

    private static TimedTable Calm(int seed, Random random)
    {
        var level = 0.0;
        double Wander() => level = (0.95 * level) + (0.1 * random.Normal());
        return Tables.Hourly(
            Days,
            ("clicks", Tables.Busy((7 * seed) + 1)), ("views", Tables.Busy((7 * seed) + 2)), ("carts", Tables.Busy((7 * seed) + 3)),
            ("score", _ => Math.Round(0.5 + (0.1 * random.Normal()), 3)),
            ("latency", _ => Math.Round(80 * Math.Exp(Wander() + (0.2 * random.Normal())), 1)),
            ("price", _ => Math.Round(20 + (4 * random.Normal()), 2)));
    }

    private static CauseCase OfPeople(TimedTable table, Random random, int first)
    {
        var feature = Busy[random.Next(Busy.Length)];
        var strength = (random.Next(2) == 0 ? 1 : -1) * (0.25 + (0.35 * random.NextDouble()));
        return random.Next(5) switch
        {
            0 => Case("grows or shrinks over a month", [feature], 30 * 24, hour => 1 + (strength * Math.Min(1, hour / (25.0 * 24)))),
            1 => Case("a day off", Busy, 24, hour => hour % 24 is > 6 and < 20 ? 0.45 + (0.2 * random.NextDouble()) : 1),
            2 => Case("a campaign in the evenings", [feature, Busy[0]], 24 * random.Next(3, 8), hour =>
                hour % 24 is > 16 and < 23 ? 1.6 + Math.Abs(strength) : 1.05),
            3 => Case("a storm over two days", Busy, 48, hour => 0.35 + (0.3 * Math.Abs(hour - 24) / 24.0)),
            _ => Case("moves within a few days, and stays", [feature], 30 * 24, hour => 1 + (strength * Math.Min(1, hour / 96.0))),
        };

        CauseCase Case(string name, string[] features, int hours, Func<int, double> factor)
        {
            var changed = features.Distinct().Aggregate(table, (t, f) => t.With(f, first, first + hours, (v, row) => Math.Round(v[row] * factor(row - first))));
            return new(name, feature, null, changed, table.Times[first]);
        }
    }

    private static CauseCase OfData(TimedTable table, Random random, int first)
    {
        var feature = random.Next(2) == 0 ? Busy[random.Next(Busy.Length)] : Machine[random.Next(Machine.Length)];
        var hours = 24 * random.Next(1, 10);
        var end = first + hours;
        var share = 0.06 + (0.5 * random.NextDouble());
        var factor = (double[])[0.001, 0.1, 0.5, 0.62, 1.5, 1.8, 10, 60, 100, 1000];
        var by = factor[random.Next(factor.Length)];
        var lag = random.Next(1, 9);
        var step = table.Columns.First(c => c.Name == feature).Numbers!.Max() > 10 ? 10 : 0.1;
        return random.Next(9) switch
        {
            0 => Values(Fault.Missing, $"{100 * share:0} % missing", (v, row) => random.NextDouble() < share ? double.NaN : v[row]),
            1 => Values(Fault.DefaultFilled, $"{100 * share:0} % -1", (v, row) => random.NextDouble() < share ? -1 : v[row]),
            2 => Values(Fault.Stuck, "stuck", (v, _) => v[first]),
            3 => Values(Fault.Stuck, "the week before again", (v, row) => v[row - 168]),
            4 => Values(Fault.Rescaled, $"× {by}", (v, row) => v[row] * by),
            5 => Values(Fault.TruncatedPrecision, "truncated", (v, row) => Math.Round(Math.Floor(v[row] / step) * step, 6)),
            6 => Values(Fault.SignFlip, "negated", (v, row) => -v[row]),
            7 => Clock(),
            _ => random.Next(2) == 0
                ? new("doubled rows", "*", Fault.DuplicatedPartition, table.Inject(Fault.DuplicatedPartition, "*", first, end, random), table.Times[first])
                : new("lost rows", "*", Fault.DroppedPartition,
                    table.Rows(Enumerable.Range(0, table.Times.Length).Where(r => r < first || r >= end || r % 24 < 10)), table.Times[first]),
        };

        CauseCase Values(Fault fault, string name, Func<double[], int, double> change) =>
            new(name, feature, fault, table.With(feature, first, end, change), table.Times[first]);

        CauseCase Clock()
        {
            feature = Busy[random.Next(Busy.Length)];
            return Values(Fault.ShiftedTimeZone, $"{lag} hours late", (v, row) => v[row - lag]);
        }
    }
}
