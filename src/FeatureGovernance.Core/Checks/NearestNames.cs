using System.Buffers;
using FeatureGovernance.Core.Lifecycle;

namespace FeatureGovernance.Core.Checks;

/// <summary>
/// Finds registered names similar to a mistyped one. Candidates share the query's rarest trigrams, so that the work stays bounded
/// however common a word is; the best of them are ranked by edit distance.
/// </summary>
internal sealed class NearestNames
{
    private const int SymbolBits = 6;
    private const int Trigrams = 1 << (3 * SymbolBits);
    private const int LongestRead = 256;
    private const int PostingBudget = 40_000;
    private const int Ranked = 160;
    private static readonly Comparer<(int Distance, string Key)> ByDistance = Comparer<(int Distance, string Key)>.Create((left, right) =>
        left.Distance != right.Distance ? left.Distance - right.Distance : string.CompareOrdinal(left.Key, right.Key));

    private readonly int[] starts;
    private readonly int[] slots;

    private NearestNames(int[] starts, int[] slots, int indexed) => (this.starts, this.slots, Indexed) = (starts, slots, indexed);

    /// <summary>How many features are indexed; later ones are compared one by one.</summary>
    public int Indexed { get; }

    public static NearestNames Build(ChunkedArray<FeatureEntry> features)
    {
        var starts = new int[Trigrams + 1];
        for (var slot = 0; slot < features.Count; slot++)
        {
            var key = features[slot].Key;
            for (var i = 0; i + 2 < key.Length; i++)
                starts[Code(key, i) + 1]++;
        }

        for (var code = 0; code < Trigrams; code++)
            starts[code + 1] += starts[code];
        var slots = new int[starts[Trigrams]];
        var next = starts.AsSpan(0, Trigrams).ToArray();
        for (var slot = 0; slot < features.Count; slot++)
        {
            var key = features[slot].Key;
            for (var i = 0; i + 2 < key.Length; i++)
                slots[next[Code(key, i)]++] = slot;
        }

        return new(starts, slots, features.Count);
    }

    public IReadOnlyList<string> Find(string query, ChunkedArray<FeatureEntry> features, int count)
    {
        var text = (query.Length > LongestRead ? query[..LongestRead] : query).ToLowerInvariant();
        var best = new Best(text, count);
        foreach (var slot in Candidates(text))
            best.Consider(in features[slot]);
        for (var slot = Indexed; slot < features.Count; slot++)
            best.Consider(in features[slot]);
        return best.Keys();
    }

    private static int Code(string text, int at) =>
        (Symbol(text[at]) << (2 * SymbolBits)) | (Symbol(text[at + 1]) << SymbolBits) | Symbol(text[at + 2]);

    // Letters by case-folded order, digits, and the punctuation of keys; anything else shares one symbol.
    private static int Symbol(char letter) => char.ToLowerInvariant(letter) switch
    {
        >= 'a' and <= 'z' and var small => small - 'a' + 1,
        >= '0' and <= '9' and var digit => digit - '0' + 27,
        '_' => 37,
        '.' => 38,
        '-' => 39,
        '/' => 40,
        ':' => 41,
        _ => 0,
    };

    private List<int> Candidates(string text)
    {
        var codes = new HashSet<int>();
        for (var i = 0; i + 2 < text.Length; i++)
            codes.Add(Code(text, i));
        var rarest = codes.Where(code => Postings(code) > 0).OrderBy(Postings).ToList();

        var shared = ArrayPool<byte>.Shared.Rent(Indexed);
        var seen = ArrayPool<int>.Shared.Rent(Indexed);
        Array.Clear(shared, 0, Indexed);
        var (read, found) = (0, 0);
        foreach (var code in rarest)
        {
            if ((read += Postings(code)) > PostingBudget && found > 0)
                break;
            foreach (var slot in slots.AsSpan(starts[code], Postings(code)))
            {
                if (shared[slot] == 0)
                    seen[found++] = slot;
                if (shared[slot] < byte.MaxValue)
                    shared[slot]++;
            }
        }

        var chosen = MostShared(seen.AsSpan(0, found), shared);
        ArrayPool<int>.Shared.Return(seen);
        ArrayPool<byte>.Shared.Return(shared);
        return chosen;
    }

    // A histogram instead of a sort of them all: there may be tens of thousands of candidates.
    private static List<int> MostShared(ReadOnlySpan<int> seen, byte[] shared)
    {
        Span<int> bearing = stackalloc int[byte.MaxValue + 1];
        bearing.Clear();
        foreach (var slot in seen)
            bearing[shared[slot]]++;
        var (least, above) = (byte.MaxValue, 0);
        while (least > 1 && above + bearing[least] < Ranked)
            above += bearing[least--];

        var ties = Ranked - above;
        var chosen = new List<int>(Ranked);
        foreach (var slot in seen)
        {
            if (shared[slot] > least || (shared[slot] == least && ties-- > 0))
                chosen.Add(slot);
        }

        // The likeliest first: each good find narrows the search for the rest.
        chosen.Sort((left, right) => shared[right] - shared[left]);
        return chosen;
    }

    private int Postings(int code) => starts[code + 1] - starts[code];

    /// <summary>The nearest so far, by distance and then by name; whatever is farther than the last of a full list is passed over.</summary>
    private sealed class Best(string text, int count)
    {
        private readonly List<(int Distance, string Key)> found = [];
        private int limit = Math.Max(2, text.Length / 3);

        public void Consider(in FeatureEntry feature)
        {
            if (feature.Stage is not (Stage.Experimental or Stage.Adopted) || Math.Abs(feature.Key.Length - text.Length) > limit)
                return;
            Span<char> key = stackalloc char[2 * LongestRead];
            var length = feature.Key.AsSpan().ToLowerInvariant(key);
            if (length < 0)
                return;
            var distance = EditDistance.Bounded(text, key[..length], limit);
            if (distance > limit)
                return;
            var at = found.BinarySearch((distance, feature.Key), ByDistance);
            if (at >= 0)
                return;
            found.Insert(~at, (distance, feature.Key));
            if (found.Count > count)
                found.RemoveAt(count);
            if (found.Count == count)
                limit = found[^1].Distance;
        }

        public string[] Keys() => [.. found.Select(near => near.Key)];
    }
}
