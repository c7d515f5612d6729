namespace FeatureGovernance.Core.Drift;

/// <summary>Windows of equal length over the rows of a table, and the cells (hours, or days) that make them up.</summary>
public sealed class WindowGrid
{
    private readonly int[] firstRows;
    private readonly int[] firstCellRows;

    /// <summary>Lays windows over times.</summary>
    /// <param name="times">Ascending, not empty.</param>
    /// <param name="length">Of a window.</param>
    public WindowGrid(DateTime[] times, WindowLength length)
    {
        ArgumentNullException.ThrowIfNull(times);
        Length = length;
        Step = StepOf(times);
        // Values that come once a day or less have no hours.
        CellLength = length == WindowLength.Week || Step >= TimeSpan.FromHours(20) ? TimeSpan.FromDays(1) : TimeSpan.FromHours(1);
        if (length == WindowLength.Week && Step >= TimeSpan.FromDays(6))
            CellLength = TimeSpan.FromDays(7);
        if (length == WindowLength.Hour)
            CellLength = TimeSpan.FromHours(1);
        Origin = Floor(times[0]);
        Count = (int)((Floor(times[^1]) - Origin) / Span) + 1;
        CellsPerWindow = Math.Max(1, (int)(Span / CellLength));
        firstRows = Borders(times, Span, Count);
        firstCellRows = Borders(times, CellLength, Count * CellsPerWindow);
    }

    /// <summary>Of a window.</summary>
    public WindowLength Length { get; }

    /// <summary>The usual time from one time stamp to the next.</summary>
    public TimeSpan Step { get; }

    /// <summary>How long a cell is.</summary>
    public TimeSpan CellLength { get; }

    /// <summary>When the first window begins.</summary>
    public DateTime Origin { get; }

    /// <summary>How many windows.</summary>
    public int Count { get; }

    /// <summary>How many cells a window has.</summary>
    public int CellsPerWindow { get; }

    /// <summary>How many cells there are.</summary>
    public int Cells => Count * CellsPerWindow;

    /// <summary>Cells per day; 1 where cells are days, 0 where they are longer.</summary>
    public int CellsPerDay => (int)(TimeSpan.FromDays(1) / CellLength);

    private TimeSpan Span => Length switch
    {
        WindowLength.Hour => TimeSpan.FromHours(1),
        WindowLength.Day => TimeSpan.FromDays(1),
        WindowLength.Week => TimeSpan.FromDays(7),
    };

    /// <summary>When a window begins; the one after the last gives the end.</summary>
    public DateTime StartOf(int window) => Origin + (window * Span);

    /// <summary>When a cell begins.</summary>
    public DateTime StartOfCell(int cell) => Origin + (cell * CellLength);

    /// <summary>The rows of a window, the last exclusive.</summary>
    public (int First, int End) RowsOf(int window) => (firstRows[window], firstRows[window + 1]);

    /// <summary>The rows of a cell, the last exclusive.</summary>
    public (int First, int End) RowsOfCell(int cell) => (firstCellRows[cell], firstCellRows[cell + 1]);

    /// <summary>The window of a row.</summary>
    public int WindowOf(int row)
    {
        var found = Array.BinarySearch(firstRows, row);
        if (found < 0)
            return ~found - 1;
        // Empty windows share a border: the last of them holds the row.
        while (found + 1 < firstRows.Length && firstRows[found + 1] == row)
            found++;
        return found;
    }

    private static TimeSpan StepOf(DateTime[] times)
    {
        var steps = new List<long>();
        for (var i = 1; i < times.Length; i++)
        {
            if (times[i] != times[i - 1])
                steps.Add((times[i] - times[i - 1]).Ticks);
        }

        steps.Sort();
        return steps.Count == 0 ? TimeSpan.FromDays(1) : TimeSpan.FromTicks(steps[steps.Count / 2]);
    }

    private DateTime Floor(DateTime time) => Length switch
    {
        WindowLength.Hour => time.Date.AddHours(time.Hour),
        WindowLength.Day => time.Date,
        WindowLength.Week => time.Date.AddDays(-(((int)time.DayOfWeek + 6) % 7)),
    };

    private int[] Borders(DateTime[] times, TimeSpan span, int count)
    {
        var borders = new int[count + 1];
        var row = 0;
        for (var i = 0; i <= count; i++)
        {
            var start = Origin + (i * span);
            while (row < times.Length && times[row] < start)
                row++;
            borders[i] = row;
        }

        borders[count] = times.Length;
        return borders;
    }
}
