using System.Collections.Immutable;

namespace FeatureGovernance.Core.Checks;

/// <summary>
/// Which references of a manifest name the same version of the same feature as an earlier one; two versions may be read side by side.
/// Built only when a feature is named a second time.
/// </summary>
internal sealed class Repeats
{
    private readonly HashSet<int> positions = [];

    public Repeats(ImmutableArray<string> references, RegistrySnapshot snapshot)
    {
        var seen = new HashSet<(int Slot, int Version)>();
        for (var i = 0; i < references.Length; i++)
        {
            if (AdoptionCheck.TryFind(references[i], snapshot, out var slot, out _, out var pinned)
                && !seen.Add((slot, pinned ?? snapshot.Feature(slot).LatestVersion)))
                positions.Add(i);
        }
    }

    public bool IsRepeat(int position) => positions.Contains(position);
}
