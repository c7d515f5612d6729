using System.Collections.Frozen;

namespace FeatureGovernance.Server.Access;

internal enum Role
{
    Viewer,
    Engineer,
    Lead,
    Planner,
    Ci,
    Ingest,
    Admin,
}

internal enum Permission
{
    Read,
    ManageTeams,
    RegisterFeatures,
    RegisterModels,
    RequestAdoption,
    DecideAdoption,
    MoveStage,
    ProposeDeprecation,
    ReviewDeprecation,
    ReadBrownouts,
    CheckAdoption,
    IngestTelemetry,
    RunScoring,
    ImportRegistry,
    ReadAudit,
    ManageTokens,
    ManageStandards,
    PlanCapacity,
    ReportCapacity,
    ManageNotices,
    Comment,
    HandleIncidents,
}

/// <summary>How far a permission reaches.</summary>
internal enum Reach
{
    None,

    /// <summary>Things of teams the caller belongs to.</summary>
    MemberTeams,

    /// <summary>Things of teams the caller leads.</summary>
    LedTeams,

    Everything,
}

/// <summary>Who may do what: the one table from which every endpoint is guarded.</summary>
internal static class Permissions
{
    private static readonly FrozenDictionary<(Role, Permission), Reach> Table = new Dictionary<(Role, Permission), Reach>
    {
        [(Role.Viewer, Permission.Read)] = Reach.Everything,
        [(Role.Viewer, Permission.ReadBrownouts)] = Reach.Everything,
        [(Role.Viewer, Permission.Comment)] = Reach.Everything,
        [(Role.Viewer, Permission.ManageNotices)] = Reach.LedTeams,
        [(Role.Viewer, Permission.CheckAdoption)] = Reach.Everything,

        [(Role.Engineer, Permission.Read)] = Reach.Everything,
        [(Role.Engineer, Permission.ReadBrownouts)] = Reach.Everything,
        [(Role.Engineer, Permission.Comment)] = Reach.Everything,
        [(Role.Engineer, Permission.ManageNotices)] = Reach.LedTeams,
        [(Role.Engineer, Permission.CheckAdoption)] = Reach.Everything,
        [(Role.Engineer, Permission.RegisterFeatures)] = Reach.MemberTeams,
        [(Role.Engineer, Permission.RegisterModels)] = Reach.MemberTeams,
        [(Role.Engineer, Permission.RequestAdoption)] = Reach.MemberTeams,
        [(Role.Engineer, Permission.MoveStage)] = Reach.MemberTeams,
        [(Role.Engineer, Permission.ProposeDeprecation)] = Reach.MemberTeams,
        [(Role.Engineer, Permission.HandleIncidents)] = Reach.MemberTeams,

        [(Role.Lead, Permission.Read)] = Reach.Everything,
        [(Role.Lead, Permission.ReadBrownouts)] = Reach.Everything,
        [(Role.Lead, Permission.Comment)] = Reach.Everything,
        [(Role.Lead, Permission.ManageNotices)] = Reach.LedTeams,
        [(Role.Lead, Permission.CheckAdoption)] = Reach.Everything,
        [(Role.Lead, Permission.ManageTeams)] = Reach.LedTeams,
        [(Role.Lead, Permission.RegisterFeatures)] = Reach.MemberTeams,
        [(Role.Lead, Permission.RegisterModels)] = Reach.MemberTeams,
        [(Role.Lead, Permission.RequestAdoption)] = Reach.MemberTeams,
        [(Role.Lead, Permission.DecideAdoption)] = Reach.LedTeams,
        [(Role.Lead, Permission.MoveStage)] = Reach.MemberTeams,
        [(Role.Lead, Permission.ProposeDeprecation)] = Reach.MemberTeams,
        [(Role.Lead, Permission.HandleIncidents)] = Reach.MemberTeams,
        [(Role.Lead, Permission.ReviewDeprecation)] = Reach.LedTeams,
        [(Role.Lead, Permission.RunScoring)] = Reach.Everything,
        [(Role.Lead, Permission.ImportRegistry)] = Reach.LedTeams,
        [(Role.Lead, Permission.ReadAudit)] = Reach.Everything,
        [(Role.Lead, Permission.ManageStandards)] = Reach.LedTeams,

        [(Role.Planner, Permission.Read)] = Reach.Everything,
        [(Role.Planner, Permission.ReadBrownouts)] = Reach.Everything,
        [(Role.Planner, Permission.Comment)] = Reach.Everything,
        [(Role.Planner, Permission.ManageNotices)] = Reach.LedTeams,
        [(Role.Planner, Permission.RunScoring)] = Reach.Everything,
        [(Role.Planner, Permission.PlanCapacity)] = Reach.Everything,
        [(Role.Planner, Permission.ReportCapacity)] = Reach.Everything,
        [(Role.Planner, Permission.ReadAudit)] = Reach.Everything,

        [(Role.Ci, Permission.CheckAdoption)] = Reach.Everything,
        [(Role.Ci, Permission.ReadBrownouts)] = Reach.Everything,

        [(Role.Ingest, Permission.IngestTelemetry)] = Reach.Everything,
        [(Role.Ingest, Permission.ReportCapacity)] = Reach.Everything,
    }.ToFrozenDictionary();

    public static Reach Of(Role role, Permission permission) =>
        role == Role.Admin ? Reach.Everything : Table.GetValueOrDefault((role, permission));
}
