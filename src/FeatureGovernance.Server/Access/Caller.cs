using System.Collections.Frozen;
using FeatureGovernance.Core;

namespace FeatureGovernance.Server.Access;

/// <summary>Who is calling, and for which teams; a lead of a team also leads the teams under it.</summary>
internal sealed record Caller(string Actor, Role Role, int? PersonId, FrozenSet<int> LeadOf, FrozenSet<int> MemberOf)
{
    public static readonly Caller Nobody = new("nobody", Role.Viewer, null, [], []);

    public bool IsAdmin => Role == Role.Admin;

    public bool May(Permission permission, int team) => Permissions.Of(Role, permission) switch
    {
        Reach.Everything => true,
        Reach.MemberTeams => MemberOf.Contains(team),
        Reach.LedTeams => LeadOf.Contains(team),
        Reach.None => false,
        _ => throw new InvalidOperationException($"No reach {Permissions.Of(Role, permission)}."),
    };

    /// <summary>Null where the caller may do this to the named team's things.</summary>
    public Refusal? Refuses(Permission permission, int team, string teamName) => May(permission, team)
        ? null
        : new(RefusalKind.Forbidden, "not-your-team", Permissions.Of(Role, permission) == Reach.LedTeams
            ? $"Only a lead of team '{teamName}' (or an administrator) may do this."
            : $"Only members of team '{teamName}' (or an administrator) may do this.");
}

internal static class CallerAccess
{
    private static readonly object Key = typeof(Caller);

    public static Caller Caller(this HttpContext context) => context.Items.TryGetValue(Key, out var caller) ? (Caller)caller! : Access.Caller.Nobody;

    public static void SetCaller(this HttpContext context, Caller caller) => context.Items[Key] = caller;
}
