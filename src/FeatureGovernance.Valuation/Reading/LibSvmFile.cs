using System.Collections.Immutable;
using System.Globalization;

namespace FeatureGovernance.Valuation.Reading;

/// <summary>
/// Reads <c>label [qid:q] index:value …</c> lines with the rows per query in a <c>.query</c> file beside. An index that is not written is
/// zero; features are named <c>f</c> and their index.
/// </summary>
internal static class LibSvmFile
{
    private const long MostCells = 100_000_000;
    private const int BeginningLength = 1 << 16;

    /// <summary>True where the first line that is not empty looks like LibSVM.</summary>
    public static bool Matches(string path)
    {
        // No more than a beginning: what is no text may have no lines.
        var beginning = new char[BeginningLength];
        using var reader = new StreamReader(path);
        var length = reader.ReadBlock(beginning);
        var line = new string(beginning, 0, length).Split('\n').FirstOrDefault(l => l.Trim().Length > 0);
        if (line is null)
            return false;
        var parts = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return parts.Length > 1 && double.TryParse(parts[0], CultureInfo.InvariantCulture, out _)
            && parts.Skip(1).TakeWhile(p => p[0] != '#').All(p => p.IndexOf(':', StringComparison.Ordinal) > 0);
    }

    /// <exception cref="SampleException">A line cannot be read, or the query file does not fit.</exception>
    public static (Table Table, double[] Labels, ImmutableArray<int> QuerySizes) Read(string path)
    {
        var labels = new List<double>();
        var cells = new SortedDictionary<int, List<(int Row, double Value)>>();
        var queries = new List<string>();
        var number = 0;
        foreach (var line in File.ReadLines(path))
        {
            number++;
            var parts = line.Split('#')[0].Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (parts.Length == 0)
                continue;
            if (!double.TryParse(parts[0], CultureInfo.InvariantCulture, out var label))
                throw new SampleException($"Line {number}: '{parts[0]}' is not a label.");
            foreach (var part in parts.Skip(1))
            {
                var colon = part.IndexOf(':', StringComparison.Ordinal);
                if (part.StartsWith("qid:", StringComparison.Ordinal))
                    queries.Add(part[4..]);
                else if (colon > 0 && int.TryParse(part.AsSpan(0, colon), CultureInfo.InvariantCulture, out var index) && index >= 0
                    && double.TryParse(part.AsSpan(colon + 1), CultureInfo.InvariantCulture, out var value))
                    (cells.TryGetValue(index, out var column) ? column : cells[index] = []).Add((labels.Count, value));
                else
                    throw new SampleException($"Line {number}: '{part}' is not of the form index:value.");
            }

            labels.Add(label);
        }

        if ((long)labels.Count * cells.Count > MostCells)
            throw new SampleException($"The file has {labels.Count} rows and {cells.Count} columns, more than {MostCells:N0} cells; send Parquet or CSV, of which a sample is taken.");
        var columns = cells.Select(c =>
        {
            var values = new double[labels.Count];
            foreach (var (row, value) in c.Value)
                values[row] = value;
            return new TableColumn($"f{c.Key}", values, null, false);
        });
        return (new([.. columns], labels.Count, []), [.. labels], QuerySizes(path, queries, labels.Count));
    }

    private static ImmutableArray<int> QuerySizes(string path, List<string> queries, int rows)
    {
        var beside = path + ".query";
        if (File.Exists(beside))
        {
            var sizes = File.ReadLines(beside).Where(l => l.Trim().Length > 0)
                .Select(l => int.TryParse(l, CultureInfo.InvariantCulture, out var size) && size > 0
                    ? size
                    : throw new SampleException($"'{Path.GetFileName(beside)}' holds '{l}', which is no number of rows."))
                .ToImmutableArray();
            return sizes.Sum() == rows
                ? sizes
                : throw new SampleException($"'{Path.GetFileName(beside)}' counts {sizes.Sum()} rows, the file has {rows}.");
        }

        if (queries.Count != rows)
            return [];
        var counted = ImmutableArray.CreateBuilder<int>();
        for (var i = 0; i < rows; i++)
        {
            if (i == 0 || queries[i] != queries[i - 1])
                counted.Add(0);
            counted[^1]++;
        }

        return counted.ToImmutable();
    }
}
