using System.Globalization;
using FeatureGovernance.Contracts.Drift;
using FeatureGovernance.Server.Pages;
using FeatureGovernance.Server.Pages.Charts;

namespace FeatureGovernance.Server.Drift.Pages;

/// <summary>The drawings of a feature's values.</summary>
/// <param name="Fan">Quantiles of numbers, of the lengths of texts or of the norms of embeddings; null where there is none.</param>
/// <param name="Rates">Shares of missing, default and zero values.</param>
/// <param name="Distinct">How many distinct values there are.</param>
/// <param name="Frequent">Shares of the most frequent values or dimensions; null where hardly any value comes twice, or all embeddings have one dimension.</param>
/// <param name="Lag">How old values were when they were read; null where it was never told.</param>
public sealed record ValuesCharts(Plot? Fan, Plot Rates, Plot Distinct, Plot? Frequent, Plot? Lag)
{
    /// <summary>The dimension that all embeddings of the span have; null where they differ or there are none.</summary>
    public string? OneDimension { get; private init; }

    private const int MostParts = 6;

    // Values that cover less than this are not what a feature consists of.
    private const double LeastCovered = 0.3;

    internal static ValuesCharts Of(FeatureValues values, TimeSpan length, IReadOnlyList<IncidentMark> marks)
    {
        var first = values.Windows[0].Start;
        var slots = new ValueWindow?[(int)Math.Round((values.Windows[^1].Start - first) / length) + 1];
        foreach (var window in values.Windows)
            slots[(int)Math.Round((window.Start - first) / length)] = window;
        var names = slots.Select((_, i) => Name(first + (length * i), values.Window)).ToList();
        var marked = marks.Select(mark => (Mark: mark, Across: mark.Across(first, length, slots.Length))).Where(one => one.Across is not null)
            .Select(one => (one.Mark, one.Across!.Value)).ToList();
        return new Drawing(slots, names, marked, i =>
            (first + (length * i)).UtcDateTime.ToString("yyyy-MM-ddTHH:mm'Z'", CultureInfo.InvariantCulture), ValueWords.Of(values.Windows[^1].Values)).All();
    }

    /// <summary>A window's begin as read on an axis, in UTC as windows are.</summary>
    public static string Name(DateTimeOffset start, string window) =>
        start.UtcDateTime.ToString(window == "hour" ? "d MMM HH:mm" : "d MMM", CultureInfo.InvariantCulture);

