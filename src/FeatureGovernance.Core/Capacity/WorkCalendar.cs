namespace FeatureGovernance.Core.Capacity;

/// <summary>How many days of each kind a span holds.</summary>
public readonly record struct DayMix(int Working, int Weekend, int Holiday);

/// <summary>Which days are worked: Monday to Friday, holidays excepted.</summary>
/// <param name="Holidays">On whatever weekday.</param>
public sealed record WorkCalendar(IReadOnlySet<DateOnly> Holidays)
{
    /// <summary>The days of a step, by kind.</summary>
    public DayMix Of(TimeStep step)
    {
        int working = 0, weekend = 0, holiday = 0;
        for (var day = step.First; day < step.End; day = day.AddDays(1))
        {
            if (Holidays.Contains(day))
                holiday++;
            else if (day.DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday)
                weekend++;
            else
                working++;
        }

        return new(working, weekend, holiday);
    }
}

/// <summary>What was seen of a pool in one step, by kind of day.</summary>
/// <param name="Days">Days seen.</param>
/// <param name="Working">Mean demand of working days; meaningless where none was seen, as the others.</param>
public readonly record struct SeenStep(DayMix Days, double Working, double Weekend, double Holiday)
{
    /// <summary>Days seen of any kind.</summary>
    public int Count => Days.Working + Days.Weekend + Days.Holiday;

    /// <summary>The mean over all days seen.</summary>
    public double Mean =>
        (Sum(Days.Working, Working) + Sum(Days.Weekend, Weekend) + Sum(Days.Holiday, Holiday)) / Count;

    private static double Sum(int days, double mean) => days == 0 ? 0 : days * mean;
}

/// <summary>
/// What weekends and holidays do to a pool, learned from its days: months differ in how many they have, years in where holidays fall. An
/// effect counts as far as what was known of it before each step told the step (one less the ratio of squared errors to those of no effect).
/// </summary>
/// <param name="Weekend">Demand of a weekend day, in working days.</param>
/// <param name="Holiday">The same of a holiday.</param>
public sealed record CalendarEffect(double Weekend, double Holiday)
{
    /// <summary>Days are alike.</summary>
    public static readonly CalendarEffect None = new(1, 1);

    private const int FewestSteps = 4;
    private const double Trifle = 0.002;

    // A year of 365.25 days has 104.4 of weekends; holidays are left out, for calendars differ.
    private const double UsualWeekend = 2 / 7.0;

    /// <summary>True where days are as good as alike.</summary>
    public bool IsNone => Math.Abs(Weekend - 1) < Trifle && Math.Abs(Holiday - 1) < Trifle;

    /// <summary>Learns from steps, the oldest first.</summary>
    public static CalendarEffect Of(IReadOnlyList<SeenStep> steps)
    {
        var effect = new CalendarEffect(
            Learn(steps.Select(step => (step.Days.Weekend, step.Weekend, step))), Learn(steps.Select(step => (step.Days.Holiday, step.Holiday, step))));
        return effect.IsNone ? None : effect;
    }

    /// <summary>Demand per day of such a mix of days over that of a usual one.</summary>
    public double Factor(DayMix days) =>
        (days.Working + Weekend * days.Weekend + Holiday * days.Holiday) / (days.Working + days.Weekend + days.Holiday)
        / (1 - UsualWeekend + UsualWeekend * Weekend);

    private static double Learn(IEnumerable<(int Days, double Mean, SeenStep Step)> steps)
    {
        var logs = steps.Where(one => one is { Days: > 0, Mean: > 0, Step: { Days.Working: > 0, Working: > 0 } })
            .Select(one => (Weight: (double)one.Days, Value: Math.Log(one.Mean / one.Step.Working))).ToList();
        if (logs.Count < FewestSteps)
            return 1;
        var (weights, sum, missed, squares) = (logs[0].Weight, logs[0].Weight * logs[0].Value, 0.0, 0.0);
        foreach (var (weight, value) in logs.Skip(1))
        {
            missed += weight * Math.Pow(value - sum / weights, 2);
            squares += weight * value * value;
            weights += weight;
            sum += weight * value;
        }

        return squares > 0 ? Math.Exp(Math.Clamp(1 - missed / squares, 0, 1) * sum / weights) : 1;
    }
}
