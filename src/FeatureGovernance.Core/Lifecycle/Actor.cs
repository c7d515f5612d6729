using System.Collections.Immutable;

namespace FeatureGovernance.Core.Lifecycle;

/// <summary>Who asks, with what he is at this moment; roles are relative to a team.</summary>
/// <param name="Id">The stable name of the person or program.</param>
/// <param name="Leads">The teams he leads.</param>
/// <param name="Teams">The teams he is an engineer of.</param>
/// <param name="IsAdmin">Whether he administers the whole.</param>
/// <param name="IsSystem">Whether it is the service itself, acting on time and on approved proposals.</param>
public sealed record Actor(
    string Id,
    ImmutableHashSet<string> Leads,
    ImmutableHashSet<string> Teams,
    bool IsAdmin = false,
    bool IsSystem = false)
{
    /// <summary>The service itself.</summary>
    public static Actor System { get; } = new("system", [], [], IsSystem: true);

    /// <summary>Whether he leads the team.</summary>
    public bool LeadsTeam(string team) => Leads.Contains(team);

    /// <summary>Whether he is an engineer or a lead of the team.</summary>
    public bool BelongsTo(string team) => Teams.Contains(team) || Leads.Contains(team);
}

/// <summary>Who may take a feature from one stage to the next, seen from the team that owns it.</summary>
[Flags]
public enum Movers
{
    /// <summary>No one.</summary>
    None = 0,

    /// <summary>An engineer of the owning team; its leads count as engineers.</summary>
    Engineer = 1,

    /// <summary>A lead of the owning team.</summary>
    Lead = 2,

    /// <summary>An administrator.</summary>
    Admin = 4,

    /// <summary>The service, on time and on approved proposals.</summary>
    System = 8,
}

/// <summary>An administrator's decision to go on in spite of unmet guards; only guards marked overridable yield to it.</summary>
/// <param name="Reason">Why, for the audit; must not be blank.</param>
public sealed record AdminOverride(string Reason);
