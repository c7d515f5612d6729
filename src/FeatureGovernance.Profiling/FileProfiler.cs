using DuckDB.NET.Data;

namespace FeatureGovernance.Profiling;

/// <summary>Profiles files through DuckDB in one pass: rows stream by, and only the profiles are kept.</summary>
public static class FileProfiler
{
    /// <summary>The most profiles one pass makes: some tens of kilobytes each.</summary>
    public const int MostProfiles = 50_000;

    // Rows that are in memory at once; enough that handing columns to threads costs little beside profiling them.
    private const int BatchRows = 32_768;

    /// <summary>Profiles every wanted column by window and segment.</summary>
    /// <param name="question">What to profile.</param>
    /// <param name="progress">Told now and then how many rows went by.</param>
    /// <param name="cancellation">Stops between batches of rows.</param>
    /// <exception cref="ProfilingException">The file or the question is at fault; the message says where, and what to do.</exception>
    public static List<ColumnProfile> Read(ProfileQuestion question, IProgress<long>? progress, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(question);
        using var connection = new DuckDBConnection("DataSource=:memory:");
        connection.Open();
        try
        {
            Execute(connection, "set memory_limit = '512MB'; set timezone = 'UTC'; set streaming_buffer_size = '16MB'");
            var plan = ReadPlan.Of(connection, question);
            return ReadRows(connection, plan, progress, cancellation);
        }
        catch (DuckDBException fault)
        {
            throw Unreadable(question.Path, fault.Message.Split('\n')[0], fault);
        }
    }

    private static List<ColumnProfile> ReadRows(DuckDBConnection connection, ReadPlan plan, IProgress<long>? progress, CancellationToken cancellation)
    {
        var sets = new ProfileSets(plan);
        using var chunks = new Chunks(connection, plan.Sql, fault => Unreadable(plan.Name, fault, null));
        var batch = new List<(Chunk Chunk, IReadOnlyList<RowRun> Runs)>();
        try
        {
            var more = true;
            while (more)
            {
                cancellation.ThrowIfCancellationRequested();
                for (var rows = 0; rows < BatchRows && more;)
                {
                    if (chunks.Next() is { } chunk)
                    {
                        batch.Add((chunk, []));
                        batch[^1] = (chunk, sets.Assign(chunk));
                        rows += chunk.Rows;
                    }
                    else
                    {
                        more = false;
                    }
                }

                // By column, so that each profile sees the rows in their order whatever the number of threads.
                Parallel.For(0, plan.Columns.Length, column =>
                {
                    foreach (var (chunk, runs) in batch)
                        sets.Take(column, chunk, runs);
                });
                Forget(batch);
                progress?.Report(sets.Rows);
            }
        }
        finally
        {
            Forget(batch);
        }

        if (sets.Rows == 0)
            throw new ProfilingException($"'{plan.Name}' has no rows.");
        if (sets.Timeless > 0)
            throw new ProfilingException($"{sets.Timeless} of {sets.Rows} rows of '{plan.Name}' hold no time in column '{plan.Time}'; times are ISO 8601 or seconds since 1970.");
        if (plan.Lag is { } lag)
            Check(sets.Lags, lag, sets.Rows, plan.Name);
        return sets.ToProfiles();
    }

    private static void Check(LagCounts lags, string lag, long rows, string name)
    {
        if (lags.Unreadable > 0)
            throw new ProfilingException($"Of {lags.Unreadable} of {rows} rows of '{name}' the lag cannot be told from {lag}; times are ISO 8601 or seconds since 1970, and lie at most 300 years apart.");
        if (lags.Known == 0)
            throw new ProfilingException($"No row of '{name}' has a lag: {lag} is missing in all.");
        if (lags.Negative > lags.Known / 2)
            throw new ProfilingException($"Of {lags.Negative} of {lags.Known} rows of '{name}' the lag, {lag}, is negative: values would have been read before they held. Are the columns exchanged, or in other time zones?");
    }

    private static void Forget(List<(Chunk Chunk, IReadOnlyList<RowRun> Runs)> batch)
    {
        foreach (var (chunk, _) in batch)
            chunk.Dispose();
        batch.Clear();
    }

    private static ProfilingException Unreadable(string path, string fault, Exception? inner) => new(
        fault.Contains("Error when sniffing", StringComparison.Ordinal)
            ? $"'{Path.GetFileName(path)}' cannot be read: it is neither Parquet, nor CSV with a header and columns that could be made out."
            : $"'{Path.GetFileName(path)}' cannot be read: {fault}", inner);

    private static void Execute(DuckDBConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
