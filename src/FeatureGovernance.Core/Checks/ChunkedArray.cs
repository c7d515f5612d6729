namespace FeatureGovernance.Core.Checks;

/// <summary>
/// An immutable array in chunks: a change copies the chunks it touches and the list of chunks, and shares the rest. Made for
/// snapshots of a large registry of which little changes at a time.
/// </summary>
internal sealed class ChunkedArray<T>
{
    private const int ChunkBits = 9;
    private const int ChunkSize = 1 << ChunkBits;
    private readonly T[][] chunks;

    private ChunkedArray(T[][] chunks, int count) => (this.chunks, Count) = (chunks, count);

    public static ChunkedArray<T> Empty { get; } = new([], 0);

    public int Count { get; }

    public ref readonly T this[int index] => ref chunks[index >> ChunkBits][index & (ChunkSize - 1)];

    public static ChunkedArray<T> Of(int count)
    {
        var chunks = new T[(count + ChunkSize - 1) >> ChunkBits][];
        for (var i = 0; i < chunks.Length; i++)
            chunks[i] = new T[ChunkSize];
        return new(chunks, count);
    }

    public Editor Edit() => new(this);

    /// <summary>Collects changes; the array it came from stays as it was.</summary>
    public sealed class Editor(ChunkedArray<T> source)
    {
        private readonly List<T[]> chunks = [.. source.chunks];
        private readonly HashSet<int> owned = [];

        public int Count { get; private set; } = source.Count;

        public ref readonly T this[int index] => ref chunks[index >> ChunkBits][index & (ChunkSize - 1)];

        public void Set(int index, T value)
        {
            var chunk = index >> ChunkBits;
            if (owned.Add(chunk))
                chunks[chunk] = [.. chunks[chunk]];
            chunks[chunk][index & (ChunkSize - 1)] = value;
        }

        public int Add(T value)
        {
            if (Count >> ChunkBits == chunks.Count)
            {
                owned.Add(chunks.Count);
                chunks.Add(new T[ChunkSize]);
            }

            Set(Count, value);
            return Count++;
        }

        public ChunkedArray<T> Freeze() => owned.Count == 0 && Count == source.Count ? source : new([.. chunks], Count);
    }
}
