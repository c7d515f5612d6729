using System.Globalization;
using DuckDB.NET.Data;

namespace FeatureGovernance.Valuation.Reading;

/// <summary>Reads Parquet and CSV files through DuckDB.</summary>
internal static class TableFile
{
    /// <summary>The most cells taken from a file; a larger one is sampled.</summary>
    private const long MostCells = 100_000_000;

    private const int MostColumns = 20_000;

    private static readonly HashSet<string> Numeric = new(StringComparer.Ordinal)
    {
        "BOOLEAN", "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "UHUGEINT", "FLOAT", "DOUBLE",
    };

    /// <exception cref="SampleException">The file is not a readable table, or two columns have the same name.</exception>
    /// <param name="path">The file.</param>
    /// <param name="question">Whose group is kept whole where rows are sampled, and how many rows are taken at most.</param>
    /// <param name="wanted">The columns to read; null for all.</param>
    public static Table Read(string path, SampleQuestion question, Func<string, bool>? wanted = null)
    {
        using var connection = new DuckDBConnection("DataSource=:memory:");
        connection.Open();
        try
        {
            var parquet = IsParquet(path);
            var literal = Literal(path);
            var (source, names) = parquet
                ? ($"read_parquet({literal})", Strings(connection, $"SELECT name FROM parquet_schema({literal})").Skip(1).ToArray())
                : Csv(connection, path, literal, wanted);
            RefuseDuplicates(names);
            RefuseTooMany(names, wanted);
            var described = Rows(connection, $"DESCRIBE SELECT * FROM {source}", r => (Name: r.GetString(0), Type: r.GetString(1)));
            // A nested Parquet column has several schema entries; then DuckDB's own names serve.
            if (names.Length != described.Count)
                names = [.. described.Select(d => d.Name)];
            if (!parquet)
                described = Retyped(connection, source, described);
            return ReadColumns(connection, source, names, described, question, wanted);
        }
        catch (DuckDBException fault)
        {
            throw new SampleException($"'{Path.GetFileName(path)}' cannot be read: {fault.Message.Split('\n')[0]}", fault);
        }
    }

    // How it is written is sniffed once: of wide files that takes most of the time, and each statement would do it again. The statement
    // that the sniffer proposes is not taken, for it does not quote the names of columns.
    private static (string Source, string[] Names) Csv(DuckDBConnection connection, string path, string literal, Func<string, bool>? wanted)
    {
        RefuseTooMany(CsvHeader.Wide(path, MostColumns) ?? [], wanted);
        const string Options = "header = true, sample_size = -1, nullstr = ['', 'NA', 'NULL', 'null']";
        return Rows(connection, $"SELECT Delimiter, Quote, Escape, Comment, SkipRows FROM sniff_csv({literal}, {Options})", sniffed =>
        {
            var dialect = $"delim = {Of(0)}, quote = {Of(1)}, escape = {Of(2)}, comment = {Of(3)}, skip = {sniffed.GetValue(4)}";
            return ($"read_csv({literal}, {Options}, {dialect})", CsvHeader.Names(path, sniffed.GetString(0)));

            string Of(int column) => sniffed.GetString(column) is var said && said == "(empty)" ? "''" : Literal(said);
        })[0];
    }

    // DuckDB takes a CSV column of numbers for text where one of them is written inf or nan.
    private static List<(string Name, string Type)> Retyped(DuckDBConnection connection, string source, List<(string Name, string Type)> described)
    {
        var texts = described.Where(d => d.Type == "VARCHAR").ToArray();
        if (texts.Length == 0)
            return described;
        var counts = string.Join(", ",
            texts.Select(t => $"count({Quoted(t.Name)}) > 0 AND count({Quoted(t.Name)}) = count(TRY_CAST({Quoted(t.Name)} AS DOUBLE))"));
        var numeric = Rows(connection, $"SELECT {counts} FROM {source}", r => texts.Where((_, i) => r.GetBoolean(i)).Select(t => t.Name).ToHashSet())[0];
        return [.. described.Select(d => numeric.Contains(d.Name) ? (d.Name, "DOUBLE") : d)];
    }

