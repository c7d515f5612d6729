using System.Text;

namespace FeatureGovernance.Server.Pages.Charts;

/// <summary>Paths over periods. Where a period has no value the path has a gap: unknown is not zero.</summary>
internal static class Paths
{
    /// <summary>A line through the middles of periods; a value between two gaps becomes a short dash.</summary>
    public static string Line(IReadOnlyList<double?> values, Scale scale)
    {
        var path = new StringBuilder();
        foreach (var (from, to) in Runs(values.Count, i => values[i] is not null))
        {
            if (from == to)
                path.Append($"M{X(from, -0.3, values.Count)} {Y(values[from]!.Value)}H{X(from, 0.3, values.Count)}");
            for (var i = from; i <= to && from < to; i++)
                path.Append($"{(i == from ? 'M' : 'L')}{X(i, 0, values.Count)} {Y(values[i]!.Value)}");
        }

        return path.ToString();

        string Y(double value) => Show.At(scale.Y(value));
    }

    /// <summary>A line that holds its value for the whole period.</summary>
    public static string Steps(IReadOnlyList<double?> values, Scale scale)
    {
        var path = new StringBuilder();
        foreach (var (from, to) in Runs(values.Count, i => values[i] is not null))
        {
            for (var i = from; i <= to; i++)
                path.Append(i == from ? $"M{X(i, -0.5, values.Count)} " : "V").Append($"{Show.At(scale.Y(values[i]!.Value))}H{X(i, 0.5, values.Count)}");
        }

        return path.ToString();
    }

    /// <summary>The area between two values; <paramref name="stepped"/> ones hold for the whole period.</summary>
    public static string Band(IReadOnlyList<(double Lower, double Upper)?> values, Scale scale, bool stepped = false)
    {
        var path = new StringBuilder();
        foreach (var (from, to) in Runs(values.Count, i => values[i] is not null))
        {
            var across = Enumerable.Range(from, to - from + 1).ToList();
            var (before, after) = stepped ? (-0.5, 0.5) : from == to ? (-0.3, 0.3) : (0, 0);
            var upper = across.SelectMany(i => Corners(i, values[i]!.Value.Upper, before, after));
            var lower = across.AsEnumerable().Reverse().SelectMany(i => Corners(i, values[i]!.Value.Lower, after, before));
            path.Append('M').AppendJoin('L', upper.Concat(lower)).Append('Z');
        }

        return path.ToString();

        IEnumerable<string> Corners(int i, double value, double first, double second)
        {
            yield return $"{X(i, first, values.Count)} {Show.At(scale.Y(value))}";
            if (first != second)
                yield return $"{X(i, second, values.Count)} {Show.At(scale.Y(value))}";
        }
    }

    /// <summary>Names for as many periods as a phone has room for, evenly spread; none so near the end that it would be pushed onto the one before.</summary>
    public static IReadOnlyList<Tick> Names(IReadOnlyList<string> periods, int most = 5)
    {
        var every = Math.Max(1, (int)Math.Ceiling(periods.Count / (double)most));
        return [.. periods.Select((name, i) => (name, i)).Where(one => one.i % every == every / 2 && (every == 1 || one.i + 0.5 <= 0.94 * periods.Count))
            .Select(one => new Tick((one.i + 0.5) / periods.Count * 100, one.name))];
    }

    /// <summary>A spot over each period.</summary>
    public static IReadOnlyList<Spot> Spots(int count, Func<int, string> says, Func<int, string?>? moment = null) =>
        [.. Enumerable.Range(0, count).Select(i => new Spot(i * 100.0 / count, 100.0 / count, says(i), moment?.Invoke(i)))];

    private static string X(int i, double aside, int count) => Show.At((i + 0.5 + aside) / count * Plot.Size);

    private static IEnumerable<(int From, int To)> Runs(int count, Func<int, bool> known)
    {
        for (var i = 0; i < count; i++)
        {
            if (!known(i))
                continue;
            var from = i;
            while (i + 1 < count && known(i + 1))
                i++;
            yield return (from, i);
        }
    }
}
