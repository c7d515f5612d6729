using FeatureGovernance.Core.Checks;
using FeatureGovernance.Core.Lifecycle;
using FsCheck.Xunit;

namespace FeatureGovernance.UnitTests.Checks;

public class RegistrySnapshotTests
{
    [Fact]
    public void A_new_version_leaves_the_old_one_as_it_was()
    {
        var before = new SnapshotBuilder().With("g:a").With("g:b").Build();
        var editor = before.Edit();
        editor.Set(SnapshotBuilder.Entry("g:a", Stage.Disabled));
        editor.Set(SnapshotBuilder.Entry("g:c"));
        var after = editor.ToSnapshot(43);

        before.Feature(before.Slot("g:a")).Stage.Should().Be(Stage.Adopted);
        before.Slot("g:c").Should().Be(-1);
        after.Feature(after.Slot("g:a")).Stage.Should().Be(Stage.Disabled);
        after.Slot("g:b").Should().Be(before.Slot("g:b"));
        (before.FeatureCount, after.FeatureCount, before.Version, after.Version).Should().Be((2, 3, 42, 43));
    }

    [Fact]
    public void A_key_that_is_given_up_may_name_another_feature_again()
    {
        var editor = RegistrySnapshot.Empty.Edit();
        var first = editor.Set(SnapshotBuilder.Entry("g:a"));
        editor.Rename("g:a", "g:b");
        var second = editor.Set(SnapshotBuilder.Entry("g:a"));
        var snapshot = editor.ToSnapshot(1);
        (snapshot.Slot("g:b"), snapshot.Slot("g:a")).Should().Be((first, second));
        second.Should().NotBe(first);
    }

    [Fact]
    public void An_alias_of_an_unknown_feature_is_refused() =>
        FluentActions.Invoking(() => RegistrySnapshot.Empty.Edit().Alias("g:old", "g:new")).Should().Throw<KeyNotFoundException>();

    [Property(MaxTest = 30)]
    public void Snapshots_agree_with_a_plain_dictionary_however_many_versions_are_made(ushort[][] batches)
    {
        var snapshot = RegistrySnapshot.Empty;
        var plain = new Dictionary<string, Stage>();
        foreach (var batch in batches)
        {
            var editor = snapshot.Edit();
            foreach (var number in batch)
            {
                var (key, stage) = ($"g:f{number % 3000}", (Stage)(number % 8));
                plain[key] = stage;
                editor.Set(SnapshotBuilder.Entry(key, stage));
            }

            snapshot = editor.ToSnapshot(snapshot.Version + 1);
        }

        snapshot.FeatureCount.Should().Be(plain.Count);
        plain.Keys.ToDictionary(key => key, key => snapshot.Feature(snapshot.Slot(key)).Stage).Should().Equal(plain);
    }

    [Fact]
    public void A_passing_feature_costs_no_allocation()
    {
        var snapshot = LargeRegistry.Build(features: 20_000, models: 1, pairsPerModel: 2_000);
        var (small, large) = (LargeRegistry.Passing(snapshot, 10), LargeRegistry.Passing(snapshot, 1_000));
        AdoptionCheck.Run(small, snapshot).Verdict.Should().Be(Verdict.Pass);
        AdoptionCheck.Run(large, snapshot).Verdict.Should().Be(Verdict.Pass);
        Allocated(large, snapshot).Should().Be(Allocated(small, snapshot));
    }

    [Fact]
    public void A_small_change_to_a_large_registry_copies_little_of_it()
    {
        var snapshot = LargeRegistry.Build(features: 100_000, models: 10, pairsPerModel: 10);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var editor = snapshot.Edit();
        editor.Set(snapshot.Feature(777) with { Stage = Stage.Deprecated });
        editor.Set(SnapshotBuilder.Entry("g:brand_new"));
        var after = editor.ToSnapshot(2);
        (GC.GetAllocatedBytesForCurrentThread() - before).Should().BeLessThan(512 * 1024);
        after.Feature(777).Stage.Should().Be(Stage.Deprecated);
    }

    [Fact]
    public void Similar_names_are_found_before_and_after_features_are_added()
    {
        var snapshot = new SnapshotBuilder().With("clicks:rate_7d").With("views:total_28d").Build().Prepared();
        snapshot.Similar("clicks:rate_7", 3).Should().Equal("clicks:rate_7d");
        var editor = snapshot.Edit();
        editor.Set(SnapshotBuilder.Entry("clicks:rate_70d"));
        editor.Set(SnapshotBuilder.Entry("clicks:rate_71d", Stage.Removed));
        editor.ToSnapshot(2).Similar("clicks:rate_7", 3).Should().Equal("clicks:rate_7d", "clicks:rate_70d");
    }

    [Fact]
    public void A_slip_of_the_keyboard_is_recognised_in_a_large_registry()
    {
        var snapshot = LargeRegistry.Build(features: 20_000, models: 1, pairsPerModel: 1);
        foreach (var slot in new[] { 5, 1_234, 19_999 })
        {
            var key = snapshot.Feature(slot).Key;
            snapshot.Similar(key.Replace("count", "cuont", StringComparison.Ordinal), 1).Should().Equal(key);
            snapshot.Similar(key[..^1], 3).Should().Contain(key);
        }
    }

    private static long Allocated(CheckRequest request, RegistrySnapshot snapshot)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        AdoptionCheck.Run(request, snapshot);
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}
