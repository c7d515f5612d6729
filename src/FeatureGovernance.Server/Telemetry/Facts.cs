using System.Runtime.InteropServices;
using FeatureGovernance.Contracts;

namespace FeatureGovernance.Server.Telemetry;

internal enum FactKind
{
    Usage,
    Importance,
    Cost,
}

/// <summary>A reported figure, small enough to be held by the hundred thousand.</summary>
internal interface IFact<T> : IComparable<T>
    where T : struct
{
    int FeatureId { set; }

    int ModelId { set; }

    int ModelVersionId { set; }

    int Line { get; }

    /// <summary>Days since 2000-01-01, as PostgreSQL counts.</summary>
    int Day { get; }

    /// <summary>True where both speak of the same figure, so that the later line replaces the earlier.</summary>
    bool Replaces(in T earlier);
}

/// <summary>A name that was not known when its line was read.</summary>
internal readonly record struct PendingName(int Row, NameKind Kind, string Name, string Field);

/// <summary>Rows on their way from the parser to the database, with what was wrong between them.</summary>
/// <param name="expected">How many rows it will likely hold.</param>
internal sealed class Segment<T>(int expected)
    where T : struct, IFact<T>
{
    public const int Capacity = 1 << 14;

    public List<T> Rows { get; } = new(expected);

    public List<PendingName> Pending { get; } = [];

    public List<LineError> Errors { get; } = [];

    /// <summary>Lines read for this segment.</summary>
    public long Lines { get; set; }

    public long FailedLines { get; set; }

    /// <summary>Orders the rows as the key does, and of rows with the same key keeps the last line.</summary>
    public Span<T> Settle()
    {
        var rows = CollectionsMarshal.AsSpan(Rows);
        for (var i = 1; i < rows.Length; i++)
        {
            if (rows[i - 1].CompareTo(rows[i]) > 0)
            {
                rows.Sort();
                break;
            }
        }

        var kept = 0;
        for (var i = 0; i < rows.Length; i++)
        {
            if (kept > 0 && rows[i].Replaces(rows[kept - 1]))
                kept--;
            rows[kept++] = rows[i];
        }

        CollectionsMarshal.SetCount(Rows, kept);
        return rows[..kept];
    }
}

/// <summary>Which days may be reported.</summary>
internal sealed record DayBounds(int Last, IReadOnlySet<int> RolledMonths)
{
    public static readonly DateOnly Epoch = new(2000, 1, 1);

    public static int Number(DateOnly day) => day.DayNumber - Epoch.DayNumber;

    public static DateOnly Date(int number) => Epoch.AddDays(number);

    /// <summary>The number of the first day of the day's month.</summary>
    public static int Month(int day)
    {
        var date = Date(day);
        return day - date.Day + 1;
    }
}
