namespace FeatureGovernance.Core.Checks;

/// <summary>Collects what changed in the registry and makes the next snapshot; the one it began from stays as it was. Not thread-safe.</summary>
public sealed class SnapshotEditor
{
    private const int NewNamesBeforeReindexing = 256;
    private readonly RegistrySnapshot source;
    private readonly NameIndex.Editor names;
    private readonly ChunkedArray<FeatureEntry>.Editor features;
    private readonly NameIndex.Editor modelNames;
    private readonly ChunkedArray<ModelEntry>.Editor models;
    private bool renamed;

    internal SnapshotEditor(RegistrySnapshot source)
    {
        this.source = source;
        names = source.Names.Edit();
        features = source.Features.Edit();
        modelNames = source.ModelNames.Edit();
        models = source.Models.Edit();
    }

    /// <summary>The slot of a feature by its present or a former key; -1 where it is unknown.</summary>
    public int Slot(ReadOnlySpan<char> key) => names.Find(key);

    /// <summary>Adds a feature, or replaces what is known of the one with this present key; returns its slot.</summary>
    public int Set(FeatureEntry entry)
    {
        var slot = names.Find(entry.Key);
        if (slot >= 0 && features[slot].Key == entry.Key)
        {
            // One string per name for the life of the registry, however often the feature changes.
            features.Set(slot, entry with { Key = features[slot].Key });
            return slot;
        }

        slot = features.Add(entry);
        names.Set(entry.Key, slot);
        return slot;
    }

    /// <summary>Lets a former key lead to a feature; the feature may have been renamed several times.</summary>
    /// <exception cref="KeyNotFoundException">The present key is unknown.</exception>
    public void Alias(string formerKey, string presentKey)
    {
        var slot = Known(presentKey);
        if (formerKey != presentKey)
            names.Set(formerKey, slot);
    }

    /// <summary>Gives a feature a new key; the old one leads to it from now on.</summary>
    /// <exception cref="KeyNotFoundException">The old key is unknown.</exception>
    public void Rename(string oldKey, string newKey)
    {
        var slot = Known(oldKey);
        features.Set(slot, features[slot] with { Key = newKey });
        names.Set(newKey, slot);
        renamed = true;
    }

    /// <summary>Adds a model, or replaces what is known of it.</summary>
    public void Set(ModelEntry model)
    {
        var slot = modelNames.Find(model.Name);
        if (slot >= 0)
            models.Set(slot, model);
        else
            modelNames.Set(model.Name, models.Add(model));
    }

    /// <summary>The next snapshot. The editor is done with.</summary>
    /// <param name="version">The registry's version that it shows.</param>
    public RegistrySnapshot ToSnapshot(long version)
    {
        var keepsSearch = !renamed
            && source.Nearest.IsValueCreated
            && features.Count - source.Nearest.Value.Indexed <= NewNamesBeforeReindexing;
        return new(version, names.Freeze(), features.Freeze(), modelNames.Freeze(), models.Freeze(), keepsSearch ? source.Nearest : null);
    }

    private int Known(string key) =>
        names.Find(key) is >= 0 and var slot ? slot : throw new KeyNotFoundException($"No feature '{key}' is in the snapshot.");
}
