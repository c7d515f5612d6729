using System.Collections.Immutable;

namespace FeatureGovernance.Statistics.Sketches;

/// <summary>What a sketch says, in one line.</summary>
/// <param name="Kind">What it summarises.</param>
/// <param name="N">The length (KLL) or weight (frequent items) of the stream; null for HLL, which does not know it.</param>
/// <param name="Estimate">HLL: the number of distinct items. Otherwise <paramref name="N"/>, which is exact.</param>
/// <param name="LowerBound">The estimate's lower bound at two standard deviations; the estimate itself where it is exact.</param>
/// <param name="UpperBound">The upper bound, likewise.</param>
/// <param name="Minimum">KLL: the smallest item, exactly; null where there is none.</param>
/// <param name="Maximum">KLL: the largest item, exactly.</param>
/// <param name="Median">KLL: an item whose rank is 1/2 within the sketch's rank error.</param>
/// <param name="Items">Frequent items, heaviest first: all that are tracked; default for other kinds.</param>
public sealed record SketchSummary(
    SketchKind Kind,
    long? N,
    double? Estimate,
    double? LowerBound,
    double? UpperBound,
    object? Minimum,
    object? Maximum,
    object? Median,
    ImmutableArray<FrequentItem<object>>? Items);

/// <summary>A sketch whose kind was found out by reading it.</summary>
/// <param name="Kind">What it summarises.</param>
public abstract record AnySketch(SketchKind Kind)
{
    /// <summary>The sketch in one line.</summary>
    public abstract SketchSummary Summarize();

    /// <summary>The sketch in the Apache DataSketches compact binary form.</summary>
    public abstract byte[] ToBytes();

    /// <summary>Quantiles.</summary>
    /// <typeparam name="T">The type of item.</typeparam>
    /// <param name="Kind">What it summarises.</param>
    /// <param name="Sketch">The sketch.</param>
    public sealed record Quantiles<T>(SketchKind Kind, KllSketch<T> Sketch) : AnySketch(Kind)
        where T : notnull
    {
        /// <inheritdoc />
        public override SketchSummary Summarize() => Sketch.Count == 0
            ? new(Kind, 0, 0, 0, 0, null, null, null, null)
            : new(Kind, Sketch.Count, Sketch.Count, Sketch.Count, Sketch.Count,
                Sketch.Minimum, Sketch.Maximum, Sketch.View().Quantile(0.5), null);

        /// <inheritdoc />
        public override byte[] ToBytes() => Sketch.ToBytes();
    }

    /// <summary>Distinct items.</summary>
    /// <param name="Kind">What it summarises.</param>
    /// <param name="Sketch">The sketch.</param>
    public sealed record Distinct(SketchKind Kind, HllSketch Sketch) : AnySketch(Kind)
    {
        /// <inheritdoc />
        public override SketchSummary Summarize() =>
            new(Kind, null, Sketch.Estimate, Sketch.LowerBound(2), Sketch.UpperBound(2), null, null, null, null);

        /// <inheritdoc />
        public override byte[] ToBytes() => Sketch.ToBytes();
    }

    /// <summary>Frequent items.</summary>
    /// <typeparam name="T">The type of item.</typeparam>
    /// <param name="Kind">What it summarises.</param>
    /// <param name="Sketch">The sketch.</param>
    public sealed record Frequent<T>(SketchKind Kind, FrequentItemsSketch<T> Sketch) : AnySketch(Kind)
        where T : notnull
    {
        /// <inheritdoc />
        public override SketchSummary Summarize() =>
            new(Kind, Sketch.Weight, Sketch.Weight, Sketch.Weight, Sketch.Weight, null, null, null,
                [.. Sketch.Frequent(FrequentItemsError.NoFalseNegatives)
                    .Select(item => new FrequentItem<object>(item.Item, item.Estimate, item.LowerBound, item.UpperBound))]);

        /// <inheritdoc />
        public override byte[] ToBytes() => Sketch.ToBytes();
    }
}
