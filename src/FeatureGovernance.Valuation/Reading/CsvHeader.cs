using System.Text;

namespace FeatureGovernance.Valuation.Reading;

/// <summary>The names in a CSV file's first line as written: DuckDB renames repeated ones silently.</summary>
internal static class CsvHeader
{
    private static readonly string[] Usual = [",", "\t", ";", "|"];

    /// <summary>The names of a header with more columns than that, by the delimiter that makes most: a sniffer would take a minute. Null of others.</summary>
    public static string[]? Wide(string path, int most) => Usual.Select(delimiter => Names(path, delimiter)).FirstOrDefault(names => names.Length > most);

    public static string[] Names(string path, string delimiter)
    {
        using var reader = new StreamReader(path);
        var line = reader.ReadLine() ?? throw new SampleException($"'{Path.GetFileName(path)}' is empty.");
        var names = new List<string>();
        var name = new StringBuilder();
        var quoted = false;
        for (var i = 0; i < line.Length; i++)
        {
            if (line[i] == '"' && quoted && i + 1 < line.Length && line[i + 1] == '"')
                name.Append(line[++i]);
            else if (line[i] == '"')
                quoted = !quoted;
            else if (!quoted && delimiter.Length > 0 && string.CompareOrdinal(line, i, delimiter, 0, delimiter.Length) == 0)
                (_, i) = (Finish(names, name), i + delimiter.Length - 1);
            else
                name.Append(line[i]);
        }

        Finish(names, name);
        return [.. names];
    }

    private static int Finish(List<string> names, StringBuilder name)
    {
        names.Add(name.ToString());
        name.Clear();
        return names.Count;
    }
}
