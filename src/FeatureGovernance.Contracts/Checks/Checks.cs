namespace FeatureGovernance.Contracts.Checks;

/// <summary>May this model read these features? The body of <c>POST /checks/adoption</c>.</summary>
public sealed record AdoptionCheckRequest
{
    /// <summary>The model's name. One that is not registered is a finding of the check, <c>unknown-model</c>, and fails it.</summary>
    public required string Model { get; init; }

    /// <summary>
    /// The whole manifest as the change leaves it, <c>group:name</c> or <c>group:name@n</c>, 1 to 50,000 of at most 512 characters. A
    /// reference of another form is a finding, <c>malformed-reference</c>.
    /// </summary>
    public required IReadOnlyList<string> Features { get; init; }

    /// <summary>The manifest before the change. Where given, faults it had already warn and only what the change adds can fail.</summary>
    public IReadOnlyList<string>? Baseline { get; init; }

    /// <summary>Where the change was made, for the record; at most 512 characters.</summary>
    public string? Repository { get; init; }

    /// <summary>The commit that was checked, for the record; at most 128 characters.</summary>
    public string? Commit { get; init; }

    /// <summary>
    /// The registry version that the answer must know, such as the <c>Registry-Version</c> header of an earlier write. The check waits
    /// for it up to five seconds, and is then refused with 409 and <c>Retry-After</c>.
    /// </summary>
    public long? MinimumVersion { get; init; }
}

/// <summary>The answer of a check.</summary>
/// <param name="Verdict"><c>pass</c>, <c>warn</c> or <c>fail</c>: fail where any finding is an error.</param>
/// <param name="RegistryVersion">The version of the registry that was asked.</param>
/// <param name="Findings">What was found, in the order of the manifest.</param>
public sealed record AdoptionCheckReport(string Verdict, long RegistryVersion, IReadOnlyList<CheckFinding> Findings);

/// <summary>One thing found.</summary>
/// <param name="Feature">The reference as the manifest wrote it; the model's name where the model itself is at fault.</param>
/// <param name="Rule">The stable code of the rule, for example <c>unknown-feature</c>.</param>
/// <param name="Level"><c>error</c>, <c>warn</c> or <c>info</c>.</param>
/// <param name="Message">What is wrong.</param>
/// <param name="Remedy">What to do about it.</param>
/// <param name="Replacement">What to read instead.</param>
/// <param name="Deadline">When the feature goes off.</param>
/// <param name="Suggestions">Registered names near to an unknown one, best first.</param>
public sealed record CheckFinding(
    string Feature,
    string Rule,
    string Level,
    string Message,
    string Remedy,
    string? Replacement = null,
    DateTimeOffset? Deadline = null,
    IReadOnlyList<string>? Suggestions = null);

/// <summary>A check that was made.</summary>
/// <param name="Id">Rises with time.</param>
/// <param name="At">When.</param>
/// <param name="Actor">Who asked.</param>
/// <param name="Model">The model's present name; as it was asked where no such model is registered.</param>
/// <param name="Verdict"><c>pass</c>, <c>warn</c> or <c>fail</c>.</param>
/// <param name="Features">References in the manifest.</param>
/// <param name="Errors">Findings of level error.</param>
/// <param name="Warnings">Findings of level warn.</param>
/// <param name="Repository">Where the change was made.</param>
/// <param name="Commit">The commit.</param>
/// <param name="RegistryVersion">The version of the registry that was asked.</param>
/// <param name="DurationMs">Milliseconds from the request's arrival to the verdict.</param>
public sealed record RecordedCheck(
    long Id,
    DateTimeOffset At,
    string Actor,
    string Model,
    string Verdict,
    int Features,
    int Errors,
    int Warnings,
    string? Repository,
    string? Commit,
    long RegistryVersion,
    double DurationMs);
