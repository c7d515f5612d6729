using System.Collections.Immutable;
using FeatureGovernance.Core.Lifecycle;
using FeatureGovernance.Core.Registry;

namespace FeatureGovernance.Core.Checks;

/// <summary>Words and levels for what one check finds.</summary>
internal sealed class Findings(CheckRequest request, RegistrySnapshot snapshot, ModelEntry? model)
{
    private const int MostSearches = 20;
    private const int SuggestionsEach = 3;
    private const int LongestQuote = 80;
    private readonly List<Finding> found = [];
    private int searches;

    private Baseline Before => field ??= new(request.Baseline, snapshot);

    public CheckReport ToReport()
    {
        var verdict = Verdict.Pass;
        foreach (var finding in found)
        {
            if (finding.Level == RuleLevel.Error)
                verdict = Verdict.Fail;
            else if (finding.Level == RuleLevel.Warn && verdict == Verdict.Pass)
                verdict = Verdict.Warn;
        }

        return new(verdict, snapshot.Version, found.Count == 0 ? [] : [.. found]);
    }

    public void UnknownModel() =>
        found.Add(new(request.Model, CheckRules.UnknownModel, RuleLevel.Error, $"No model '{Quoted(request.Model)}' is registered.",
            "Register the model first."));

    public void NotFound(string? reference)
    {
        if (!FeatureReference.TryParse(reference, out var parsed))
        {
            Add(reference ?? "", ByReference(reference), CheckRules.Malformed, RuleLevel.Error,
                $"'{Quoted(reference ?? "")}' is no feature reference.", $"Write {FeatureKey.Form}; '@n' pins version n.");
            return;
        }

        ImmutableArray<string> similar = searches++ < MostSearches ? [.. snapshot.Similar(parsed.Key.ToString(), SuggestionsEach)] : [];
        Add(new(reference!, CheckRules.UnknownFeature, RuleLevel.Error, $"No feature '{Quoted(parsed.Key.ToString())}' is registered.",
            similar.IsEmpty ? "Register the feature, or correct the name." : $"Did you mean {string.Join(" or ", similar)}?",
            similar.IsEmpty ? null : similar[0], Suggestions: similar), ByReference(reference));
    }

    public void Duplicated(string reference) =>
        Add(reference, false, CheckRules.Duplicated, RuleLevel.Warn, $"'{reference}' is named more than once.", "Name it once.");

    public void UnknownVersion(string reference, in FeatureEntry feature, int version) =>
        Add(reference, ByReference(reference), CheckRules.UnknownVersion, RuleLevel.Error,
            $"'{feature.Key}' has no version {version}; the newest is {feature.LatestVersion}.",
            $"Pin {feature.Key}@{feature.LatestVersion}, or an earlier version.");

    public void Renamed(string reference, in FeatureEntry feature, int? pinned)
    {
        var present = pinned is { } version ? $"{feature.Key}@{version}" : feature.Key;
        Add(new(reference, CheckRules.Renamed, RuleLevel.Warn, $"The feature is now called '{feature.Key}'.", $"Write {present}.", present), false);
    }

    /// <summary>Everything that the feature itself, and its relation to the model, gives cause for.</summary>
    public void Judge(string reference, in FeatureEntry feature, int slot)
    {
        var before = Before.Reads(slot);
        if (feature.Kind == FeatureKind.Label)
            Add(reference, before, CheckRules.LabelAsInput, RuleLevel.Error,
                $"'{feature.Key}' is a label: what a model is to predict.", "Take it out of the inputs and name it as the manifest's label.");
        if (feature.Stage >= Stage.Disabled)
        {
            Off(reference, in feature, before);
            return;
        }

        OfStage(reference, in feature, slot, before);
        var reads = model is not null && model.Reads.Contains(slot);
        if (model is not null && !model.Granted.Contains(slot))
            Add(reference, before, CheckRules.NotApproved, reads ? RuleLevel.Warn : RuleLevel.Error,
                $"Team '{feature.Team}' has not granted '{feature.Key}' to model '{model.Name}'.",
                "Request the adoption and have a lead of that team approve it.");
        if (feature.StandardFault is { } fault)
            Add(reference, before, CheckRules.Standard, feature.StandardLevel, fault,
                $"Ask team '{feature.Team}' to bring '{feature.Key}' up to the standard.");
    }

