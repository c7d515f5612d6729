namespace FeatureGovernance.Core.Capacity;

/// <summary>The newest supply that was observed.</summary>
/// <param name="Day">When.</param>
/// <param name="Level">Per day, in the pool's unit.</param>
public sealed record ObservedSupply(DateOnly Day, double Level);

/// <summary>Possible futures of a pool's supply: the level last observed, changed by its events on the days they may come.</summary>
public static class SupplyPaths
{
    /// <summary>
    /// Draws paths of supply per day, one value a step; null where nothing is known of the supply. An event done on or before the observed
    /// day is in the level already, and so is a retirement due by then. A delivery that is due and not reported is late, by a delay
    /// counted from <paramref name="today"/>. Supply never falls below 0.
    /// </summary>
    /// <param name="shiftDays">Days by which every outstanding delivery and commitment comes later than it would.</param>
    /// <param name="notes">Hears what was made of doubtful events.</param>
    public static double[][]? Draw(
        ObservedSupply? observed, IReadOnlyList<SupplyEvent> events, SlipHistory history, DateOnly today, TimeStep[] steps, int count, int shiftDays,
        Random random, List<string> notes)
    {
        if (observed is null && events.Count == 0)
        {
            notes.Add("Nothing is known of the supply; report it, or its deliveries.");
            return null;
        }

        if (observed is null)
            notes.Add("No supply was observed; it is taken to be what the deliveries bring.");
        var since = observed?.Day ?? DateOnly.MinValue;
        var open = events.Where(one => !IsIn(one, since)).ToArray();
        foreach (var late in open.Where(one => IsOverdue(one, today)))
            notes.Add($"Delivery {late.Id} was due on {late.Due:yyyy-MM-dd} and has not been reported; it is taken to be late.");

        var paths = new double[count][];
        var isShort = false;
        for (var i = 0; i < count; i++)
        {
            var path = paths[i] = new double[steps.Length];
            Array.Fill(path, observed?.Level ?? 0);
            foreach (var one in open)
                Apply(one, path, steps, Day(one, today, history, shiftDays, random));
            for (var h = 0; h < path.Length; h++)
            {
                isShort |= path[h] < -1e-9;
                path[h] = Math.Max(0, path[h]);
            }
        }

        if (isShort)
            notes.Add("Retirements exceed the supply; it is taken to be 0 then.");
        return paths;
    }

    private static bool IsIn(SupplyEvent one, DateOnly since) =>
        (one.DoneOn ?? (one.Kind == SupplyKind.Retirement ? one.Due : DateOnly.MaxValue)) <= since;

    private static bool IsOverdue(SupplyEvent one, DateOnly today) =>
        one.Kind != SupplyKind.Retirement && one.DoneOn is null && one.Due <= today;

    private static DateOnly Day(SupplyEvent one, DateOnly today, SlipHistory history, int shiftDays, Random random)
    {
        if (one.DoneOn is { } done)
            return done;
        var overdue = IsOverdue(one, today);
        var delay = (int)Math.Ceiling(history.Draw(one, overdue, random)) + (one.Kind == SupplyKind.Retirement ? 0 : shiftDays);
        var from = overdue ? today : one.Due;
        return from.DayNumber + delay >= DateOnly.MaxValue.DayNumber ? DateOnly.MaxValue : from.AddDays(delay);
    }

    private static void Apply(SupplyEvent one, double[] path, TimeStep[] steps, DateOnly day)
    {
        var change = one.Kind == SupplyKind.Retirement ? -one.Amount : one.Amount;
        for (var h = path.Length - 1; h >= 0; h--)
        {
            var share = steps[h].ShareFrom(day);
            if (share == 0)
                return;
            path[h] += change * share;
        }
    }
}
