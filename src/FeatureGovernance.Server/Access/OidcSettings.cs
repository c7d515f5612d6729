using System.Security.Claims;

namespace FeatureGovernance.Server.Access;

/// <summary>Where people sign in, and who of them is more than a member of teams.</summary>
/// <param name="PersonClaim">The claim that names the person; default <c>email</c>, which counts only where the provider verified it.</param>
/// <param name="EmailDomain">Where set, an address of this domain also names the person whose handle stands before the @.</param>
/// <param name="Admins">Handles of administrators.</param>
/// <param name="Planners">Handles of planners.</param>
internal sealed record OidcSettings(
    string Authority, string ClientId, string? ClientSecret, string PersonClaim, string? EmailDomain, IReadOnlySet<string> Admins,
    IReadOnlySet<string> Planners)
{
    /// <summary>Null where no provider is set.</summary>
    public static OidcSettings? Of(IConfiguration configuration)
    {
        var oidc = configuration.GetSection("Oidc");
        if (string.IsNullOrWhiteSpace(oidc["Authority"]))
            return null;
        if (!Uri.TryCreate(oidc["Authority"], UriKind.Absolute, out var authority) || (authority.Scheme != "https" && !authority.IsLoopback))
            throw new InvalidOperationException($"Oidc__Authority is '{oidc["Authority"]}'; give the https address of the provider.");
        if (string.IsNullOrWhiteSpace(oidc["ClientId"]))
            throw new InvalidOperationException("Oidc__Authority is set, so Oidc__ClientId must be too.");
        return new(oidc["Authority"]!, oidc["ClientId"]!, oidc["ClientSecret"], oidc["PersonClaim"] is { Length: > 0 } claim ? claim : "email",
            oidc["EmailDomain"] is { Length: > 0 } domain ? domain.TrimStart('@') : null, Names(oidc["Admins"]), Names(oidc["Planners"]));
    }

    /// <summary>The handles that the person may have, the likeliest first; none where the provider does not vouch for the address.</summary>
    public IReadOnlyList<string> Handles(ClaimsPrincipal person)
    {
        if (person.FindFirstValue(PersonClaim) is not { Length: > 0 } name
            || (PersonClaim == "email" && !string.Equals(person.FindFirstValue("email_verified"), "true", StringComparison.OrdinalIgnoreCase)))
            return [];
        var at = name.LastIndexOf('@');
        return at > 0 && EmailDomain is not null && name[(at + 1)..].Equals(EmailDomain, StringComparison.OrdinalIgnoreCase) ? [name, name[..at]] : [name];
    }

    private static HashSet<string> Names(string? list) =>
        (list ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).ToHashSet(StringComparer.Ordinal);
}