    public void DerivedFromDeprecated(string reference, int slot, in FeatureEntry source) =>
        Add(new(reference, CheckRules.DerivedFromDeprecated, source.Stage >= Stage.Disabled ? RuleLevel.Error : RuleLevel.Warn,
            $"It is computed from '{source.Key}', which is {Words.Of(source.Stage)}.",
            "Ask its owner to compute it from something else, or read another feature.", Deadline: source.Deadline), Before.Reads(slot));

    private void OfStage(string reference, in FeatureEntry feature, int slot, bool before)
    {
        switch (feature.Stage)
        {
            case Stage.Draft or Stage.Proposed:
                Add(reference, before, CheckRules.WrongStage, RuleLevel.Error,
                    $"'{feature.Key}' is {Words.Of(feature.Stage)}; no model may read it yet.",
                    $"Ask team '{feature.Team}' to bring it to experimental or adopted.");
                break;
            case Stage.Experimental:
                var atRisk = model is { Serves: true, Kind: ModelKind.Ranking or ModelKind.Retrieval } && !model.Trials.Contains(slot);
                Add(reference, before, CheckRules.WrongStage, atRisk ? RuleLevel.Error : RuleLevel.Warn,
                    $"'{feature.Key}' is experimental: its definition may change without notice.",
                    atRisk ? "Ask for a trial of it, or wait until it is adopted." : "End the trial in time, or wait until it is adopted.");
                break;
            case Stage.Deprecated or Stage.Brownout:
                OnNotice(reference, in feature, slot, before);
                break;
        }
    }

    private void OnNotice(string reference, in FeatureEntry feature, int slot, bool before)
    {
        var since = feature.OnNoticeSince is { } start ? $" since {start:yyyy-MM-dd}" : "";
        var until = feature.Deadline is { } end ? $" and goes off on {end:yyyy-MM-dd}" : "";
        var why = feature.Reason is { } reason ? $" ({reason})" : "";
        var remedy = feature.Replacement is { } replacement ? $"Read {replacement} instead." : "Take it out; nothing replaces it.";
        var (rule, message) = feature.Stage == Stage.Deprecated
            ? (CheckRules.Deprecated, $"'{feature.Key}' has been deprecated{since}{until}{why}.")
            : (CheckRules.Brownout, $"'{feature.Key}' is in brownout: reads are refused or defaulted by schedule. It has been on notice{since}{until}{why}.");
        Add(new(reference, rule, RuleLevel.Warn, message, remedy, feature.Replacement, feature.Deadline), before);
        if (!before && !(model is not null && model.Reads.Contains(slot)))
            Add(new(reference, CheckRules.NewReadOnNotice, RuleLevel.Error,
                $"'{feature.Key}' is on notice: its present readers must leave, and '{Quoted(request.Model)}' is not one of them.", remedy, feature.Replacement,
                feature.Deadline), before);
    }

    private void Off(string reference, in FeatureEntry feature, bool before)
    {
        var since = feature.Deadline is { } end ? $" since {end:yyyy-MM-dd}" : "";
        var why = feature.Reason is { } reason ? $" ({reason})" : "";
        var remedy = feature.Replacement is { } replacement ? $"Read {replacement} instead." : "Take it out; nothing replaces it.";
        var (rule, message) = feature.Stage == Stage.Disabled
            ? (CheckRules.Disabled, $"'{feature.Key}' has been off{since}{why}; its owner can still restore it.")
            : (CheckRules.Removed, $"'{feature.Key}' has been gone{since}{why}; its key stays reserved.");
        Add(new(reference, rule, RuleLevel.Error, message, remedy, feature.Replacement, feature.Deadline), before);
    }

    // Without a baseline everything counts as added.
    private bool ByReference(string? reference) => reference is not null && Before.Has(reference);

    private void Add(string reference, bool before, string rule, RuleLevel level, string message, string remedy) =>
        Add(new(reference, rule, level, message, remedy), before);

    private void Add(Finding finding, bool before) =>
        found.Add(before && finding.Level == RuleLevel.Error ? finding with { Level = RuleLevel.Warn } : finding);

    private static string Quoted(string text) => text.Length <= LongestQuote ? text : text[..LongestQuote] + "…";
}
