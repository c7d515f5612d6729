namespace FeatureGovernance.Client;

/// <summary>One fault that the server found in a request.</summary>
/// <param name="Field">The JSON path of the faulty field, or the name of the query parameter or header.</param>
/// <param name="Message">What is wrong.</param>
/// <param name="Remedy">What to do about it; null where the server does not say.</param>
/// <param name="Code">The stable name of the broken rule; null where it has none.</param>
public sealed record FieldProblem(string Field, string Message, string? Remedy = null, string? Code = null);

/// <summary>The server's refusal: an RFC 9457 problem with every fault named.</summary>
/// <param name="status">The HTTP status, 400 to 599.</param>
/// <param name="code">The stable machine-readable name, kebab-case; <c>http-NNN</c> where the answer was no problem document.</param>
/// <param name="detail">One sentence for a person.</param>
/// <param name="errors">The faults one by one; may be empty.</param>
/// <param name="requestId">Under which the server logged the request; null where unknown.</param>
public sealed class GovernanceException(int status, string code, string detail, IReadOnlyList<FieldProblem> errors, string? requestId = null)
    : Exception($"{detail} ({status} {code})")
{
    /// <summary>The HTTP status.</summary>
    public int Status => status;

    /// <summary>The stable machine-readable name of the refusal.</summary>
    public string Code => code;

    /// <summary>One sentence for a person.</summary>
    public string Detail => detail;

    /// <summary>The faults one by one; may be empty.</summary>
    public IReadOnlyList<FieldProblem> Errors => errors;

    /// <summary>Under which the server logged the request.</summary>
    public string? RequestId => requestId;
}
