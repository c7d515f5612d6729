using System.Globalization;
using DuckDB.NET.Data;
using FeatureGovernance.Core.Drift;

namespace FeatureGovernance.Cli.Drift;

/// <summary>What is wrong with a file of values over time.</summary>
internal sealed class TimedFileException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>Reads a CSV or Parquet file of a time column and value columns through DuckDB, ordered by time.</summary>
internal static class TimedFile
{
    private static readonly string[] TimeNames = ["timestamp", "time", "datetime", "date", "ts", "event_timestamp", "event_time", "ds", "dteday"];
    private static readonly string[] HourNames = ["hr", "hour"];

    /// <exception cref="TimedFileException">The file cannot be read so; the message names the column and the remedy.</exception>
    public static TimedTable Read(string path, string? timeColumn)
    {
        if (!File.Exists(path))
            throw new TimedFileException($"There is no file '{path}'.");
        if (new FileInfo(path).Length == 0)
            throw new TimedFileException("The file is empty.");
        using var connection = new DuckDBConnection("DataSource=:memory:");
        connection.Open();
        try
        {
            var literal = "'" + path.Replace("'", "''", StringComparison.Ordinal) + "'";
            var source = IsParquet(path)
                ? $"read_parquet({literal})"
                : $"read_csv({literal}, header = true, sample_size = -1, nullstr = ['', 'NA', 'NULL', 'null', 'None'])";
            var columns = Rows(connection, $"DESCRIBE SELECT * FROM {source}", r => (Name: r.GetString(0), Type: r.GetString(1)));
            if (columns is [{ Name: var line }] && line.AsSpan().ContainsAny(",;\t|"))
                throw new TimedFileException($"Its rows have other numbers of columns than its first line, '{line}'.");
            var (time, sql) = TimeOf(connection, source, columns, timeColumn);
            return ReadRows(connection, source, [.. columns.Where(c => c.Name != time)], time, sql);
        }
        catch (DuckDBException fault)
        {
            throw new TimedFileException($"'{Path.GetFileName(path)}' cannot be read: {fault.Message.Split('\n')[0]}", fault);
        }
    }

    private static (string Name, string Sql) TimeOf(
        DuckDBConnection connection, string source, List<(string Name, string Type)> columns, string? asked)
    {
        if (asked is not null && !columns.Exists(c => c.Name == asked))
            throw new TimedFileException($"There is no column '{asked}'; the columns are {string.Join(", ", columns.Select(c => c.Name))}.");
        var candidates = asked is not null
            ? columns.Where(c => c.Name == asked)
            : columns.Where(c => IsTime(c.Type)).Concat(columns.Where(c => TimeNames.Contains(c.Name.ToLowerInvariant())));
        foreach (var (name, type) in candidates)
        {
            var quoted = Quoted(name);
            var number = type is "INTEGER" or "BIGINT" or "UBIGINT" or "HUGEINT" or "DOUBLE" or "FLOAT" || type.StartsWith("DECIMAL", StringComparison.Ordinal);
            // Whole numbers are seconds, or milliseconds where seconds would lie beyond the year 5000.
            var sql = number
                ? $"make_timestamp(TRY_CAST({quoted} * CASE WHEN {quoted} > 1e11 THEN 1e3 ELSE 1e6 END AS BIGINT))"
                : type.StartsWith("TIMESTAMP WITH", StringComparison.Ordinal) ? $"make_timestamp(epoch_us({quoted}))" : $"TRY_CAST({quoted} AS TIMESTAMP)";
            var (rows, readable, wrong) = Rows(
                connection,
                $"SELECT count(*), count({sql}), first(CAST({quoted} AS VARCHAR)) FILTER ({quoted} IS NOT NULL AND {sql} IS NULL) FROM {source}",
                r => (r.GetInt64(0), r.GetInt64(1), r.IsDBNull(2) ? null : r.GetString(2)))[0];
            if (rows == 0)
                throw new TimedFileException("The file has no rows.");
            if (readable == rows)
                return (name, WithHour(columns, type, sql));
            // What holds times in most rows is meant for them.
            if (asked is not null || 2 * readable > rows)
            {
                throw new TimedFileException(
                    $"{rows - readable} of {rows} rows of column '{name}' hold no time{(wrong is null ? "" : $", such as '{wrong}'")}; times are ISO 8601 or seconds since 1970.");
            }
        }

        throw new TimedFileException($"No column of times was found among {string.Join(", ", columns.Take(20).Select(c => c.Name))}; name it with --time.");
    }

