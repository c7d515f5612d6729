using System.Globalization;
using System.Text;

namespace FeatureGovernance.Statistics.Sketches;

/// <summary>What a sketch must know of its items: their order, their hash and their form in bytes.</summary>
/// <typeparam name="T">The type of item.</typeparam>
public abstract class SketchItems<T> : IComparer<T>
    where T : notnull
{
    /// <summary>The fewest bytes that an item can take.</summary>
    internal abstract int LeastSize { get; }

    /// <summary>The bytes of every item; null where they vary.</summary>
    internal virtual int? FixedSize => LeastSize;

    /// <inheritdoc />
    public abstract int Compare(T? x, T? y);

    internal abstract T Read(ref SketchReader reader);

    internal abstract void Write(SketchWriter writer, T item);

    /// <summary>True for the value that has no place in the order (NaN); such values are not counted.</summary>
    internal virtual bool IsUnordered(T item) => false;

    /// <summary>The 64 bits of which the finalizer of MurmurHash3 makes a slot in a frequent-items map.</summary>
    internal abstract long Bits(T item);

    internal abstract void Sort(Span<T> items);
}

/// <summary>The kinds of item that have a form in the Apache DataSketches libraries.</summary>
public static class SketchItems
{
    /// <summary>64-bit floating point.</summary>
    public static SketchItems<double> Doubles { get; } = new DoubleItems();

    /// <summary>32-bit floating point.</summary>
    public static SketchItems<float> Floats { get; } = new FloatItems();

    /// <summary>64-bit whole numbers.</summary>
    public static SketchItems<long> Longs { get; } = new LongItems();

    /// <summary>Dimensions of embeddings, as whole numbers are written; norms have no part in it.</summary>
    public static SketchItems<Embedding> Dimensions { get; } = new DimensionItems();

    /// <summary>Strings in the order of their UTF-16 code units, as in Java.</summary>
    public static SketchItems<string> Strings { get; } = new StringItems(string.CompareOrdinal);

    /// <summary>Strings in the order of their UTF-8 bytes, as in C++; differs from <see cref="Strings"/> only beyond U+FFFF.</summary>
    public static SketchItems<string> Utf8Strings { get; } = new StringItems(CompareUtf8);

    /// <summary>Strings that are numbers, in the order of those numbers; what is no number comes first, in ordinal order.</summary>
    public static SketchItems<string> NumericStrings { get; } = new StringItems(CompareNumbers);

    // UTF-8 keeps the order of code points; UTF-16 does too, but for surrogates, which stand for the highest code points.
    private static int CompareUtf8(string x, string y)
    {
        var common = x.AsSpan().CommonPrefixLength(y);
        if (common == x.Length || common == y.Length)
            return x.Length.CompareTo(y.Length);
        var (a, b) = (x[common], y[common]);
        return char.IsSurrogate(a) == char.IsSurrogate(b) ? a.CompareTo(b) : char.IsSurrogate(a) ? 1 : -1;
    }

    private static int CompareNumbers(string x, string y)
    {
        var order = Number(x).CompareTo(Number(y));
        return order != 0 ? order : string.CompareOrdinal(x, y);

        static double Number(string text) =>
            double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : double.NaN;
    }

    private sealed class DoubleItems : SketchItems<double>
    {
        internal override int LeastSize => sizeof(double);

        public override int Compare(double x, double y) => x < y ? -1 : x > y ? 1 : 0;

        internal override double Read(ref SketchReader reader) => reader.Double("An item");

        internal override void Write(SketchWriter writer, double item) => writer.Double(item);

        internal override bool IsUnordered(double item) => double.IsNaN(item);

        internal override long Bits(double item) => BitConverter.DoubleToInt64Bits(item + 0.0);

        internal override void Sort(Span<double> items) => items.Sort();
    }

    private sealed class DimensionItems : SketchItems<Embedding>
    {
        private const long Most = 10_000_000;

        internal override int LeastSize => sizeof(long);

        public override int Compare(Embedding x, Embedding y) => x.Dimension.CompareTo(y.Dimension);

        internal override Embedding Read(ref SketchReader reader)
        {
            var offset = reader.Offset;
            return reader.Int64("An item") is >= 0 and <= Most and var dimension
                ? new(0, dimension)
                : throw new SketchFormatException(offset, $"A dimension is not from 0 to {Most}");
        }

        internal override void Write(SketchWriter writer, Embedding item) => writer.Int64(item.Dimension);

        internal override long Bits(Embedding item) => item.Dimension;

        internal override void Sort(Span<Embedding> items) => items.Sort(this);
    }

    private sealed class FloatItems : SketchItems<float>
    {
        internal override int LeastSize => sizeof(float);

        public override int Compare(float x, float y) => x < y ? -1 : x > y ? 1 : 0;

        internal override float Read(ref SketchReader reader) => reader.Single("An item");

        internal override void Write(SketchWriter writer, float item) => writer.Single(item);

        internal override bool IsUnordered(float item) => float.IsNaN(item);

        internal override long Bits(float item) => BitConverter.SingleToInt32Bits(item + 0f);

        internal override void Sort(Span<float> items) => items.Sort();
    }

    private sealed class LongItems : SketchItems<long>
    {
        internal override int LeastSize => sizeof(long);

        public override int Compare(long x, long y) => x.CompareTo(y);

        internal override long Read(ref SketchReader reader) => reader.Int64("An item");

        internal override void Write(SketchWriter writer, long item) => writer.Int64(item);

        internal override long Bits(long item) => item;

        internal override void Sort(Span<long> items) => items.Sort();
    }

    private sealed class StringItems(Comparison<string> order) : SketchItems<string>
    {
        private static readonly UTF8Encoding StrictUtf8 = new(false, throwOnInvalidBytes: true);

        internal override int LeastSize => sizeof(int);

        internal override int? FixedSize => null;

        public override int Compare(string? x, string? y) => order(x!, y!);

        internal override string Read(ref SketchReader reader)
        {
            var start = reader.Offset;
            var length = reader.Int32("The length of a string");
            if (length < 0)
                throw new SketchFormatException(start, $"A string has the length {length}");
            var bytes = reader.Take(length, "A string");
            try
            {
                return StrictUtf8.GetString(bytes);
            }
            catch (DecoderFallbackException)
            {
                throw new SketchFormatException(start + sizeof(int), "A string is not valid UTF-8");
            }
        }

        internal override void Write(SketchWriter writer, string item)
        {
            var bytes = Encoding.UTF8.GetBytes(item);
            writer.Int32(bytes.Length);
            writer.Bytes(bytes);
        }

        // The polynomial that java.lang.String.hashCode is documented to be, so that maps are laid out as in Java.
        internal override long Bits(string item)
        {
            var hash = 0;
            foreach (var unit in item)
                hash = unchecked((31 * hash) + unit);
            return hash;
        }

        internal override void Sort(Span<string> items) => items.Sort(order);
    }
}