    private sealed class Drawing(ValueWindow?[] slots, List<string> names, List<(IncidentMark Mark, (double At, double Width) Across)> marked,
        Func<int, string> moment, ValueWords words)
    {
        private bool explained;

        private string Reach => slots.Length == 1 ? $"on {names[0]}" : $"from {names[0]} to {names[^1]}";

        public ValuesCharts All()
        {
            var dimensions = words.AreEmbeddings
                ? slots.OfType<ValueWindow>().SelectMany(window => window.Frequent).Select(value => value.Value).Distinct().ToList()
                : [];
            return new(Fan(), Rates(), Distinct(), dimensions.Count == 1 ? null : Frequent(),
                Lag()) { OneDimension = dimensions.Count == 1 ? dimensions[0] : null };
        }

        private Plot? Fan()
        {
            if (slots.All(window => window?.Quantiles is null))
                return null;
            var scale = Scale.Of(slots.Where(window => window?.Quantiles is not null)
                .SelectMany(window => new[] { window!.Quantiles![1], window.Quantiles[5] }), fromZero: false);
            var last = slots[^1]!.Quantiles;
            return Plot(words.Fan,
                $"{words.Fan} {Reach}. " + (last is null ? "" : $"At the end half of the values lie from {Show.Value(last[2])} to {Show.Value(last[4])}, the median is {Show.Value(last[3])}."),
                scale, value => Show.Value(value),
                [
                    new("far", Paths.Band([.. slots.Select(window => Pair(window, 1, 5))], scale)),
                    new("near", Paths.Band([.. slots.Select(window => Pair(window, 2, 4))], scale)),
                    new("middle", Paths.Line([.. slots.Select(window => window?.Quantiles?[3])], scale)),
                ],
                window => window.Quantiles is { } q ? $"median {Show.Value(q[3])}, half within {Show.Value(q[2])} – {Show.Value(q[4])}, 90 % within {Show.Value(q[1])} – {Show.Value(q[5])}" : "no numbers",
                [new("middle", "median"), new("near", "middle half"), new("far", "5 to 95 %")]);
        }

        private Plot Rates()
        {
            var rates = words.Rates.Where(rate => rate.Always || slots.OfType<ValueWindow>().Any(window => rate.Of(window) > 0)).ToList();
            var scale = Scale.Of(slots.OfType<ValueWindow>().SelectMany(window => rates.Select(rate => Share(rate.Of(window), window))), fromZero: true);
            return Plot("Missing and unusual values",
                $"Shares of missing and unusual values {Reach}. At the end {string.Join(", ", rates.Select(rate => $"{Show.Share(Share(rate.Of(slots[^1]!), slots[^1]!))} {rate.Name}"))}.",
                scale, share => Show.Share(share),
                [.. rates.Select((rate, i) => new Shape($"line-{i + 1}", Paths.Line([.. slots.Select(window => window is null ? null : (double?)Share(rate.Of(window), window))], scale)))],
                window => string.Join(", ", rates.Select(rate => $"{rate.Name} {Show.Share(Share(rate.Of(window), window))}")),
                [.. rates.Select((rate, i) => new Key($"line-{i + 1}", rate.Name))]);
        }

        private Plot Distinct()
        {
            var scale = Scale.Of(slots.OfType<ValueWindow>().Select(window => window.Distinct), fromZero: true);
            return Plot(words.Distinct, $"Estimated number of {words.Distinct.ToLowerInvariant()} {Reach}. At the end {Show.Amount(Math.Round(slots[^1]!.Distinct))}.", scale, number => Show.Amount(number),
                [new("middle", Paths.Line([.. slots.Select(window => window?.Distinct)], scale))],
                window => $"about {Show.Amount(Math.Round(window.Distinct))} distinct of {Show.Amount(window.Count)}", []);
        }

        private Plot? Frequent()
        {
            var known = slots.OfType<ValueWindow>().ToList();
            var (all, covered) = (known.Sum(window => (double)window.Count), known.SelectMany(window => window.Frequent).Sum(value => (double)value.Least));
            if (all == 0 || covered < LeastCovered * all)
                return null;
            var top = known.SelectMany(window => window.Frequent).GroupBy(value => value.Value, StringComparer.Ordinal)
                .OrderByDescending(group => group.Sum(value => value.Least)).Take(MostParts).Select(group => group.Key).ToList();
            var scale = new Scale(0, 1, 0.25);
            var below = new double[slots.Length];
            var shapes = new List<Shape>();
            foreach (var (value, part) in top.Select((value, i) => (value, i + 1)))
            {
                var band = new (double, double)?[slots.Length];
                for (var i = 0; i < slots.Length; i++)
                {
                    if (slots[i] is { Count: > 0 } window)
                        band[i] = (below[i], below[i] += Part(window, value));
                }

                shapes.Add(new($"part-{part}", Paths.Band(band, scale, stepped: true)));
            }

            return Plot(words.Frequent,
                $"{words.Frequent} by their share {Reach}. At the end {string.Join(", ", top.Select(value => $"{Label(value)} {Show.Share(Part(slots[^1]!, value))}"))}.",
                scale, share => Show.Share(share), shapes,
                window => string.Join(", ", window.Frequent.Take(MostParts).Select(value => $"{Label(value.Value)} {Show.Share(Part(window, value.Value))}")),
                [.. top.Select((value, i) => new Key($"part-{i + 1}", Label(value)))]);
        }

        private Plot? Lag()
        {
            var longest = slots.Max(window => window?.LagSeconds);
            if (longest is null)
                return null;
            var (unit, seconds) = Ages.UnitOf(longest.Value);
            var scale = Scale.Of(slots.Select(window => window?.LagSeconds).OfType<double>().Select(lag => lag / seconds), fromZero: true);
            return Plot($"Age when read, in {unit}",
                $"How old values were when they were read {Reach}." + (slots[^1]!.LagSeconds is { } last ? $" At the end {Ages.Of(last)}." : ""), scale,
                lag => Show.Value(lag),
                [new("middle", Paths.Line([.. slots.Select(window => window?.LagSeconds / seconds)], scale))],
                window => window.LagSeconds is { } lag ? $"half of the values were at least {Ages.Of(lag)} old when read" : "the age was not told", []);
        }

        private Plot Plot(
            string title, string says, Scale scale, Func<double, string> write, IReadOnlyList<Shape> shapes, Func<ValueWindow, string> spot,
            IReadOnlyList<Key> legend) =>
            new(title, says, shapes, Paths.Names(names), scale.Ticks(write),
                Paths.Spots(slots.Length, i => $"{names[i]}: {(slots[i] is { } window ? spot(window) : "nothing was reported")}{Marked(i)}", moment),
                [.. marked.Select(one => new Span(one.Across.At, one.Across.Width, one.Mark.Kind))],
                [.. legend, .. MarkKeys()]);

        // The first chart explains the marks for those below it.
        private IEnumerable<Key> MarkKeys()
        {
            var kinds = explained ? [] : marked.Select(one => one.Mark.Kind).Distinct().ToList();
            explained = true;
            return kinds.Select(kind => new Key(kind, kind == "over" ? "incident, closed" : "incident"));
        }

        private string Marked(int i)
        {
            var middle = (i + 0.5) / slots.Length * 100;
            return string.Concat(marked.Where(one => one.Across.At <= middle && middle <= one.Across.At + one.Across.Width)
                .Select(one => $"; incident {one.Mark.Id}: {IncidentWords.What(one.Mark.Change, one.Mark.Fault)}"));
        }

        private static double Share(long part, ValueWindow window) => window.Count == 0 ? 0 : part / (double)window.Count;

        private static double Part(ValueWindow window, string value) =>
            window.Count == 0 ? 0 : Math.Min(1, (window.Frequent.FirstOrDefault(one => one.Value == value)?.Least ?? 0) / (double)window.Count);

        private static (double, double)? Pair(ValueWindow? window, int lower, int upper) =>
            window?.Quantiles is { } quantiles ? (quantiles[lower], quantiles[upper]) : null;

        private static string Label(string value) => value.Length == 0 ? "(empty)" : value.Length > 24 ? value[..24] + "…" : value;
    }
}
