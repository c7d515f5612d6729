using System.Collections.Immutable;
using FeatureGovernance.Core.Lifecycle;

namespace FeatureGovernance.Core.Checks;

/// <summary>The question a change asks before it is merged.</summary>
/// <param name="Model">The model's name.</param>
/// <param name="Features">Every reference of the manifest as the change leaves it: <c>group:name</c> or <c>group:name@n</c>.</param>
/// <param name="Baseline">The references as they were before; default where the caller does not say, and then all count as added.</param>
public sealed record CheckRequest(string Model, ImmutableArray<string> Features, ImmutableArray<string> Baseline = default);

/// <summary>The answer in one word.</summary>
public enum Verdict
{
    /// <summary>Nothing to mend.</summary>
    Pass,

    /// <summary>Something to mend, nothing that blocks.</summary>
    Warn,

    /// <summary>Must not be merged.</summary>
    Fail,
}

/// <summary>One thing found.</summary>
/// <param name="Feature">The reference as the manifest wrote it; the model's name where the model itself is at fault.</param>
/// <param name="Rule">One of <see cref="CheckRules"/>.</param>
/// <param name="Level">How serious.</param>
/// <param name="Message">What is wrong, one sentence.</param>
/// <param name="Remedy">What to do about it.</param>
/// <param name="Replacement">The key to read instead; null where none is known.</param>
/// <param name="Deadline">When the feature goes off; null where no date is set.</param>
/// <param name="Suggestions">Registered keys near to an unknown one, best first.</param>
public sealed record Finding(
    string Feature,
    string Rule,
    RuleLevel Level,
    string Message,
    string Remedy,
    string? Replacement = null,
    DateTimeOffset? Deadline = null,
    ImmutableArray<string> Suggestions = default);

/// <summary>The answer in full.</summary>
/// <param name="Verdict">Fail where any finding is an error, warn where any is a warning.</param>
/// <param name="RegistryVersion">The registry's version that was asked.</param>
/// <param name="Findings">In the order of the manifest.</param>
public sealed record CheckReport(Verdict Verdict, long RegistryVersion, ImmutableArray<Finding> Findings);

/// <summary>The stable codes of what a check finds, and the policy behind each level.</summary>
public static class CheckRules
{
    /// <summary>Error: the model is not registered, so nothing can be approved for it.</summary>
    public const string UnknownModel = "unknown-model";

    /// <summary>Error: not a feature reference at all.</summary>
    public const string Malformed = "malformed-reference";

    /// <summary>Warning: the same version of the same feature a second time.</summary>
    public const string Duplicated = "duplicated-reference";

    /// <summary>Error: no feature bears the name.</summary>
    public const string UnknownFeature = "unknown-feature";

    /// <summary>Error: the feature has no such version.</summary>
    public const string UnknownVersion = "unknown-version";

    /// <summary>Warning: the feature has a new name; the old one still answers.</summary>
    public const string Renamed = "renamed";

    /// <summary>
    /// Draft and proposed features: error for any model. Experimental ones: error for a ranking or retrieval model that serves and
    /// holds no trial of the feature, else a warning, since trials are what the stage is for.
    /// </summary>
    public const string WrongStage = "wrong-stage";

    /// <summary>Warning: on notice, with replacement and deadline.</summary>
    public const string Deprecated = "deprecated";

    /// <summary>Warning: reads are being refused or defaulted by schedule.</summary>
    public const string Brownout = "brownout";

    /// <summary>Error: the feature is off.</summary>
    public const string Disabled = "disabled";

    /// <summary>Error: the feature is gone; its key stays reserved.</summary>
    public const string Removed = "removed";

    /// <summary>Error: a model that did not read it before starts to read a feature on notice. Beside deprecated or brownout.</summary>
    public const string NewReadOnNotice = "new-read-on-notice";

    /// <summary>Error for a new read, warning for a present one: the owner has not granted the feature to this model.</summary>
    public const string NotApproved = "not-approved";

    /// <summary>As serious as the standard says: the feature fails the organisation's standard.</summary>
    public const string Standard = "standard";

    /// <summary>
    /// The feature is computed, at any remove, from one that is leaving: a warning while that one still answers, an error once it is off.
    /// </summary>
    public const string DerivedFromDeprecated = "derived-from-deprecated";

    /// <summary>Error: what a model is to predict must not be what it reads.</summary>
    public const string LabelAsInput = "label-as-input";
}
