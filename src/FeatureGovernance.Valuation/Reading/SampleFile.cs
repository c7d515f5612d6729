using System.Collections.Immutable;

namespace FeatureGovernance.Valuation.Reading;

/// <summary>What to read from a file.</summary>
/// <param name="Label">The label's column; ignored for LibSVM, whose first field it is.</param>
/// <param name="Group">The column of the query, or of rows that belong together.</param>
/// <param name="Time">The column of the time by which validation is ordered.</param>
/// <param name="Task">What the model is to do; null to infer it.</param>
/// <param name="Seed">Of the row sample, where the file is too large.</param>
public sealed record SampleQuestion(string? Label, string? Group = null, string? Time = null, ValuationTask? Task = null, int Seed = 1);

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
        if (Path.GetExtension(path) is not (".csv" or ".parquet") && LibSvmFile.Matches(path))
        {
            var (rows, labels, sizes) = LibSvmFile.Read(path);
            return SampleBuilder.Build(rows, new("label", labels, null, false), null, null, sizes, question);
        }

        var table = TableFile.Read(path, question.Group, question.Seed);
        if (question.Label is null)
            throw new SampleException("Name the label's column with --label.");
        var label = Column(table, question.Label);
        var group = question.Group is null ? null : Column(table, question.Group);
        var time = question.Time is null ? null : Column(table, question.Time);
        return SampleBuilder.Build(table, label, group, time, ImmutableArray<int>.Empty, question);
    }

    private static TableColumn Column(Table table, string name) =>
        table.Columns.FirstOrDefault(c => c.Name == name)
        ?? throw new SampleException($"There is no column '{name}'; the file has {string.Join(", ", table.Columns.Take(20).Select(c => $"'{c.Name}'"))}{(table.Columns.Count > 20 ? ", …" : "")}.");
}
