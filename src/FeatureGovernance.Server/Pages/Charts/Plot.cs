namespace FeatureGovernance.Server.Pages.Charts;

/// <summary>A chart over periods of equal width. Its area is stretched to the place it gets, its words are not.</summary>
/// <param name="Title">What is drawn, with its unit.</param>
/// <param name="Says">The same for whoever does not see it: what it shows from when to when, and where it stands at the end.</param>
/// <param name="Shapes">Paths on an area 1,000 by 1,000, the last on top.</param>
/// <param name="Across">Names below, in per cent of the width.</param>
/// <param name="Up">Names on the left with a line across, in per cent of the height from the top.</param>
/// <param name="Spots">One for each period: what is said where the pointer, or an arrow key, is.</param>
/// <param name="Spans">Stretches of time that are marked behind the shapes.</param>
/// <param name="Legend">What the kinds of shapes stand for.</param>
public sealed record Plot(
    string Title, string Says, IReadOnlyList<Shape> Shapes, IReadOnlyList<Tick> Across, IReadOnlyList<Tick> Up, IReadOnlyList<Spot> Spots,
    IReadOnlyList<Span> Spans, IReadOnlyList<Key> Legend)
{
    /// <summary>The width and the height of the area on which shapes are drawn.</summary>
    public const double Size = 1000;

    /// <summary>Words at the top, where something wants to be seen.</summary>
    public IReadOnlyList<Tick> Flags { get; init; } = [];
}

/// <summary>A path of a kind that the style sheet knows.</summary>
public sealed record Shape(string Kind, string Path);

/// <summary>A word at a place, in per cent.</summary>
public sealed record Tick(double At, string Name);

/// <summary>What is said of a period that begins at a place and is so wide, in per cent.</summary>
/// <param name="Moment">When the period begins, as an address would write it; null where there is no zooming.</param>
public sealed record Spot(double At, double Width, string Says, string? Moment = null);

/// <summary>A marked stretch, in per cent.</summary>
public sealed record Span(double At, double Width, string Kind);

/// <summary>A kind of shape and its name.</summary>
public sealed record Key(string Kind, string Name);
