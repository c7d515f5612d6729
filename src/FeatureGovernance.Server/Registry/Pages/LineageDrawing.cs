using FeatureGovernance.Contracts.Registry;
using FeatureGovernance.Server.Pages;

namespace FeatureGovernance.Server.Registry.Pages;

/// <summary>A graph laid out in columns from left to right.</summary>
/// <param name="Width">Of the drawing, in its own units.</param>
/// <param name="Height">Of the drawing, in its own units.</param>
/// <param name="Left">Nodes that found no room.</param>
public sealed record Drawing(int Width, int Height, IReadOnlyList<Box> Boxes, IReadOnlyList<string> Lines, int Left);

/// <summary>A node of the drawing; <paramref name="Link"/> is null where it has no page.</summary>
public sealed record Box(int X, int Y, string Kind, string Name, string Short, string? Link, bool Self);

/// <summary>Lays lineage out: each node as far right as its longest way from a source, the feature asked about among its likes.</summary>
internal static class LineageDrawing
{
    public const int BoxWidth = 200;
    public const int BoxHeight = 32;
    private const int ColumnWidth = 228;
    private const int RowHeight = 42;
    private const int MostInColumn = 12;
    private const int MostColumns = 24;
    private const int MostLetters = 22;

    public static Drawing Of(Lineage lineage, string key)
    {
        var depth = Depths(lineage);
        var self = $"feature/{key}";
        var columns = lineage.Nodes.GroupBy(node => depth[node.Id]).OrderBy(column => column.Key)
            .Select(column => column.OrderByDescending(node => node.Id == self).ThenBy(node => node.Name, StringComparer.Ordinal)
            .Take(MostInColumn).ToList()).ToList();
        var tallest = columns.Count == 0 ? 0 : columns.Max(column => column.Count);
        var boxes = new Dictionary<string, Box>(StringComparer.Ordinal);
        for (var x = 0; x < columns.Count; x++)
        {
            var top = (tallest - columns[x].Count) * RowHeight / 2;
            for (var y = 0; y < columns[x].Count; y++)
                boxes[columns[x][y].Id] = BoxOf(columns[x][y], (x * ColumnWidth) + 1, top + (y * RowHeight) + 6, self);
        }

        var lines = lineage.Edges.Where(edge => boxes.ContainsKey(edge.From) && boxes.ContainsKey(edge.To))
            .Select(edge => Line(boxes[edge.From], boxes[edge.To])).ToList();
        return new(Math.Max(BoxWidth + 2, (columns.Count * ColumnWidth) - (ColumnWidth - BoxWidth) + 2), Math.Max(RowHeight, tallest * RowHeight),
            [.. boxes.Values], lines, lineage.Nodes.Count - boxes.Count);
    }

    private static Dictionary<string, int> Depths(Lineage lineage)
    {
        var depth = lineage.Nodes.ToDictionary(node => node.Id, _ => 0, StringComparer.Ordinal);
        // A graph settles in as many rounds as its longest way; a ring, which derivation may have, is cut off.
        for (var round = 0; round < Math.Min(MostColumns, lineage.Nodes.Count); round++)
        {
            var settled = true;
            foreach (var edge in lineage.Edges.Where(edge => depth[edge.To] <= depth[edge.From] && depth[edge.From] < MostColumns))
            {
                depth[edge.To] = depth[edge.From] + 1;
                settled = false;
            }

            if (settled)
                break;
        }

        // Models stand together, and so do surfaces, however long the way to each.
        foreach (var kind in (string[])["model", "surface"])
        {
            var last = lineage.Nodes.Where(node => node.Kind == kind).Select(node => depth[node.Id]).DefaultIfEmpty(0).Max();
            foreach (var node in lineage.Nodes.Where(node => node.Kind == kind))
                depth[node.Id] = last;
        }

        return depth;
    }

    private static Box BoxOf(LineageNode node, int x, int y, string self) => new(
        x, y, node.Kind, node.Name, node.Name.Length <= MostLetters ? node.Name : "…" + node.Name[^(MostLetters - 1)..],
        node.Kind switch { "feature" => Show.Feature(node.Name), "model" => Show.Link("models", node.Name), _ => null }, node.Id == self);

    private static string Line(Box from, Box to)
    {
        var (x1, y1, x2, y2) = (from.X + BoxWidth, from.Y + (BoxHeight / 2), to.X, to.Y + (BoxHeight / 2));
        var bend = (x1 + x2) / 2;
        return $"M{x1} {y1}C{bend} {y1} {bend} {y2} {x2} {y2}";
    }
}
