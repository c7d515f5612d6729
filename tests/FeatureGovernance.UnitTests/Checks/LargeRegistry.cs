using FeatureGovernance.Core.Checks;
using FeatureGovernance.Core.Lifecycle;
using FeatureGovernance.Core.Registry;

namespace FeatureGovernance.UnitTests.Checks;

/// <summary>A registry of many adopted features with names as organisations give them.</summary>
internal static class LargeRegistry
{
    private static readonly string[] Surfaces = ["home_feed", "search", "ads", "video", "inbox", "profile", "groups", "market"];
    private static readonly string[] Actions = ["click", "view", "like", "share", "follow", "purchase", "dwell", "hide"];
    private static readonly string[] Windows = ["1h", "1d", "7d", "28d", "90d"];

    public static string Key(int i) =>
        $"{Surfaces[i % 8]}_{Actions[i / 8 % 8]}_{i / 320 % 40}:{Actions[i / 64 % 8]}_count_{Windows[i / 512 % 5]}_{i}";

    public static RegistrySnapshot Build(int features, int models, int pairsPerModel)
    {
        var editor = RegistrySnapshot.Empty.Edit();
        for (var i = 0; i < features; i++)
            editor.Set(new FeatureEntry { Key = Key(i), Stage = Stage.Adopted, Team = Surfaces[i % 8], LatestVersion = 1 });
        for (var model = 0; model < models; model++)
        {
            var slots = SlotSet.Of(Enumerable.Range(0, pairsPerModel).Select(i => (int)(((long)i * features / pairsPerModel) + model) % features));
            editor.Set(new ModelEntry { Name = $"model_{model}", Kind = ModelKind.Ranking, Serves = true, Granted = slots, Reads = slots });
        }

        return editor.ToSnapshot(1);
    }

    public static CheckRequest Passing(RegistrySnapshot snapshot, int count)
    {
        var granted = snapshot.Model("model_0")!.Granted;
        return new("model_0", [.. Enumerable.Range(0, snapshot.FeatureCount).Where(granted.Contains).Take(count).Select(slot => snapshot.Feature(slot).Key)]);
    }
}
