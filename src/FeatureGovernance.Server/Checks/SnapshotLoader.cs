using System.Collections.Immutable;
using FeatureGovernance.Core.Checks;
using FeatureGovernance.Server.Access;
using FeatureGovernance.Server.Standards;
using Npgsql;

namespace FeatureGovernance.Server.Checks;

/// <summary>
/// Keeps one snapshot at the height of the database: reads everything once, and from then on only what the audit trail names. Used by one
/// caller at a time; what it hands out is immutable.
/// </summary>
internal sealed class SnapshotLoader(NpgsqlDataSource source, Callers callers, StandardShelf shelf, TimeProvider clock, ILogger<SnapshotLoader> log)
{
    /// <summary>From here on, reading everything is quicker than following the trail.</summary>
    private const int MostEvents = 20_000;

    private Loaded? loaded;

    /// <summary>The registry as it stands, or what was given out before where nothing has happened since.</summary>
    public async Task<RegistrySnapshot> LoadAsync(CancellationToken cancellation)
    {
        await using var reader = await SnapshotReader.BeginAsync(source, cancellation);
        var version = await reader.VersionAsync(cancellation);
        if (loaded is { } last && version >= last.Snapshot.Version)
        {
            if (version == last.Snapshot.Version)
                return last.Snapshot;
            if (version - last.Snapshot.Version <= MostEvents)
            {
                var changes = await reader.ChangesAsync(last.Snapshot.Version, cancellation);
                if (changes.Rights)
                    callers.Forget();
                if (changes.Unknown is null && await FollowAsync(reader, last, changes, version, cancellation) is { } next)
                    return (loaded = next).Snapshot;
                log.LogInformation("Reading the whole registry again, for a change of {Subject}", changes.Unknown ?? "a model's name");
            }
        }

        callers.Forget();
        return (loaded = await LoadAllAsync(reader, version, cancellation)).Snapshot;
    }

    private async Task<Loaded> LoadAllAsync(SnapshotReader reader, long version, CancellationToken cancellation)
    {
        var editor = RegistrySnapshot.Empty.Edit();
        var slots = new Dictionary<int, int>();
        var keys = new Dictionary<int, string>();
        var derived = new List<FeatureRead>();
        var faults = await reader.FaultsAsync(shelf, Selection.Living, clock.GetUtcNow(), cancellation);
        await foreach (var read in reader.FeaturesAsync(SnapshotSql.AllFeatures, [], cancellation))
        {
            var feature = read with { Entry = faults.On(read.Id, read.Entry) };
            slots[feature.Id] = editor.Set(feature.Entry);
            keys[feature.Id] = feature.Entry.Key;
            if (feature.Parents is not null)
                derived.Add(feature);
        }

        foreach (var feature in derived)
            editor.Set(feature.Entry with { Upstream = Slots(feature.Parents!, slots) });
        await foreach (var (id, former) in reader.AliasesAsync(SnapshotSql.AllAliases, [], cancellation))
            editor.Alias(former, keys[id]);

        var names = new Dictionary<int, string>();
        var models = await ReadModelsAsync(reader, [], cancellation);
        foreach (var (id, model) in models)
        {
            editor.Set(model.ToEntry(slots));
            names[id] = model.Row.Name;
        }

        // Built here, so that no check waits for it.
        return new(editor.ToSnapshot(version).Prepared(), slots, names);
    }

