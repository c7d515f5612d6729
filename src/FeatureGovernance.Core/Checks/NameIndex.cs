namespace FeatureGovernance.Core.Checks;

/// <summary>
/// From a name to a slot: an immutable open-addressing table with linear probing, in chunks, so that a few new names cost a few
/// kilobytes. Looks up a span, hence part of a string, without allocating. Names are never taken out: they stay reserved.
/// </summary>
internal sealed class NameIndex
{
    private const int SmallestCapacity = 1024;
    private readonly ChunkedArray<Entry> table;

    private NameIndex(ChunkedArray<Entry> table, int count) => (this.table, Count) = (table, count);

    public static NameIndex Empty { get; } = new(ChunkedArray<Entry>.Of(SmallestCapacity), 0);

    public int Count { get; }

    /// <summary>The slot of a name, and the name as stored; -1 where it is unknown.</summary>
    public int Find(ReadOnlySpan<char> name)
    {
        var hash = string.GetHashCode(name);
        var mask = table.Count - 1;
        for (var i = hash & mask; ; i = (i + 1) & mask)
        {
            ref readonly var entry = ref table[i];
            if (entry.Name is null)
                return -1;
            if (entry.Hash == hash && name.SequenceEqual(entry.Name))
                return entry.Slot;
        }
    }

    public Editor Edit() => new(this);

    private readonly record struct Entry(string? Name, int Hash, int Slot);

    public sealed class Editor
    {
        private readonly NameIndex source;
        private ChunkedArray<Entry>.Editor table;
        private int count;

        internal Editor(NameIndex source) => (this.source, table, count) = (source, source.table.Edit(), source.Count);

        public int Find(ReadOnlySpan<char> name)
        {
            var at = Place(table, name, string.GetHashCode(name));
            return table[at].Name is null ? -1 : table[at].Slot;
        }

        public void Set(string name, int slot)
        {
            var hash = string.GetHashCode(name.AsSpan());
            var at = Place(table, name, hash);
            if (table[at].Name is null && ++count * 2 > table.Count)
            {
                Grow();
                at = Place(table, name, hash);
            }

            table.Set(at, new(name, hash, slot));
        }

        public NameIndex Freeze()
        {
            var frozen = table.Freeze();
            return ReferenceEquals(frozen, source.table) ? source : new(frozen, count);
        }

        private static int Place(ChunkedArray<Entry>.Editor table, ReadOnlySpan<char> name, int hash)
        {
            var mask = table.Count - 1;
            var i = hash & mask;
            while (table[i].Name is { } present && !(table[i].Hash == hash && name.SequenceEqual(present)))
                i = (i + 1) & mask;
            return i;
        }

        private void Grow()
        {
            var larger = ChunkedArray<Entry>.Of(table.Count * 2).Edit();
            for (var i = 0; i < table.Count; i++)
            {
                var entry = table[i];
                if (entry.Name is { } name)
                    larger.Set(Place(larger, name, entry.Hash), entry);
            }

            table = larger;
        }
    }
}
