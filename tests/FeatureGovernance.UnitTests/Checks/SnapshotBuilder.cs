using FeatureGovernance.Core.Checks;
using FeatureGovernance.Core.Lifecycle;
using FeatureGovernance.Core.Registry;

namespace FeatureGovernance.UnitTests.Checks;

/// <summary>A small registry, feature by feature; each is granted to the model unless told otherwise.</summary>
internal sealed class SnapshotBuilder
{
    private readonly SnapshotEditor editor = RegistrySnapshot.Empty.Edit();
    private readonly List<int> granted = [];
    private readonly List<int> reads = [];
    private readonly List<int> trials = [];
    private ModelKind kind = ModelKind.Ranking;

    public static FeatureEntry Entry(string key, Stage stage = Stage.Adopted) => new() { Key = key, Stage = stage, Team = "owners", LatestVersion = 3 };

    public SnapshotBuilder With(FeatureEntry entry, bool isGranted = true, bool isRead = false, bool onTrial = false)
    {
        var slot = editor.Set(entry);
        if (isGranted)
            granted.Add(slot);
        if (isRead)
            reads.Add(slot);
        if (onTrial)
            trials.Add(slot);
        return this;
    }

    public SnapshotBuilder With(string key, Stage stage = Stage.Adopted) => With(Entry(key, stage));

    public SnapshotBuilder WithRename(string from, string to)
    {
        editor.Rename(from, to);
        return this;
    }

    public SnapshotBuilder WithModelKind(ModelKind model)
    {
        kind = model;
        return this;
    }

    public int Slot(string key) => editor.Slot(key);

    public RegistrySnapshot Build()
    {
        editor.Set(new ModelEntry
        {
            Name = "ranker", Kind = kind, Serves = true, Granted = SlotSet.Of(granted), Reads = SlotSet.Of(reads), Trials = SlotSet.Of(trials),
        });
        return editor.ToSnapshot(42);
    }

    public CheckReport Check(params string[] features) => AdoptionCheck.Run(new("ranker", [.. features]), Build());

    public CheckReport CheckChange(string[] before, params string[] after) => AdoptionCheck.Run(new("ranker", [.. after], [.. before]), Build());
}
