namespace FeatureGovernance.Profiling;

/// <summary>The expressions that read times, and from two of them the age of a row's values.</summary>
internal static class LagPlan
{
    /// <summary>The age in seconds, infinite where it cannot be told from what is there; and how it comes about, in words.</summary>
    /// <param name="lag">The columns named.</param>
    /// <param name="time">The column of times; null where all rows are of one window.</param>
    /// <param name="described">The columns of the file, with their types.</param>
    /// <exception cref="ProfilingException">The columns do not go together, or hold no times.</exception>
    public static (string Sql, string Words) Of(LagColumns lag, string? time, List<(string Name, string Type)> described)
    {
        if (lag.Seconds is { } seconds)
        {
            if (lag.ReadAt is not null || lag.AsOf is not null)
                throw new ProfilingException("The lag is given in seconds and by times at once; name one or the other.");
            if (Column(seconds) is var (name, type) && !ReadPlan.IsNumber(type))
                throw new ProfilingException($"Column '{name}' is a {type}; a lag is a number of seconds.");
            return ($"cast({ReadPlan.Quoted(seconds)} as double)", $"'{seconds}'");
        }

        var (read, held) = (lag.ReadAt ?? time, lag.AsOf ?? time);
        if (read is null || held is null)
            throw new ProfilingException("Without a column of times the lag takes both columns: when values were read, and as of when they hold.");
        if (read == held)
            throw new ProfilingException($"The lag would be '{read}' less itself; name the column of times when values were read, or as of when they hold.");
        foreach (var (name, type) in ((string[])[read, held]).Select(Column).Where(column => !MayHoldTimes(column.Type)))
            throw new ProfilingException($"Column '{name}' is a {type}, and holds no times.");
        var (a, b) = (Instant(Column(read)), Instant(Column(held)));
        return (
            $"case when {ReadPlan.Quoted(read)} is not null and {ReadPlan.Quoted(held)} is not null then coalesce((epoch_us({a}) - epoch_us({b})) / 1e6, 'infinity'::double) end",
            $"'{read}' less '{held}'");

        (string Name, string Type) Column(string name) => described.Find(column => column.Name == name);
    }

    /// <summary>A column's instant; null where it holds none.</summary>
    public static string Instant((string Name, string Type) column)
    {
        var quoted = ReadPlan.Quoted(column.Name);
        // Whole numbers are seconds, or milliseconds where seconds would lie beyond the year 5000.
        return ReadPlan.IsNumber(column.Type)
            ? $"make_timestamp(try_cast({quoted} * case when {quoted} > 1e11 then 1e3 else 1e6 end as bigint))"
            : column.Type.StartsWith("TIMESTAMP WITH", StringComparison.Ordinal) ? $"make_timestamp(epoch_us({quoted}))" : $"try_cast({quoted} as timestamp)";
    }

    private static bool MayHoldTimes(string type) => ReadPlan.IsTime(type) || (ReadPlan.IsNumber(type) && type != "BOOLEAN") || type == "VARCHAR";
}
