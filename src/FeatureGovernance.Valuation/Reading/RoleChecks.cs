namespace FeatureGovernance.Valuation.Reading;

/// <summary>Refuses times, weights and scores that cannot serve.</summary>
internal static class RoleChecks
{
    /// <exception cref="SampleException">A time is text, or the two are told in different units.</exception>
    public static void RefuseTimes(Roles roles)
    {
        if (roles is { Time: null, LabelTime: { } late })
            throw new SampleException($"'{late.Name}' tells when the label became known; name the column of the event's time too (--time), for the delay lies between them.");
        foreach (var time in new[] { roles.Time, roles.LabelTime })
        {
            if (time is { Numbers: null })
                throw new SampleException($"'{time.Name}' is text, not a time.");
        }

        if (roles is { Time: { } happened, LabelTime: { } known } && happened.IsTime != known.IsTime)
        {
            var (date, number) = happened.IsTime ? (happened, known) : (known, happened);
            throw new SampleException($"'{date.Name}' is a time stamp and '{number.Name}' a number; a delay needs both in the same unit.");
        }
    }

    /// <exception cref="SampleException">A weight or score of a labelled row cannot be used.</exception>
    public static void RefuseNumbers(Roles roles, int[] rows, ValuationTask task, int classes)
    {
        if (roles.Weight is { } weight)
        {
            var numbers = Numbers(weight, "weight");
            if (rows.Count(r => !float.IsFinite((float)numbers[r]) || numbers[r] < 0) is var bad and > 0)
                throw new SampleException($"The weight '{weight.Name}' is missing, infinite or negative in {bad} labelled rows; every row needs a number from 0 on.");
            if (rows.Count(r => numbers[r] > 0) is var weighty and < 50)
                throw new SampleException($"Only {weighty} labelled rows weigh anything by '{weight.Name}'; at least 50 are needed.");
        }

        if (roles.Score is { } score)
        {
            var numbers = Numbers(score, "score");
            if (rows.Count(r => !double.IsFinite(numbers[r])) is var bad and > 0)
                throw new SampleException($"The score '{score.Name}' is missing or infinite in {bad} labelled rows; send rows that the model scored.");
            if (task == ValuationTask.Classification && classes > 1)
                throw new SampleException($"One score cannot tell {classes} classes apart; leave '{score.Name}' out.");
        }
    }

    private static double[] Numbers(TableColumn column, string role) =>
        column.IsTime || column.Numbers is not { } numbers
            ? throw new SampleException($"The {role} '{column.Name}' must be a column of numbers.")
            : numbers;
}
