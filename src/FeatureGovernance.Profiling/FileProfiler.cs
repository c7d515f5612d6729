using System.Globalization;
using DuckDB.NET.Data;
using FeatureGovernance.Statistics.Sketches;

namespace FeatureGovernance.Profiling;

/// <summary>Profiles files through DuckDB in one pass: rows stream by, and only the profiles are kept.</summary>
public static class FileProfiler
{
    /// <summary>The most profiles one pass makes: some tens of kilobytes each.</summary>
    public const int MostProfiles = 50_000;

    private const long MostWeight = 1_000_000_000;

    private const int RowsBetweenReports = 100_000;

    /// <summary>Profiles every wanted column by window and segment.</summary>
    /// <param name="question">What to profile.</param>
    /// <param name="progress">Told now and then how many rows went by.</param>
    /// <param name="cancellation">Stops between rows.</param>
    /// <exception cref="ProfilingException">The file or the question is at fault; the message says where, and what to do.</exception>
    public static List<ColumnProfile> Read(ProfileQuestion question, IProgress<long>? progress, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(question);
        using var connection = new DuckDBConnection("DataSource=:memory:");
        connection.Open();
        try
        {
            Execute(connection, "set memory_limit = '512MB'; set timezone = 'UTC'; set preserve_insertion_order = false");
            var plan = ReadPlan.Of(connection, question);
            return ReadRows(connection, plan, progress, cancellation);
        }
        catch (DuckDBException fault)
        {
            throw new ProfilingException($"'{Path.GetFileName(question.Path)}' cannot be read: {fault.Message.Split('\n')[0]}", fault);
        }
    }

    private static List<ColumnProfile> ReadRows(DuckDBConnection connection, ReadPlan plan, IProgress<long>? progress, CancellationToken cancellation)
    {
        using var command = connection.CreateCommand();
        command.CommandText = plan.Sql;
        command.UseStreamingMode = true;
        using var reader = command.ExecuteReader();
        var sets = new Dictionary<(long Start, string Segment), Accumulator[]>();
        var (last, current) = ((Start: long.MinValue, Segment: ""), Array.Empty<Accumulator>());
        long rows = 0, timeless = 0;
        while (reader.Read())
        {
            if (++rows % RowsBetweenReports == 0)
            {
                cancellation.ThrowIfCancellationRequested();
                progress?.Report(rows);
            }

            if (reader.IsDBNull(0))
            {
                timeless++;
                continue;
            }

            var key = (Start: reader.GetInt64(0), Segment: reader.GetString(1));
            if (key != last || current.Length == 0)
            {
                (last, current) = (key, sets.TryGetValue(key, out var known) ? known : sets[key] = [.. plan.Columns.Select(column => new Accumulator(column))]);
                if ((long)sets.Count * plan.Columns.Length > MostProfiles)
                {
                    throw new ProfilingException(string.Create(CultureInfo.InvariantCulture,
                        $"The file has more than {MostProfiles:N0} profiles: windows times segments times columns. Take fewer columns or segments, or longer windows."));
                }
            }

            var weight = reader.IsDBNull(2) ? 0 : reader.GetInt64(2);
            if (weight is < 0 or > MostWeight)
                throw new ProfilingException($"Row {rows} of '{plan.Name}' stands for {weight} rows; 0 to {MostWeight} can be.");
            for (var i = 0; i < current.Length; i++)
            {
                for (var times = 0L; times < weight; times++)
                    current[i].Take(reader, i + 3);
            }
        }

        progress?.Report(rows);
        if (rows == 0)
            throw new ProfilingException($"'{plan.Name}' has no rows.");
        if (timeless > 0)
            throw new ProfilingException($"{timeless} of {rows} rows of '{plan.Name}' hold no time in column '{plan.Time}'; times are ISO 8601 or seconds since 1970.");
        return [.. sets.OrderBy(set => set.Key).SelectMany(set => set.Value.Select(one => one.ToProfile(DateTime.UnixEpoch.AddSeconds(set.Key.Start), set.Key.Segment)))];
    }

    private static void Execute(DuckDBConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    /// <summary>One column's profile in the making.</summary>
    private sealed class Accumulator(PlannedColumn column)
    {
        private readonly Profile<double>? numbers = column.IsText ? null : Profile.OfNumbers(new());
        private readonly Profile<string>? texts = column.IsText ? Profile.OfTexts(new()) : null;
        private readonly double standIn = !column.IsText && double.TryParse(column.Default, CultureInfo.InvariantCulture, out var number) ? number : double.NaN;

        public void Take(DuckDBDataReader reader, int ordinal)
        {
            if (reader.IsDBNull(ordinal))
            {
                numbers?.UpdateNull();
                texts?.UpdateNull();
            }
            else if (numbers is not null)
            {
                var value = reader.GetDouble(ordinal);
                numbers.Update(value, value == standIn);
            }
            else
            {
                var value = reader.GetString(ordinal);
                texts!.Update(value, column.Default is { } text && value == text);
            }
        }

        public ColumnProfile ToProfile(DateTime start, string segment) => new(column.Name, DateTime.SpecifyKind(start, DateTimeKind.Utc), segment, numbers, texts);
    }
}

/// <summary>A column that is profiled.</summary>
internal sealed record PlannedColumn(string Name, bool IsText, string? Default);
