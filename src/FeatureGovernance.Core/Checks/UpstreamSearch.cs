using FeatureGovernance.Core.Lifecycle;

namespace FeatureGovernance.Core.Checks;

/// <summary>
/// Looks for a feature on its way out among those that a feature is computed from. Remembers what it found clean, so that a whole
/// manifest costs no more than its ancestors together.
/// </summary>
internal sealed class UpstreamSearch(RegistrySnapshot snapshot)
{
    private readonly HashSet<int> clean = [];
    private readonly HashSet<int> seen = [];
    private readonly Stack<int> open = new();

    /// <summary>The slot of the ancestor furthest on its way out; -1 where none is on its way.</summary>
    public int FindLeaving(int slot)
    {
        seen.Clear();
        open.Clear();
        Push(slot);
        var worst = -1;
        while (open.TryPop(out var next))
        {
            var stage = snapshot.Feature(next).Stage;
            if (stage >= Stage.Deprecated && (worst < 0 || stage > snapshot.Feature(worst).Stage))
                worst = next;
            Push(next);
        }

        if (worst < 0)
            clean.UnionWith(seen);
        return worst;
    }

    private void Push(int slot)
    {
        var upstream = snapshot.Feature(slot).Upstream;
        if (upstream.IsDefault)
            return;
        foreach (var source in upstream)
        {
            if (!clean.Contains(source) && seen.Add(source))
                open.Push(source);
        }
    }
}
