using System.Globalization;
using System.IO.Compression;
using System.Text;

namespace FeatureGovernance.Cli.Forecasting;

/// <summary>One series of a long CSV file.</summary>
/// <param name="Name">Its name in the file.</param>
/// <param name="Kind">The file's word for its period, such as monthly.</param>
/// <param name="Frequency">Observations per cycle.</param>
/// <param name="Train">Known values by index; NaN where a row is absent or empty.</param>
/// <param name="Test">Values held back.</param>
internal sealed record LongSeries(string Name, string Kind, int Frequency, IReadOnlyList<double> Train, IReadOnlyList<double> Test);

/// <summary>Reads the long CSV format: one row per value, columns by name in any order.</summary>
internal static class LongSeriesFile
{
    private const int LongestSeries = 1_000_000;

    /// <summary>Missing values for each value present, beyond which indexes are taken for an error and not for gaps.</summary>
    private const int MostMissingPerValue = 100;

    /// <exception cref="FormatException">Names the line and the field at fault.</exception>
    public static IReadOnlyList<LongSeries> Read(string path)
    {
        using var file = File.OpenRead(path);
        using var plain = path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? new GZipStream(file, CompressionMode.Decompress) : (Stream)file;
        using var reader = new StreamReader(plain, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true));
        try
        {
            return Read(reader);
        }
        catch (DecoderFallbackException)
        {
            throw new FormatException("the file is not UTF-8 text; save it as UTF-8");
        }
    }

    /// <exception cref="FormatException">Names the line and the field at fault.</exception>
    public static IReadOnlyList<LongSeries> Read(TextReader reader)
    {
        var header = Split(reader.ReadLine() ?? throw new FormatException("line 1: the file is empty"), 1);
        var columns = header.Select((name, at) => (Name: name.Trim().ToLowerInvariant(), at)).ToLookup(column => column.Name, column => column.at);
        int Column(string name) => columns[name].Count() switch
        {
            1 => columns[name].First(),
            0 => throw new FormatException($"line 1: column {name} is missing"),
            _ => throw new FormatException($"line 1: column {name} occurs twice"),
        };
        var (series, frequency, part, index, value) = (Column("series"), Column("frequency"), Column("part"), Column("index"), Column("value"));
        var period = columns["period"].Any() ? Column("period") : -1;

        var found = new Dictionary<(string, string), Rows>();
        var order = new List<Rows>();
        var number = 1;
        while (reader.ReadLine() is { } line)
        {
            number++;
            if (string.IsNullOrWhiteSpace(line)) continue;
            var fields = Split(line, number);
            if (fields.Count != header.Count) throw new FormatException($"line {number}: {fields.Count} fields, the header has {header.Count}");
            if (fields[series].Length == 0) throw new FormatException($"line {number}: series is empty");
            if (!int.TryParse(fields[frequency], NumberStyles.None, CultureInfo.InvariantCulture, out var cycle) || cycle is < 1 or > 10_000)
                throw new FormatException($"line {number}: frequency '{fields[frequency]}' is not a whole number from 1 to 10000");
            if (!int.TryParse(fields[index], NumberStyles.None, CultureInfo.InvariantCulture, out var position) || position is < 1 or > LongestSeries)
                throw new FormatException($"line {number}: index '{fields[index]}' is not a whole number from 1 to {LongestSeries}");
            var kind = period < 0 ? "" : fields[period];
            if (!found.TryGetValue((fields[series], kind), out var rows))
            {
                rows = new Rows(fields[series], kind, cycle);
                found.Add((rows.Name, kind), rows);
                order.Add(rows);
            }
            if (rows.Frequency != cycle) throw new FormatException($"line {number}: frequency {cycle} differs from {rows.Frequency} in earlier rows of series {rows.Name}");
            var target = fields[part] switch
            {
                "train" => rows.Train,
                "test" => rows.Test,
                _ => throw new FormatException($"line {number}: part '{fields[part]}' is neither train nor test"),
            };
            if (!target.TryAdd(position, Value(fields[value], number))) throw new FormatException($"line {number}: index {position} occurs twice in the {fields[part]} part of series {rows.Name}");
        }
        return order.Count == 0
            ? throw new FormatException("the file has no rows")
            : order.ConvertAll(rows => new LongSeries(rows.Name, rows.Kind, rows.Frequency, Dense(rows.Train, rows.Name), Dense(rows.Test, rows.Name)));
    }

    public static string Quote(string field) =>
        field.AsSpan().IndexOfAny(",\"\n\r") < 0 ? field : $"\"{field.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    private static double Value(string field, int line)
    {
        if (field.Length == 0 || field.Equals("NA", StringComparison.OrdinalIgnoreCase)
            || field.Equals("NaN", StringComparison.OrdinalIgnoreCase)) return double.NaN;
        return double.TryParse(field, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value)
            ? value
            : throw new FormatException($"line {line}: value '{field}' is not a finite number");
    }

    private static double[] Dense(SortedDictionary<int, double> rows, string series)
    {
        if (rows.Count == 0) return [];
        var values = new double[rows.Keys.Last()];
        if (values.Length / rows.Count > MostMissingPerValue)
            throw new FormatException($"series {series} has {rows.Count} rows up to index {values.Length}: indexes count from 1, at most {MostMissingPerValue} to a row");
        Array.Fill(values, double.NaN);
        foreach (var (index, value) in rows) values[index - 1] = value;
        return values;
    }

    private static List<string> Split(string line, int number)
    {
        var fields = new List<string>();
        var at = 0;
        while (true)
        {
            if (at < line.Length && line[at] == '"')
            {
                var text = new StringBuilder();
                for (at++; ; at++)
                {
                    if (at >= line.Length) throw new FormatException($"line {number}: field {fields.Count + 1} has an unclosed quote");
                    if (line[at] != '"') text.Append(line[at]);
                    else if (at + 1 < line.Length && line[at + 1] == '"') text.Append(line[at++]);
                    else break;
                }
                fields.Add(text.ToString());
                at++;
                if (at < line.Length && line[at] != ',') throw new FormatException($"line {number}: field {fields.Count} continues after its closing quote");
            }
            else
            {
                var end = line.IndexOf(',', at);
                fields.Add((end < 0 ? line[at..] : line[at..end]).Trim());
                at = end < 0 ? line.Length : end;
            }
            if (at >= line.Length) return fields;
            at++;
        }
    }

    private sealed record Rows(string Name, string Kind, int Frequency)
    {
        public SortedDictionary<int, double> Train { get; } = [];

        public SortedDictionary<int, double> Test { get; } = [];
    }
}
