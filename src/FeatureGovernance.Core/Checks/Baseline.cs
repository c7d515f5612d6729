using System.Collections.Immutable;

namespace FeatureGovernance.Core.Checks;

/// <summary>What the manifest read before the change. Built only when something is found, since most checks find nothing.</summary>
internal sealed class Baseline
{
    private readonly HashSet<string> references = new(StringComparer.Ordinal);
    private readonly HashSet<int> slots = [];

    public Baseline(ImmutableArray<string> before, RegistrySnapshot snapshot)
    {
        if (before.IsDefault)
            return;
        foreach (var reference in before)
        {
            if (reference is null)
                continue;
            references.Add(reference);
            if (AdoptionCheck.TryFind(reference, snapshot, out var slot, out _, out _))
                slots.Add(slot);
        }
    }

    /// <summary>Whether the very reference was there.</summary>
    public bool Has(string reference) => references.Contains(reference);

    /// <summary>Whether the feature was read, under whatever name or version.</summary>
    public bool Reads(int slot) => slots.Contains(slot);
}
