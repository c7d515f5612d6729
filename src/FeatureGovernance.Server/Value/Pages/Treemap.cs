namespace FeatureGovernance.Server.Value.Pages;

/// <summary>A rectangle whose area is its part's value; <paramref name="Heat"/>, 1 to 5, is how much it costs for what it gives.</summary>
public sealed record Tile(ValuePart Part, double X, double Y, double Width, double Height, int Heat);

/// <summary>A squarified treemap (Bruls, Huizing, van Wijk 2000): rows are filled while that makes their rectangles squarer.</summary>
internal static class Treemap
{
    public static List<Tile> Of(IReadOnlyList<ValuePart> parts, double width, double height)
    {
        var shown = parts.Where(part => part.Value > 0).OrderByDescending(part => part.Value).ToList();
        var total = shown.Sum(part => part.Value);
        var cost = shown.Sum(part => part.CostPerDay ?? 0);
        var tiles = new List<Tile>();
        var (x, y) = (0.0, 0.0);
        for (var start = 0; start < shown.Count;)
        {
            var side = Math.Min(width, height);
            var scale = width * height / shown.Skip(start).Sum(part => part.Value);
            var count = 1;
            while (start + count < shown.Count && Worst(shown, start, count + 1, scale, side) <= Worst(shown, start, count, scale, side))
                count++;
            var row = shown.Skip(start).Take(count).ToList();
            var thickness = row.Sum(part => part.Value) * scale / side;
            var offset = 0.0;
            foreach (var part in row)
            {
                var length = part.Value * scale / thickness;
                tiles.Add(width >= height
                    ? new(part, x, y + offset, thickness, length, Heat(part, total, cost))
                    : new(part, x + offset, y, length, thickness, Heat(part, total, cost)));
                offset += length;
            }

            (x, y, width, height) = width >= height ? (x + thickness, y, width - thickness, height) : (x, y + thickness, width, height - thickness);
            start += count;
        }

        return tiles;
    }

    // The worst ratio of sides in a row of so many.
    private static double Worst(List<ValuePart> parts, int start, int count, double scale, double side)
    {
        var areas = parts.Skip(start).Take(count).Select(part => part.Value * scale).ToList();
        var sum = areas.Sum();
        return Math.Max(side * side * areas.Max() / (sum * sum), sum * sum / (side * side * areas.Min()));
    }

    // A part's share of all cost against its share of all value.
    private static int Heat(ValuePart part, double total, double cost)
    {
        if (cost <= 0 || part.CostPerDay is not { } own)
            return 1;
        var ratio = own / cost / (part.Value / total);
        return ratio switch { < 0.5 => 1, < 0.9 => 2, < 1.2 => 3, < 2 => 4, _ => 5 };
    }
}
