using System.Globalization;
using System.Text;
using FeatureGovernance.Statistics.Sketches;

namespace FeatureGovernance.Profiling;

/// <summary>Rows of one chunk that belong to one window and segment, each counting so many times.</summary>
/// <param name="Set">The number of the window and segment.</param>
/// <param name="Rows">Of the chunk, in their order; null for all.</param>
/// <param name="Times">How many rows of the warehouse each stands for.</param>
internal sealed record RowRun(int Set, int[]? Rows, long Times);

/// <summary>The profiles in the making: one of every column for each window and segment.</summary>
internal sealed class ProfileSets(ReadPlan plan)
{
    private const long MostWeight = 1_000_000_000;

    // Of the statement, before the columns that are profiled.
    private const int Start = 0;
    private const int Segment = 1;
    private const int Weight = 2;
    private const int Lag = 3;
    private const int Leading = 4;

    private readonly Dictionary<(long Start, string Segment), int> numbers = [];
    private readonly List<(ColumnAccumulator[] Columns, LagAccumulator Lag)> sets = [];

    // What rows were assigned to last: files are mostly in the order of time.
    private (long Start, string Segment, byte[] SegmentBytes, int Set) last = (0, "", [], -1);

    /// <summary>Rows that went by.</summary>
    public long Rows { get; private set; }

    /// <summary>Those of them without a time.</summary>
    public long Timeless { get; private set; }

    /// <summary>What came of the ages of all rows.</summary>
    public LagCounts Lags => sets.Aggregate(default(LagCounts), (sum, set) => sum + set.Lag.Counts);

    /// <summary>Says which rows of a chunk belong to which window and segment, and takes their ages.</summary>
    /// <exception cref="ProfilingException">There are too many of them, or a row's weight is out of range.</exception>
    public IReadOnlyList<RowRun> Assign(Chunk chunk)
    {
        var starts = chunk.Values<long>(Start);
        var present = chunk.Present(Start);
        var weights = chunk.Values<long>(Weight);
        var weighed = chunk.Present(Weight);
        var runs = new Dictionary<(int Set, long Times), List<int>>();
        var (current, rows) = ((Set: -1, Times: -1L), new List<int>());
        for (var row = 0; row < chunk.Rows; row++)
        {
            Rows++;
            if (!Chunk.IsPresent(present, row))
            {
                Timeless++;
                continue;
            }

            var weight = Chunk.IsPresent(weighed, row) ? weights[row] : 0;
            if (weight is < 0 or > MostWeight)
                throw new ProfilingException($"Row {Rows} of '{plan.Name}' stands for {weight} rows; 0 to {MostWeight} can be.");
            var run = (SetOf(starts[row], chunk, row), weight);
            if (run != current)
            {
                current = run;
                if (!runs.TryGetValue(run, out rows!))
                    runs[run] = rows = [];
            }

            rows.Add(row);
        }

        if (plan.Lag is not null)
        {
            foreach (var (run, members) in runs)
                sets[run.Set].Lag.Take(chunk.Values<double>(Lag), chunk.Present(Lag), members, run.Times);
        }

        return [.. runs.Select(run => new RowRun(run.Key.Set, run.Value.Count == chunk.Rows ? null : [.. run.Value], run.Key.Times))];
    }

    /// <summary>Adds a chunk's values of one column; columns may be added by several threads at once.</summary>
    public void Take(int column, Chunk chunk, IReadOnlyList<RowRun> runs)
    {
        foreach (var (set, rows, times) in runs)
            sets[set].Columns[column].Take(chunk, plan.Columns[column].Ordinal + Leading, rows, times);
    }

    /// <summary>What came out, by window, segment and column.</summary>
    public List<ColumnProfile> ToProfiles() =>
    [
        .. numbers.OrderBy(set => set.Key).SelectMany(set => sets[set.Value].Columns.Select(one =>
            one.ToProfile(DateTime.UnixEpoch.AddSeconds(set.Key.Start), set.Key.Segment) with { LagSeconds = sets[set.Value].Lag.Median })),
    ];

