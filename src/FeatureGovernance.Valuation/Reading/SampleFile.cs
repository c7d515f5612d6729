using System.Collections.Immutable;

namespace FeatureGovernance.Valuation.Reading;

/// <summary>What to read from a file.</summary>
/// <param name="Label">The label's column; ignored for LibSVM, whose first field it is.</param>
/// <param name="Group">The column of the query, or of rows that belong together.</param>
/// <param name="Time">The column of the time by which validation is ordered.</param>
/// <param name="Task">What the model is to do; null to infer it.</param>
/// <param name="Seed">Of the row sample, where the file is too large.</param>
/// <param name="MostRows">The most rows to take; a larger file is sampled. Null for no bound but memory's.</param>
/// <param name="Features">The columns that are features; null for all but those above.</param>
public sealed record SampleQuestion(
    string? Label, string? Group = null, string? Time = null, ValuationTask? Task = null, int Seed = 1, long? MostRows = null,
    IReadOnlySet<string>? Features = null)
{
    /// <summary>The column of the time at which the label became known; null where there is none.</summary>
    public string? LabelTime { get; init; }

    /// <summary>The column of the rows' weights; null where all weigh the same.</summary>
    public string? Weight { get; init; }

    /// <summary>The column of what a model in production predicted; null where there is none.</summary>
    public string? Score { get; init; }

    /// <summary>The columns that are not features.</summary>
    public IReadOnlySet<string> Others =>
        ((string?[])[Label, Group, Time, LabelTime, Weight, Score]).OfType<string>().ToHashSet(StringComparer.Ordinal);
}

/// <summary>Reads an evaluation sample from Parquet, CSV or LibSVM.</summary>
public static class SampleFile
{
    /// <summary>Reads and checks a file.</summary>
    /// <exception cref="SampleException">The file cannot be valued; the message says why.</exception>
    public static Sample Read(string path, SampleQuestion question)
    {
        ArgumentNullException.ThrowIfNull(question);
        if (!File.Exists(path))
            throw new SampleException($"'{path}' does not exist.");
        if (IsLibSvm(path))
        {
            var (rows, labels, sizes) = ReadLibSvm(path, question);
            if (question.Features is { } wanted)
                rows = rows with { Columns = [.. rows.Columns.Where(c => wanted.Contains(c.Name))] };
            return SampleBuilder.Build(rows, new(new("label", labels, null, false)), sizes, question);
        }

        if (question.Label is null)
            throw new SampleException("Name the label's column with --label (label= to the server).");
        var others = question.Others;
        var table = TableFile.Read(path, question, question.Features is { } features ? name => features.Contains(name) || others.Contains(name) : null);
        return SampleBuilder.Build(table, RolesOf(table, question), ImmutableArray<int>.Empty, question);
    }

    /// <summary>Checks a table by its label, group and time, without reading the features, and tells its columns' names.</summary>
    /// <exception cref="SampleException">The file cannot be valued; the message says why.</exception>
    public static IReadOnlyList<string> Check(string path, SampleQuestion question)
    {
        ArgumentNullException.ThrowIfNull(question);
        if (IsLibSvm(path))
        {
            var (rows, labels, sizes) = ReadLibSvm(path, question);
            SampleBuilder.Check(new(new("label", labels, null, false)), question, sizes);
            return [.. rows.Columns.Select(c => c.Name)];
        }

        if (question.Label is null)
            throw new SampleException("Name the label's column with --label (label= to the server).");
        var names = TableFile.Names(path);
        var others = question.Others;
        if (others.FirstOrDefault(name => !names.Contains(name)) is { } missing)
            throw Missing(missing, names);
        if (names.Length == others.Count)
            throw new SampleException("There is no column left to value beside the label.");
        var table = TableFile.Read(path, question, others.Contains);
        SampleBuilder.Check(RolesOf(table, question), question);
        return names;
    }

    /// <summary>The names of a file's columns.</summary>
    /// <exception cref="SampleException">The file cannot be read, or two columns have the same name.</exception>
    public static IReadOnlyList<string> Columns(string path) =>
        IsLibSvm(path) ? [.. LibSvmFile.Read(path).Table.Columns.Select(c => c.Name)] : TableFile.Names(path);

    /// <summary>True for LibSVM, whose label is the first field of each line and whose columns have no names.</summary>
    public static bool IsLibSvm(string path) =>
        Path.GetExtension(path) is not (".csv" or ".parquet") && !TableFile.IsParquet(path) && LibSvmFile.Matches(path);

    // Nothing there has a name by which a column could be a group, a time or a weight.
    private static (Table Table, double[] Labels, ImmutableArray<int> QuerySizes) ReadLibSvm(string path, SampleQuestion question) =>
        question with { Label = null } is var rest && rest.Others.FirstOrDefault() is { } named
            ? throw new SampleException($"A LibSVM file has no column '{named}': queries are told by qid: or a .query file, and it has no times, weights or scores. Send Parquet or CSV.")
            : LibSvmFile.Read(path);

    private static Roles RolesOf(Table table, SampleQuestion question)
    {
        TableColumn? Of(string? name) => name is null ? null : Column(table, name);
        return new(Column(table, question.Label!), Of(question.Group), Of(question.Time), Of(question.LabelTime), Of(question.Weight), Of(question.Score));
    }

    private static TableColumn Column(Table table, string name) =>
        table.Columns.FirstOrDefault(c => c.Name == name) ?? throw Missing(name, [.. table.Columns.Select(c => c.Name)]);

    private static SampleException Missing(string name, string[] names) =>
        new($"There is no column '{name}'; the file has {string.Join(", ", names.Take(20).Select(c => $"'{c}'"))}{(names.Length > 20 ? ", …" : "")}.");
}
