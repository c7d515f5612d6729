using System.Buffers;
using System.Collections.Immutable;
using System.Globalization;
using FeatureGovernance.Core.Lifecycle;
using FeatureGovernance.Core.Registry;

namespace FeatureGovernance.Core.Checks;

/// <summary>
/// Answers whether a model may read the features of a manifest. Pure, and made for the request path: a feature with nothing to find
/// costs a few look-ups and no allocation.
/// </summary>
public static class AdoptionCheck
{
    /// <summary>Checks a manifest against one version of the registry.</summary>
    /// <param name="request">The manifest, and the one before it.</param>
    /// <param name="snapshot">The registry.</param>
    public static CheckReport Run(CheckRequest request, RegistrySnapshot snapshot)
    {
        var model = snapshot.Model(request.Model);
        var findings = new Findings(request, snapshot, model);
        if (model is null)
            findings.UnknownModel();

        // One bit per slot says which features the manifest has named so far.
        var words = (snapshot.FeatureCount + 63) >> 6;
        var named = ArrayPool<ulong>.Shared.Rent(words);
        Array.Clear(named, 0, words);
        Repeats? repeats = null;
        UpstreamSearch? upstream = null;
        for (var position = 0; position < request.Features.Length; position++)
        {
            var reference = request.Features[position];
            if (!TryFind(reference, snapshot, out var slot, out var keyLength, out var pinned))
            {
                findings.NotFound(reference);
                continue;
            }

            ref readonly var feature = ref snapshot.Feature(slot);
            var bit = 1UL << (slot & 63);
            if ((named[slot >> 6] & bit) != 0 && (repeats ??= new(request.Features, snapshot)).IsRepeat(position))
            {
                findings.Duplicated(reference);
                continue;
            }

            named[slot >> 6] |= bit;
            if (pinned > feature.LatestVersion)
                findings.UnknownVersion(reference, in feature, pinned.Value);
            if (!reference.AsSpan(0, keyLength).SequenceEqual(feature.Key))
                findings.Renamed(reference, in feature, pinned);
            if (model is not null && IsClean(in feature, slot, model))
                continue;

            findings.Judge(reference, in feature, slot);
            if (feature.Stage < Stage.Disabled && feature.Upstream is { IsDefaultOrEmpty: false })
            {
                upstream ??= new(snapshot);
                if (upstream.FindLeaving(slot) is >= 0 and var source)
                    findings.DerivedFromDeprecated(reference, slot, in snapshot.Feature(source));
            }
        }

        ArrayPool<ulong>.Shared.Return(named);
        return findings.ToReport();
    }

    /// <summary>Finds the feature a reference names; a name that is found is well-formed, so only the rest need parsing.</summary>
    internal static bool TryFind(string? reference, RegistrySnapshot snapshot, out int slot, out int keyLength, out int? pinned)
    {
        (slot, keyLength, pinned) = (-1, 0, null);
        if (reference is null)
            return false;
        var at = reference.AsSpan().IndexOf('@');
        keyLength = at < 0 ? reference.Length : at;
        if (at >= 0)
        {
            if (!int.TryParse(reference.AsSpan(at + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var version) || version < 1)
                return false;
            pinned = version;
        }

        slot = snapshot.Slot(reference.AsSpan(0, keyLength));
        return slot >= 0;
    }

    private static bool IsClean(in FeatureEntry feature, int slot, ModelEntry model) =>
        feature.Stage == Stage.Adopted
        && feature.Kind != FeatureKind.Label
        && feature.StandardFault is null
        && feature.Upstream.IsDefaultOrEmpty
        && model.Granted.Contains(slot);
}
