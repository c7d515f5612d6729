namespace FeatureGovernance.Core.Checks;

/// <summary>
/// The registry at one version, as far as checks need it: immutable, in memory, safe to read from any thread. Names are found by
/// hash; features live in slots numbered from 0 that never change. <see cref="Edit"/> makes the next version at a cost in proportion
/// to what changed, sharing the rest.
/// </summary>
public sealed class RegistrySnapshot
{
    internal RegistrySnapshot(
        long version,
        NameIndex names,
        ChunkedArray<FeatureEntry> features,
        NameIndex modelNames,
        ChunkedArray<ModelEntry> models,
        Lazy<NearestNames>? nearest)
    {
        Version = version;
        Names = names;
        Features = features;
        ModelNames = modelNames;
        Models = models;
        Nearest = nearest ?? new(() => NearestNames.Build(features));
    }

    /// <summary>A registry with nothing in it, version 0.</summary>
    public static RegistrySnapshot Empty { get; } =
        new(0, NameIndex.Empty, ChunkedArray<FeatureEntry>.Empty, NameIndex.Empty, ChunkedArray<ModelEntry>.Empty, null);

    /// <summary>The registry's version that this shows.</summary>
    public long Version { get; }

    /// <summary>How many features, tombstones included.</summary>
    public int FeatureCount => Features.Count;

    /// <summary>How many models.</summary>
    public int ModelCount => Models.Count;

    internal NameIndex Names { get; }

    internal ChunkedArray<FeatureEntry> Features { get; }

    internal NameIndex ModelNames { get; }

    internal ChunkedArray<ModelEntry> Models { get; }

    /// <summary>The search for similar names; kept by the next version while few features are new.</summary>
    internal Lazy<NearestNames> Nearest { get; }

    /// <summary>The slot of a feature by its present or a former key; -1 where no feature bears or bore it.</summary>
    public int Slot(ReadOnlySpan<char> key) => Names.Find(key);

    /// <summary>The feature in a slot.</summary>
    public ref readonly FeatureEntry Feature(int slot) => ref Features[slot];

    /// <summary>A model by name; null where there is none.</summary>
    public ModelEntry? Model(string name) => ModelNames.Find(name) is >= 0 and var slot ? Models[slot] : null;

    /// <summary>
    /// Builds the search for similar names now, some tenths of a second for 100,000 features, so that no check waits for it.
    /// </summary>
    public RegistrySnapshot Prepared()
    {
        _ = Nearest.Value;
        return this;
    }

    /// <summary>The registered keys nearest to an unknown one that may still be adopted, best first.</summary>
    /// <param name="key">The unknown key.</param>
    /// <param name="count">The most to return.</param>
    public IReadOnlyList<string> Similar(string key, int count) => Nearest.Value.Find(key, Features, count);

    /// <summary>Begins the next version.</summary>
    public SnapshotEditor Edit() => new(this);
}
