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
        var text = query.Length > LongestRead ? query[..LongestRead] : query;
        var limit = Math.Max(2, text.Length / 3);
        var best = new List<(int Distance, string Key)>();
        foreach (var slot in Candidates(text))
            Consider(features[slot], text, limit, best);
        for (var slot = Indexed; slot < features.Count; slot++)
            Consider(features[slot], text, limit, best);

        best.Sort((left, right) => left.Distance != right.Distance ? left.Distance - right.Distance : string.CompareOrdinal(left.Key, right.Key));
        return best.Select(found => found.Key).Distinct(StringComparer.Ordinal).Take(count).ToArray();
    }

    private static void Consider(in FeatureEntry feature, string text, int limit, List<(int Distance, string Key)> best)
    {
        if (feature.Stage is not (Stage.Experimental or Stage.Adopted))
            return;
        var distance = EditDistance.Bounded(text, feature.Key, limit);
        if (distance <= limit)
            best.Add((distance, feature.Key));
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
        Array.Clear(shared, 0, Indexed);
        var seen = new List<int>();
        var read = 0;
        foreach (var code in rarest)
        {
            if ((read += Postings(code)) > PostingBudget && seen.Count > 0)
                break;
            foreach (var slot in slots.AsSpan(starts[code], Postings(code)))
            {
                if (shared[slot] == 0)
                    seen.Add(slot);
                if (shared[slot] < byte.MaxValue)
                    shared[slot]++;
            }
        }

        var chosen = MostShared(seen, shared);
        ArrayPool<byte>.Shared.Return(shared);
        return chosen;
    }

    // A histogram instead of a sort: there may be tens of thousands of candidates.
    private static List<int> MostShared(List<int> seen, byte[] shared)
    {
        Span<int> bearing = stackalloc int[byte.MaxValue + 1];
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

        return chosen;
    }

    private int Postings(int code) => starts[code + 1] - starts[code];
}