    /// <summary>Null where the change cannot be followed: the snapshot has no way to rename a model.</summary>
    private async Task<Loaded?> FollowAsync(SnapshotReader reader, Loaded last, RegistryChanges changes, long version, CancellationToken cancellation)
    {
        List<FeatureRead> features = [];
        List<(int Id, string FormerKey)> aliases = [];
        if (changes.Features.Count > 0 || changes.Teams.Count > 0 || changes.Notices)
        {
            object[] touched = [changes.Features.ToArray(), changes.Teams.ToArray(), changes.Notices];
            await foreach (var feature in reader.FeaturesAsync(SnapshotSql.TouchedFeatures, touched, cancellation))
                features.Add(feature);
            var faults = await reader.FaultsAsync(shelf, Selection.ById([.. features.Select(feature => feature.Id)]), clock.GetUtcNow(), cancellation);
            features = features.ConvertAll(feature => feature with { Entry = faults.On(feature.Id, feature.Entry) });
        }

        if (changes.Features.Count > 0)
        {
            await foreach (var alias in reader.AliasesAsync(SnapshotSql.TouchedAliases, [changes.Features.ToArray()], cancellation))
                aliases.Add(alias);
        }

        Dictionary<int, ModelFeatures> models = changes.Models.Count == 0 ? [] : await ReadModelsAsync(reader, [changes.Models.ToArray()], cancellation);
        if (models.Any(model => last.ModelNames.TryGetValue(model.Key, out var name) && name != model.Value.Row.Name))
            return null;

        // Everything is read: from here on nothing waits, and nothing can leave the numbers half-changed.
        var editor = last.Snapshot.Edit();
        var keys = new Dictionary<int, string>();
        foreach (var (id, entry, _) in features)
        {
            if (last.Slots.TryGetValue(id, out var slot) && last.Snapshot.Feature(slot).Key != entry.Key)
                editor.Rename(last.Snapshot.Feature(slot).Key, entry.Key);
            last.Slots[id] = editor.Set(entry);
            keys[id] = entry.Key;
        }

        foreach (var (_, entry, parents) in features)
        {
            if (parents is not null)
                editor.Set(entry with { Upstream = Slots(parents, last.Slots) });
        }

        foreach (var (id, former) in aliases)
            editor.Alias(former, keys[id]);
        foreach (var (id, model) in models)
        {
            editor.Set(model.ToEntry(last.Slots));
            last.ModelNames[id] = model.Row.Name;
        }

        return last with { Snapshot = editor.ToSnapshot(version) };
    }

    /// <param name="only">Empty for all models, or one list of their numbers.</param>
    private static async Task<Dictionary<int, ModelFeatures>> ReadModelsAsync(SnapshotReader reader, object[] only, CancellationToken cancellation)
    {
        var all = only.Length == 0;
        var models = new Dictionary<int, ModelFeatures>();
        await foreach (var model in reader.ModelsAsync(all ? SnapshotSql.AllModels : SnapshotSql.TouchedModels, only, cancellation))
            models.Add(model.Id, new(model));
        await foreach (var (model, feature, isTrial) in reader.GrantsAsync(all ? SnapshotSql.AllGrants : SnapshotSql.TouchedGrants, only, cancellation))
        {
            models[model].Granted.Add(feature);
            if (isTrial)
                models[model].Trials.Add(feature);
        }

        await foreach (var (model, feature) in reader.ReadsAsync(all ? SnapshotSql.AllReads : SnapshotSql.TouchedReads, only, cancellation))
            models[model].Reads.Add(feature);
        return models;
    }

    private static ImmutableArray<int> Slots(int[] ids, Dictionary<int, int> slots) => [.. ids.Select(id => slots[id])];

    /// <param name="Slots">Slot by the feature's number in the database.</param>
    /// <param name="ModelNames">Name by the model's number.</param>
    private sealed record Loaded(RegistrySnapshot Snapshot, Dictionary<int, int> Slots, Dictionary<int, string> ModelNames);

    private sealed record ModelFeatures(ModelRead Row)
    {
        public List<int> Granted { get; } = [];

        public List<int> Trials { get; } = [];

        public List<int> Reads { get; } = [];

        public ModelEntry ToEntry(Dictionary<int, int> slots) => new()
        {
            Name = Row.Name,
            Kind = Row.Kind,
            Serves = Row.Serves,
            Granted = SlotSet.Of(Granted.Select(id => slots[id])),
            Trials = SlotSet.Of(Trials.Select(id => slots[id])),
            Reads = SlotSet.Of(Reads.Select(id => slots[id])),
        };
    }
}