    private int SetOf(long start, Chunk chunk, int row)
    {
        var bytes = chunk.Bytes(Segment, row);
        if (last.Set >= 0 && start == last.Start && bytes.SequenceEqual(last.SegmentBytes))
            return last.Set;
        var segment = Encoding.UTF8.GetString(bytes);
        if (!numbers.TryGetValue((start, segment), out var set))
        {
            set = numbers[(start, segment)] = sets.Count;
            sets.Add(([.. plan.Columns.Select(column => new ColumnAccumulator(column))], new()));
            if ((long)sets.Count * plan.Columns.Length > FileProfiler.MostProfiles)
            {
                throw new ProfilingException(string.Create(CultureInfo.InvariantCulture,
                    $"The file has more than {FileProfiler.MostProfiles:N0} profiles: windows times segments times columns. Take fewer columns or segments, or longer windows."));
            }
        }

        last = (start, segment, bytes.ToArray(), set);
        return set;
    }
}

/// <summary>One column's profile in the making.</summary>
internal sealed class ColumnAccumulator(PlannedColumn column)
{
    private readonly Profile<double>? numbers = column.Kind == ColumnKind.Numbers ? Profile.OfNumbers(new()) : null;
    private readonly Profile<string>? texts = column.Kind == ColumnKind.Texts ? Profile.OfTexts(new()) : null;
    private readonly Profile<Embedding>? embeddings = column.Kind == ColumnKind.Embeddings ? Profile.OfEmbeddings(new()) : null;
    private readonly double standIn = column.Kind == ColumnKind.Numbers && double.TryParse(column.Default, CultureInfo.InvariantCulture,
        out var number) ? number : double.NaN;

    public void Take(Chunk chunk, int ordinal, int[]? rows, long times)
    {
        var present = chunk.Present(ordinal);
        var count = rows?.Length ?? chunk.Rows;
        if (times == 0)
            return;
        if (numbers is null)
        {
            if (texts is not null)
                TakeTexts(chunk, ordinal, rows, count, present, times);
            else
                TakeEmbeddings(chunk, ordinal, rows, count, times);
            return;
        }

        var values = chunk.Values<double>(ordinal);
        Span<double> gathered = stackalloc double[count];
        var found = 0;
        for (var i = 0; i < count; i++)
        {
            var row = rows is null ? i : rows[i];
            if (Chunk.IsPresent(present, row))
                gathered[found++] = values[row];
        }

        numbers.UpdateNulls((count - found) * times);
        if (times == 1)
        {
            numbers.UpdateAll(gathered[..found], standIn);
            return;
        }

        foreach (var value in gathered[..found])
        {
            for (var time = 0L; time < times; time++)
                numbers.Update(value, value == standIn);
        }
    }

    public ColumnProfile ToProfile(DateTime start, string segment) =>
        new(column.Name, DateTime.SpecifyKind(start, DateTimeKind.Utc), segment, numbers, texts, embeddings);

    private void TakeEmbeddings(Chunk chunk, int ordinal, int[]? rows, int count, long times)
    {
        var norms = chunk.Values<double>(ordinal);
        var present = chunk.Present(ordinal);
        var dimensions = chunk.Values<long>(ordinal + 1);
        for (var i = 0; i < count; i++)
        {
            var row = rows is null ? i : rows[i];
            if (!Chunk.IsPresent(present, row))
            {
                embeddings!.UpdateNulls(times);
                continue;
            }

            for (var time = 0L; time < times; time++)
                embeddings!.Update(new(norms[row], dimensions[row]));
        }
    }

    private void TakeTexts(Chunk chunk, int ordinal, int[]? rows, int count, ReadOnlySpan<ulong> present, long times)
    {
        for (var i = 0; i < count; i++)
        {
            var row = rows is null ? i : rows[i];
            if (!Chunk.IsPresent(present, row))
            {
                texts!.UpdateNulls(times);
                continue;
            }

            var value = chunk.Text(ordinal, row);
            for (var time = 0L; time < times; time++)
                texts!.Update(value, column.Default is { } text && value == text);
        }
    }
}

/// <summary>What a column holds.</summary>
internal enum ColumnKind
{
    Numbers,
    Texts,
    Embeddings,
}

/// <summary>A column that is profiled.</summary>
/// <param name="Name">Of the file.</param>
/// <param name="Kind">What it holds.</param>
/// <param name="Ordinal">Its place among the values of the statement; an embedding takes two, its norm and its dimension.</param>
/// <param name="Default">What stands in for a missing value.</param>
internal sealed record PlannedColumn(string Name, ColumnKind Kind, int Ordinal, string? Default);
