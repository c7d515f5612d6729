using System.Text.Json;

namespace FeatureGovernance.Contracts.Audit;

/// <summary>Who did what, when, why and from where.</summary>
public sealed record AuditEvent(
    long Sequence, DateTimeOffset At, string Actor, string Action, string SubjectKind, string Subject, string? Reason,
    string? RequestId, string? Address, JsonElement? Before, JsonElement? After, string Hash);

/// <summary>Whether the audit trail is whole.</summary>
/// <param name="Intact">True where every event is as it was written.</param>
/// <param name="Events">How many events were verified.</param>
/// <param name="LastHash">The hash of the last event, to be kept elsewhere as an anchor.</param>
/// <param name="FirstFault">The first sequence number at which the chain breaks; null where intact.</param>
/// <param name="Fault">What is wrong there.</param>
public sealed record AuditVerification(bool Intact, long Events, string? LastHash, long? FirstFault, string? Fault);
