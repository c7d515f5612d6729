using FeatureGovernance.Core;
using FeatureGovernance.Server.Access;
using FeatureGovernance.Server.Http;
using Npgsql;
using NpgsqlTypes;

namespace FeatureGovernance.Server.Notifications;

/// <summary>Whose channel or notice it is: a person's or a team's; one of the numbers is null.</summary>
internal sealed record NoticeOwner(int? PersonId, int? TeamId, string Name)
{
    public string? Person => PersonId is null ? null : Name;

    public string? Team => TeamId is null ? null : Name;

    public int Id => PersonId ?? TeamId!.Value;

    public string Words => PersonId is null ? $"team {Name}" : $"person {Name}";

    public NpgsqlParameter[] Parameters => [Number(PersonId), Number(TeamId)];

    /// <summary>
    /// The person or team that a request is about; where it names none, the caller himself. A person's things are his own and the
    /// administrator's; a team's are its leads' to manage, and its members' to see.
    /// </summary>
    public static async Task<(NoticeOwner? Owner, Refusal? Refusal)> ResolveAsync(
        NpgsqlConnection connection, Caller caller, string? person, string? team, bool toSee, CancellationToken cancellation)
    {
        if (person is not null && team is not null)
            return (null, Problems.Malformed("team", "A person and a team are both named.", "Name one of them."));
        if (team is not null)
        {
            if (await FindAsync(connection, "select id from registry.team where slug = $1", team, cancellation) is not { } id)
                return (null, Problems.NotFound("team", FieldFaults.Printable(team)));
            var seen = toSee && caller.MemberOf.Contains(id);
            return seen || caller.Refuses(Permission.ManageNotices, id, team) is not { } notYours
                ? (new(null, id, team), null)
                : (null, notYours);
        }

        if (person is null || person == caller.Actor)
        {
            return caller.PersonId is { } self
                ? (new(self, null, caller.Actor), null)
                : (null, new(RefusalKind.BrokenRule, "no-person",
                    "This token belongs to no person; use a person's token, or name a person or a team."));
        }

        if (!caller.IsAdmin)
            return (null, new(RefusalKind.Forbidden, "not-yours", "Only the person himself (or an administrator) may do this."));
        return await FindAsync(connection, "select id from registry.person where handle = $1", person, cancellation) is { } known
            ? (new(known, null, person), null)
            : (null, Problems.NotFound("person", FieldFaults.Printable(person)));
    }

    /// <summary>Null where the caller may manage this owner's channels.</summary>
    public Refusal? Refuses(Caller caller)
    {
        if (TeamId is { } team)
            return caller.Refuses(Permission.ManageNotices, team, Name);
        return caller.IsAdmin || caller.PersonId == PersonId
            ? null
            : new(RefusalKind.Forbidden, "not-yours", "Only the person himself (or an administrator) may do this.");
    }

    public static NpgsqlParameter Number(int? value) => new() { Value = (object?)value ?? DBNull.Value,
        NpgsqlDbType = NpgsqlDbType.Integer };

    private static async Task<int?> FindAsync(NpgsqlConnection connection, string sql, string name, CancellationToken cancellation)
    {
        // No name that holds a NUL was ever registered, and PostgreSQL would not even look for one.
        if (!FieldFaults.IsSlug(name))
            return null;
        await using var command = new NpgsqlCommand(sql, connection);
        command.Parameters.Add(new() { Value = name });
        return (int?)await command.ExecuteScalarAsync(cancellation);
    }
}
