using System.Collections.Immutable;

namespace FeatureGovernance.Core;

/// <summary>Why a request was turned down; each kind maps to one HTTP status at the edge.</summary>
public enum RefusalKind
{
    /// <summary>The request cannot be understood (400).</summary>
    Malformed,

    /// <summary>The caller may not do this, or not to this team's things (403).</summary>
    Forbidden,

    /// <summary>The thing named does not exist (404).</summary>
    NotFound,

    /// <summary>The thing is not in a state that allows this, or the name is taken (409).</summary>
    Conflict,

    /// <summary>The caller acted on an older version of the thing (412).</summary>
    Stale,

    /// <summary>The request is well-formed and breaks a named rule (422).</summary>
    BrokenRule,
}

/// <summary>One fault of a request.</summary>
/// <param name="Field">The JSON path of the faulty field, camelCase, or the name of the query parameter or header.</param>
/// <param name="Message">What is wrong, as one sentence.</param>
/// <param name="Remedy">What to do about it.</param>
/// <param name="Code">A stable machine-readable name of the broken rule, kebab-case, where there is one.</param>
/// <param name="Line">The line of a bulk body, from 1; null elsewhere.</param>
public sealed record FieldError(string Field, string Message, string? Remedy = null, string? Code = null, long? Line = null);

/// <summary>A decision not to do what was asked, as a value: every reason at once, never the first only.</summary>
/// <param name="Kind">Which class of refusal.</param>
/// <param name="Code">A stable machine-readable name, kebab-case, for example <c>reader-still-live</c>.</param>
/// <param name="Detail">One sentence for a person.</param>
/// <param name="Errors">The faults, one by one; may be empty where <paramref name="Detail"/> says it all.</param>
public sealed record Refusal(RefusalKind Kind, string Code, string Detail, ImmutableArray<FieldError> Errors)
{
    /// <summary>A refusal for one reason, with no field to name.</summary>
    public Refusal(RefusalKind kind, string code, string detail)
        : this(kind, code, detail, [])
    {
    }
}
