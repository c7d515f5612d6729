namespace FeatureGovernance.Contracts.Access;

/// <summary>Asks for a token; the body of <c>POST /tokens</c>.</summary>
public sealed record TokenRequest
{
    /// <summary>What the token is for.</summary>
    public string? Name { get; init; }

    /// <summary><c>viewer</c>, <c>engineer</c>, <c>lead</c>, <c>planner</c>, <c>ci</c>, <c>ingest</c> or <c>admin</c>.</summary>
    public string? Role { get; init; }

    /// <summary>The handle of who acts with it; needed for engineers and leads, whose teams follow from it.</summary>
    public string? Person { get; init; }

    /// <summary>When it stops working; null for never.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }
}

/// <summary>A token as listed; the secret itself is never shown again.</summary>
public record TokenView(
    int Id, string Name, string Role, string? Person, DateTimeOffset CreatedAt, DateTimeOffset? ExpiresAt, DateTimeOffset? RevokedAt);

/// <summary>A new token, with its secret.</summary>
/// <param name="Token">The secret; shown this once.</param>
public sealed record NewToken(
    int Id, string Name, string Role, string? Person, DateTimeOffset CreatedAt, DateTimeOffset? ExpiresAt, DateTimeOffset? RevokedAt, string Token)
    : TokenView(Id, Name, Role, Person, CreatedAt, ExpiresAt, RevokedAt);

/// <summary>Who the caller is.</summary>
/// <param name="Actor">The name under which the caller's acts are audited.</param>
/// <param name="Role">The role of the token.</param>
/// <param name="LeadOf">Teams the caller decides for.</param>
/// <param name="MemberOf">Teams the caller acts for.</param>
public sealed record CallerView(string Actor, string Role, IReadOnlyList<string> LeadOf, IReadOnlyList<string> MemberOf);
