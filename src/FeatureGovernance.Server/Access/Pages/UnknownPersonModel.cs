namespace FeatureGovernance.Server.Access.Pages;

/// <summary>Somebody whom the provider knows and the registry does not.</summary>
/// <param name="Name">What the provider calls him; null where it did not say, or does not vouch for it.</param>
/// <param name="Claim">The claim that was asked for.</param>
public sealed record UnknownPersonModel(string? Name, string Claim);
