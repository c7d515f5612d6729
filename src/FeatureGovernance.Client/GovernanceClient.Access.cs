using FeatureGovernance.Contracts.Access;
using FeatureGovernance.Contracts.Audit;

namespace FeatureGovernance.Client;

public sealed partial class GovernanceClient
{
    /// <summary>Who the token's holder is.</summary>
    public Task<CallerView> MeAsync(CancellationToken cancellation = default) => GetAsync<CallerView>("me", cancellation);

    /// <summary>Creates a token; its secret is in the answer and nowhere else.</summary>
    public Task<NewToken> CreateTokenAsync(TokenRequest request, CancellationToken cancellation = default) =>
        PostAsync<NewToken>("tokens", request, cancellation);

    /// <summary>All tokens, without their secrets.</summary>
    public IAsyncEnumerable<TokenView> TokensAsync(CancellationToken cancellation = default) => ListAsync<TokenView>("tokens", cancellation);

    /// <summary>Revokes a token.</summary>
    public Task RevokeTokenAsync(int id, CancellationToken cancellation = default) => DeleteAsync(Paths.Of("tokens", $"{id}"), cancellation);

    /// <summary>Who did what, newest first.</summary>
    public IAsyncEnumerable<AuditEvent> AuditAsync(CancellationToken cancellation = default) => ListAsync<AuditEvent>("audit", cancellation);

    /// <summary>Recomputes the audit trail's hash chain.</summary>
    public Task<AuditVerification> VerifyAuditAsync(CancellationToken cancellation = default) =>
        GetAsync<AuditVerification>("audit/verify", cancellation);
}
