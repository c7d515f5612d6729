using System.Collections.Immutable;
using DuckDB.NET.Data;
using FeatureGovernance.Core;

namespace FeatureGovernance.Profiling;

/// <summary>The statement that reads a file: seconds of the window, the segment, the weight, the age, then the columns.</summary>
/// <param name="Name">Of the file, for messages.</param>
/// <param name="Sql">The statement.</param>
/// <param name="Columns">In its order.</param>
/// <param name="Time">The column of times; null where there is one window.</param>
/// <param name="Lag">How ages come about, in words; null where they are not known.</param>
internal sealed record ReadPlan(string Name, string Sql, ImmutableArray<PlannedColumn> Columns, string? Time, string? Lag)
{
    private const int MostListed = 60;

    private static readonly string[] TimeNames = ["timestamp", "time", "datetime", "date", "ts", "event_timestamp", "event_time", "day", "ds", "dt"];

    public static ReadPlan Of(DuckDBConnection connection, ProfileQuestion question)
    {
        var source = Source(question.Path);
        var described = Describe(connection, source);
        string[] roles = [.. question.Segments, .. ((string?[])[question.Time, question.Weight]).OfType<string>(), .. question.Lag?.Named ?? []];
        foreach (var asked in question.Columns.Concat(roles).Where(asked => !described.Exists(column => column.Name == asked)))
            throw new ProfilingException($"There is no column '{asked}'; the columns are {Listed(described)}.");

        var time = question.Start is not null ? null : question.Time
            ?? described.Find(column => IsTime(column.Type)).Name
            ?? described.Find(column => TimeNames.Contains(column.Name.ToLowerInvariant())).Name
            ?? throw new ProfilingException($"No column of times was found among {Listed(described)}; name it, or say when the one window of the file starts.");
        if (question.Weight is { } weighing && described.Find(column => column.Name == weighing) is var (_, weightType) && !IsNumber(weightType))
            throw new ProfilingException($"Column '{weighing}' is a {weightType}; a weight is a number of rows.");
        var (lag, lagWords) = question.Lag is { } ages ? LagPlan.Of(ages, time, described) : ("cast(null as double)", null);
        var taken = roles.Append(time).ToArray();
        if (question.Columns.FirstOrDefault(taken.Contains) is { } twice)
            throw new ProfilingException($"Column '{twice}' cannot be a feature here: it is taken for times, lags, weights or segments.");
        var wanted = described.Where(column => !taken.Contains(column.Name)
            && (question.Columns.IsEmpty ? KindOf(column.Type) is not null : question.Columns.Contains(column.Name))).ToList();
        foreach (var (name, type) in wanted.Where(column => KindOf(column.Type) is null))
            throw new ProfilingException($"Column '{name}' is a {type}, neither numbers nor texts nor lists of numbers.");
        if (wanted.Count == 0)
            throw new ProfilingException("There is no column of numbers or texts beside the times.");

        var segment = question.Segments.IsEmpty ? "''" : string.Join(" || ',' || ", question.Segments.Select(name => $"'{name.Replace("'", "''", StringComparison.Ordinal)}=' || coalesce(cast({Quoted(name)} as varchar), '')"));
        var columns = ImmutableArray.CreateBuilder<PlannedColumn>();
        var ordinal = 0;
        foreach (var (name, type) in wanted)
        {
            var kind = KindOf(type)!.Value;
            columns.Add(new(name, kind, ordinal, question.Defaults.GetValueOrDefault(name)));
            ordinal += kind == ColumnKind.Embeddings ? 2 : 1;
        }

        var values = wanted.SelectMany(column => KindOf(column.Type) switch
        {
            ColumnKind.Texts => [$"cast({Quoted(column.Name)} as varchar)"],
            ColumnKind.Embeddings => [Norm($"cast({Quoted(column.Name)} as double[])"), $"cast(len(cast({Quoted(column.Name)} as double[])) as bigint)"],
            _ => (string[])[$"cast({Quoted(column.Name)} as double)"],
        });
        return new(
            Path.GetFileName(question.Path.TrimEnd('/')),
            $"select {WindowOf(question, described.Find(column => column.Name == time))}, {segment}, {(question.Weight is { } weight ? $"cast({Quoted(weight)} as bigint)" : "cast(1 as bigint)")}, {lag}, {string.Join(", ", values)} from {source}",
            columns.DrainToImmutable(),
            time,
            lagWords);
    }

    private static string Listed(List<(string Name, string Type)> described) =>
        string.Join(", ", described.Take(MostListed).Select(column => column.Name.Length > MostListed ? column.Name[..MostListed] + "…" : column.Name))
        + (described.Count > MostListed ? $" and {described.Count - MostListed} more" : "");

    private static string WindowOf(ProfileQuestion question, (string Name, string Type) time)
    {
        if (question.Start is { } start)
            return $"cast({(long)(start - DateTime.UnixEpoch).TotalSeconds} as bigint)";
        return $"cast(epoch(date_trunc('{Words.Of(question.Window)}', {LagPlan.Instant(time)})) as bigint)";
    }

    private static string Source(string path)
    {
        var remote = path.Contains("://", StringComparison.Ordinal);
        if (!remote && Directory.Exists(path))
        {
            var (parquet, csv) = (Any(path, "*.parquet"), Any(path, "*.csv"));
            if (parquet == csv)
                throw new ProfilingException($"The folder '{path}' holds {(parquet ? "both Parquet and CSV files; name one kind by a pattern" : "neither .parquet nor .csv files")}.");
            path = Path.Combine(path, "**", parquet ? "*.parquet" : "*.csv");
        }
        else if (!remote && !path.Contains('*', StringComparison.Ordinal) && !File.Exists(path))
        {
            throw new ProfilingException($"There is no file or folder '{path}'.");
        }

        if (!remote && new FileInfo(path) is { Exists: true, Length: 0 })
            throw new ProfilingException($"'{Path.GetFileName(path)}' is empty.");
        var literal = $"'{path.Replace("'", "''", StringComparison.Ordinal)}'";
        return IsParquet(path)
            ? $"read_parquet({literal}, hive_partitioning = true, union_by_name = true)"
            : $"read_csv({literal}, header = true, hive_partitioning = true, union_by_name = true, sample_size = 100000, nullstr = ['', 'NA', 'NULL', 'null', 'None'])";
    }

    private static bool IsParquet(string path)
    {
        if (!File.Exists(path))
            return path.EndsWith(".parquet", StringComparison.OrdinalIgnoreCase);
        using var file = File.OpenRead(path);
        Span<byte> magic = stackalloc byte[4];
        return path.EndsWith(".parquet", StringComparison.OrdinalIgnoreCase)
            || (file.ReadAtLeast(magic, 4, throwOnEndOfStream: false) == 4 && magic.SequenceEqual("PAR1"u8));
    }

    private static bool Any(string folder, string pattern) => Directory.EnumerateFiles(folder, pattern, SearchOption.AllDirectories).Any();

    private static List<(string Name, string Type)> Describe(DuckDBConnection connection, string source)
    {
        using var command = connection.CreateCommand();
        command.CommandText = $"describe select * from {source}";
        using var reader = command.ExecuteReader();
        var columns = new List<(string Name, string Type)>();
        while (reader.Read())
            columns.Add((reader.GetString(0), reader.GetString(1)));
        return columns;
    }

    // Null for what cannot be profiled.
    private static ColumnKind? KindOf(string type) => IsNumber(type) ? ColumnKind.Numbers
        : type.EndsWith(']') ? IsNumber(type[..type.LastIndexOf('[')]) ? ColumnKind.Embeddings : null
        : type is "VARCHAR" or "UUID" || type.StartsWith("ENUM", StringComparison.Ordinal) ? ColumnKind.Texts
        : null;

    // A vector of which a part is missing has no length.
    private static string Norm(string vector) =>
        $"case when {vector} is null then null when list_count({vector}) < len({vector}) then 'NaN'::double else sqrt(coalesce(list_sum(list_transform({vector}, lambda part: part * part)), 0)) end";

    internal static bool IsNumber(string type) =>
        type is "BOOLEAN" or "FLOAT" or "DOUBLE" or "INTEGER" or "UINTEGER" || type.EndsWith("INT", StringComparison.Ordinal)
            || type.StartsWith("DECIMAL", StringComparison.Ordinal);

    internal static bool IsTime(string type) => type is "DATE" || type.StartsWith("TIMESTAMP", StringComparison.Ordinal);

    internal static string Quoted(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