    private static Table ReadColumns(
        DuckDBConnection connection, string source, string[] names, List<(string Name, string Type)> described, SampleQuestion question,
        Func<string, bool>? wanted)
    {
        var notes = new List<string>();
        var count = Rows(connection, $"SELECT count(*) FROM {source}", r => r.GetInt64(0))[0];
        var most = Math.Min(question.MostRows ?? int.MaxValue / 2, MostCells / Math.Max(1, wanted is null ? names.Length : names.Count(wanted)));
        var filter = "";
        if (count > most)
        {
            var at = Array.IndexOf(names, question.Group);
            filter = at >= 0
                ? $" WHERE hash({Quoted(described[at].Name)}) % 1000000 < {most * 1_000_000 / count}"
                : $" USING SAMPLE reservoir({most} ROWS) REPEATABLE ({question.Seed})";
            notes.Add($"The file has {count} rows; {(at >= 0 ? "about " : "")}{most} of them, drawn at random, were measured.");
        }

        var columns = new List<(string Name, string Sql, bool Text, bool Time)>();
        for (var i = 0; i < names.Length; i++)
        {
            if (wanted is not null && !wanted(names[i]))
                continue;
            var (sql, type) = (Quoted(described[i].Name), described[i].Type);
            if (Numeric.Contains(type) || type.StartsWith("DECIMAL", StringComparison.Ordinal))
                columns.Add((names[i], $"CAST({sql} AS DOUBLE)", false, false));
            else if (type is "VARCHAR" or "UUID" || type.StartsWith("ENUM", StringComparison.Ordinal))
                columns.Add((names[i], $"CAST({sql} AS VARCHAR)", true, false));
            else if (type.StartsWith("TIMESTAMP", StringComparison.Ordinal) || type is "DATE")
                columns.Add((names[i], $"epoch(CAST({sql} AS TIMESTAMP))", false, true));
            else
                notes.Add($"Column '{names[i]}' was left out: a {type} is not a value to learn from.");
        }

        var numbers = columns.Select(c => c.Text ? null : new List<double>()).ToArray();
        var texts = columns.Select(c => c.Text ? new List<string?>() : null).ToArray();
        using var command = connection.CreateCommand();
        var sampled = filter.Length > 0;
        var rowNumber = Quoted(FreeName(names));
        command.CommandText = sampled
            ? $"SELECT {string.Join(", ", columns.Select(c => c.Sql).Append(rowNumber))} FROM (SELECT *, row_number() OVER () AS {rowNumber} FROM {source}){filter}"
            : $"SELECT {string.Join(", ", columns.Select(c => c.Sql))} FROM {source}";
        using var reader = command.ExecuteReader();
        var rowNumbers = new List<long>();
        var rows = 0;
        for (; reader.Read(); rows++)
        {
            for (var i = 0; i < columns.Count; i++)
            {
                var missing = reader.IsDBNull(i);
                numbers[i]?.Add(missing ? double.NaN : reader.GetDouble(i));
                texts[i]?.Add(missing ? null : reader.GetString(i));
            }

            if (sampled)
                rowNumbers.Add(reader.GetInt64(columns.Count));
        }

        return new([.. columns.Select((c, i) => new TableColumn(c.Name, numbers[i]?.ToArray(), texts[i]?.ToArray(), c.Time))], rows, notes)
        {
            RowNumbers = sampled ? [.. rowNumbers] : null,
        };
    }

    private static string FreeName(string[] names)
    {
        var name = "row_number";
        while (names.Contains(name, StringComparer.OrdinalIgnoreCase))
            name += "_";
        return name;
    }

    /// <summary>The names of a file's columns.</summary>
    /// <exception cref="SampleException">The file is not a readable table, or two columns have the same name.</exception>
    public static string[] Names(string path)
    {
        using var connection = new DuckDBConnection("DataSource=:memory:");
        connection.Open();
        try
        {
            var literal = Literal(path);
            var names = IsParquet(path)
                ? [.. Rows(connection, $"DESCRIBE SELECT * FROM read_parquet({literal})", r => r.GetString(0))]
                : CsvHeader.Wide(path, MostColumns) ?? CsvHeader.Names(path, Strings(connection, $"SELECT Delimiter FROM sniff_csv({literal})").First());
            RefuseDuplicates(names);
            return names;
        }
        catch (DuckDBException fault)
        {
            throw new SampleException($"'{Path.GetFileName(path)}' cannot be read: {fault.Message.Split('\n')[0]}", fault);
        }
    }

    private static void RefuseDuplicates(string[] names)
    {
        string[] twice = [.. names.GroupBy(n => n, StringComparer.Ordinal).Where(g => g.Count() > 1).Select(g => $"'{g.Key}'")];
        if (twice.Length > 0)
            throw new SampleException($"Column names must be unique; these occur more than once: {string.Join(", ", twice)}.");
    }

    private static void RefuseTooMany(string[] names, Func<string, bool>? wanted)
    {
        if (names.Count(name => wanted is null || wanted(name)) is > MostColumns and var columns)
        {
            throw new SampleException(
                $"The file has {columns} columns; at most {MostColumns:N0} can be valued. Leave out what is no feature, or value them in parts.");
        }
    }

    public static bool IsParquet(string path)
    {
        using var file = File.OpenRead(path);
        Span<byte> magic = stackalloc byte[4];
        return file.ReadAtLeast(magic, 4, throwOnEndOfStream: false) == 4 && magic.SequenceEqual("PAR1"u8);
    }

    private static List<string> Strings(DuckDBConnection connection, string sql) => Rows(connection, sql, r => r.GetString(0));

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

    private static string Literal(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";

    private static string Quoted(string name) => string.Create(CultureInfo.InvariantCulture, $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"");
}