    // A date with the hour in a column of its own.
    private static string WithHour(List<(string Name, string Type)> columns, string type, string sql)
    {
        var hour = columns.Find(c => HourNames.Contains(c.Name.ToLowerInvariant()) && c.Type is "BIGINT" or "INTEGER" or "TINYINT" or "SMALLINT").Name;
        return type == "DATE" && hour is not null ? $"({sql} + to_hours(CAST({Quoted(hour)} AS INTEGER)))" : sql;
    }

    private static TimedTable ReadRows(
        DuckDBConnection connection, string source, (string Name, string Type)[] columns, string time, string timeSql)
    {
        var kept = columns.Where(c => SqlOf(c) is not null).ToArray();
        if (kept.Length == 0)
            throw new TimedFileException($"There is no column of values beside '{time}'.");
        var times = new List<DateTime>();
        var numbers = kept.Select(c => IsNumber(c.Type) ? new List<double>() : null).ToArray();
        var texts = kept.Select(c => IsNumber(c.Type) ? null : new List<string?>()).ToArray();
        var missing = kept.Select(_ => new List<bool>()).ToArray();
        using var command = connection.CreateCommand();
        command.CommandText = $"SELECT {timeSql}, {string.Join(", ", kept.Select(SqlOf))} FROM {source} ORDER BY 1";
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            times.Add(reader.GetDateTime(0));
            for (var i = 0; i < kept.Length; i++)
            {
                var none = reader.IsDBNull(i + 1);
                missing[i].Add(none);
                numbers[i]?.Add(none ? double.NaN : reader.GetDouble(i + 1));
                texts[i]?.Add(none ? null : reader.GetString(i + 1));
            }
        }

        return new([.. times], [.. kept.Select((c, i) => new ValueColumn(c.Name, numbers[i]?.ToArray(), texts[i]?.ToArray(), [.. missing[i]]))]);
    }

    private static string? SqlOf((string Name, string Type) column) =>
        IsNumber(column.Type) ? $"CAST({Quoted(column.Name)} AS DOUBLE)"
        : column.Type is "VARCHAR" or "UUID" || column.Type.StartsWith("ENUM", StringComparison.Ordinal) ? $"CAST({Quoted(column.Name)} AS VARCHAR)"
        : null;

    private static bool IsNumber(string type) =>
        type is "BOOLEAN" or "FLOAT" or "DOUBLE" || type.EndsWith("INT", StringComparison.Ordinal) || type is "INTEGER" or "UINTEGER"
        || type.StartsWith("DECIMAL", StringComparison.Ordinal);

    private static bool IsTime(string type) => type is "DATE" || type.StartsWith("TIMESTAMP", StringComparison.Ordinal);

    private static bool IsParquet(string path)
    {
        using var file = File.OpenRead(path);
        Span<byte> magic = stackalloc byte[4];
        return file.ReadAtLeast(magic, 4, throwOnEndOfStream: false) == 4 && magic.SequenceEqual("PAR1"u8);
    }

    private static List<T> Rows<T>(DuckDBConnection connection, string sql, Func<DuckDBDataReader, T> read)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        var rows = new List<T>();
        while (reader.Read())
            rows.Add(read((DuckDBDataReader)reader));
        return rows;
    }

    private static string Quoted(string name) => string.Create(CultureInfo.InvariantCulture, $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"");
}
