using System.Collections.Immutable;
using FeatureGovernance.Core.Lifecycle;
using FeatureGovernance.Core.Registry;

namespace FeatureGovernance.Core.Checks;

/// <summary>What a check knows of one feature; a removed one stays as a tombstone.</summary>
public readonly record struct FeatureEntry
{
    /// <summary>Its present key.</summary>
    public required string Key { get; init; }

    /// <summary>Where it stands.</summary>
    public required Stage Stage { get; init; }

    /// <summary>What it is to a model.</summary>
    public FeatureKind Kind { get; init; }

    /// <summary>The owning team.</summary>
    public required string Team { get; init; }

    /// <summary>Its newest version; versions run from 1 to this.</summary>
    public required int LatestVersion { get; init; }

    /// <summary>The key of what replaces it; null where nothing does.</summary>
    public string? Replacement { get; init; }

    /// <summary>When it goes off, or went; null where no date is set.</summary>
    public DateTimeOffset? Deadline { get; init; }

    /// <summary>Since when it is on notice; null where it is not.</summary>
    public DateTimeOffset? OnNoticeSince { get; init; }

    /// <summary>Why it was put on notice or removed; null where nothing was said.</summary>
    public string? Reason { get; init; }

    /// <summary>What of the organisation's standard it fails, one sentence; null where nothing.</summary>
    public string? StandardFault { get; init; }

    /// <summary>How serious that is.</summary>
    public RuleLevel StandardLevel { get; init; }

    /// <summary>Slots of the features it is computed from; default or empty where none.</summary>
    public ImmutableArray<int> Upstream { get; init; }
}

/// <summary>What a check knows of one model. The three lists hold feature slots in ascending order.</summary>
public sealed record ModelEntry
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>What it does.</summary>
    public required ModelKind Kind { get; init; }

    /// <summary>Whether it serves live traffic.</summary>
    public bool Serves { get; init; }

    /// <summary>Features it may read: its adoption is approved, on trial or adopted.</summary>
    public SlotSet Granted { get; init; } = SlotSet.Empty;

    /// <summary>Of those, the ones it may read as a trial.</summary>
    public SlotSet Trials { get; init; } = SlotSet.Empty;

    /// <summary>Features its live manifest reads.</summary>
    public SlotSet Reads { get; init; } = SlotSet.Empty;
}

/// <summary>
/// An immutable set of feature slots: one bit for each slot up to the largest where that is smaller than four bytes for each member,
/// which is so for the models that read much; a sorted list otherwise.
/// </summary>
public sealed class SlotSet
{
    private readonly int[] sorted;
    private readonly ulong[]? bits;

    private SlotSet(int count, int[] sorted, ulong[]? bits) => (Count, this.sorted, this.bits) = (count, sorted, bits);

    /// <summary>No slot.</summary>
    public static SlotSet Empty { get; } = new(0, [], null);

    /// <summary>How many.</summary>
    public int Count { get; }

    /// <summary>The set of these slots, in any order, repeats dropped.</summary>
    public static SlotSet Of(IEnumerable<int> slots)
    {
        var array = slots.ToArray();
        Array.Sort(array);
        var kept = 0;
        for (var i = 0; i < array.Length; i++)
        {
            if (i == 0 || array[i] != array[i - 1])
                array[kept++] = array[i];
        }

        if (kept == 0)
            return Empty;
        var words = (array[kept - 1] >> 6) + 1;
        return words * 2 <= kept ? new(kept, [], Bits(array.AsSpan(0, kept), words)) : new(kept, array[..kept], null);
    }

    /// <summary>Whether the slot is among them.</summary>
    public bool Contains(int slot) => bits is null
        ? Array.BinarySearch(sorted, slot) >= 0
        : (uint)slot >> 6 < (uint)bits.Length && (bits[slot >> 6] & (1UL << (slot & 63))) != 0;

    private static ulong[] Bits(ReadOnlySpan<int> slots, int words)
    {
        var bits = new ulong[words];
        foreach (var slot in slots)
            bits[slot >> 6] |= 1UL << (slot & 63);
        return bits;
    }
}
