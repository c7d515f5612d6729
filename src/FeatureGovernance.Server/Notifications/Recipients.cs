using FeatureGovernance.Core.Notifications;
using FeatureGovernance.Server.Access;
using Npgsql;

namespace FeatureGovernance.Server.Notifications;

/// <summary>Finds, for a whole batch of notices in a few queries, the people and teams that they name.</summary>
internal sealed class Recipients
{
    private readonly Dictionary<string, int> people = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> teams = new(StringComparer.Ordinal);
    private readonly Dictionary<int, int> teamOfModel = [];
    private ILookup<string, int> holders = Array.Empty<int>().ToLookup(_ => "");
    private ILookup<int, int> readers = Array.Empty<int>().ToLookup(id => id);
    private ILookup<int, (int Person, bool IsLead)> members = Array.Empty<int>().ToLookup(id => id, _ => (0, false));

    public static async Task<Recipients> LoadAsync(NpgsqlConnection connection, IEnumerable<Addressee> named,
        CancellationToken cancellation)
    {
        var all = named.Distinct().ToList();
        var found = new Recipients();
        await ReadAsync(connection, "select handle, id from registry.person where handle = any($1)",
            Sought(all.OfType<Addressee.Person>().Select(one => one.Handle)), reader =>
                found.people[reader.GetString(0)] = reader.GetInt32(1), cancellation);
        // A proposal calls a team by the name it then had.
        await ReadAsync(connection, """
            select slug, id from registry.team where slug = any($1)
            union all
            select distinct r.team, r.team_id from lifecycle.proposal_reviewer r
            where r.team = any($1) and not exists (select from registry.team t where t.slug = r.team)
            """,
            Sought(all.OfType<Addressee.Team>().Select(one => one.Slug)), reader =>
                found.teams.TryAdd(reader.GetString(0), reader.GetInt32(1)), cancellation);
        await ReadAsync(connection, "select id, team_id from registry.model where id = any($1)",
            all.OfType<Addressee.TeamOfModel>().Select(one => one.Model).ToArray(), reader =>
                found.teamOfModel[reader.GetInt32(0)] = reader.GetInt32(1), cancellation);
        var reads = new List<(int Feature, int Team)>();
        await ReadAsync(connection, """
            select distinct e.feature_id, m.team_id from registry.manifest_entry e join registry.model m on m.live_version_id = e.model_version_id
            where e.feature_id = any($1)
            """,
            all.OfType<Addressee.ReadersOf>().Select(one => one.Feature).ToArray(), reader =>
                reads.Add((reader.GetInt32(0), reader.GetInt32(1))), cancellation);
        found.readers = reads.ToLookup(one => one.Feature, one => one.Team);

        var held = new List<(short Role, int Person)>();
        await ReadAsync(connection, """
            select distinct role, person_id from access.token
            where role = any($1) and person_id is not null and revoked_at is null and (expires_at is null or expires_at > now())
            """,
            Roles(all).Select(role => (short)role).ToArray(), reader => held.Add((reader.GetInt16(0), reader.GetInt32(1))), cancellation);
        found.holders = held.ToLookup(one => ((Role)one.Role).ToString(), one => one.Person, StringComparer.OrdinalIgnoreCase);

        var belonging = new List<(int Team, int Person, bool IsLead)>();
        await ReadAsync(connection, "select team_id, person_id, is_lead from registry.team_member where team_id = any($1)",
            found.teams.Values.Concat(found.teamOfModel.Values).Concat(reads.Select(one => one.Team)).Distinct().ToArray(),
            reader => belonging.Add((reader.GetInt32(0), reader.GetInt32(1), reader.GetBoolean(2))), cancellation);
        found.members = belonging.ToLookup(one => one.Team, one => (one.Person, one.IsLead));
        await ReadAsync(connection, "select handle, id from registry.person where id = any($1)",
            belonging.Select(one => one.Person).Concat(held.Select(one => one.Person)).Distinct().ToArray(),
            reader => found.people[reader.GetString(0)] = reader.GetInt32(1), cancellation);
        return found;
    }

    /// <summary>
    /// Everyone of the addressees, once: teams for the sake of their channels, and people. Who did it need not be told that he did,
    /// unless the event names him.
    /// </summary>
    public IEnumerable<(int? Person, int? Team)> Of(IReadOnlyCollection<Addressee> to, string actor)
    {
        var told = new HashSet<int>();
        var channels = new HashSet<int>();
        foreach (var addressee in to)
        {
            switch (addressee)
            {
                case Addressee.Person person when people.TryGetValue(person.Handle, out var id):
                    told.Add(id);
                    break;
                case Addressee.Team team when teams.TryGetValue(team.Slug, out var id):
                    Add(id, team.LeadsOnly);
                    break;
                case Addressee.ReadersOf feature:
                    foreach (var id in readers[feature.Feature])
                        Add(id, leadsOnly: false);
                    break;
                case Addressee.HoldersOf role:
                    told.UnionWith(holders[role.Role]);
                    break;
                case Addressee.TeamOfModel model when teamOfModel.TryGetValue(model.Model, out var id):
                    Add(id, leadsOnly: false);
                    break;
            }
        }

        if (people.TryGetValue(actor, out var self) && !to.Contains(new Addressee.Person(actor, Named: true)))
            told.Remove(self);
        return told.Select(id => ((int?)id, (int?)null)).Concat(channels.Select(id => ((int?)null, (int?)id)));

        void Add(int team, bool leadsOnly)
        {
            channels.Add(team);
            told.UnionWith(members[team].Where(member => member.IsLead || !leadsOnly).Select(member => member.Person));
        }
    }

    // What is not a name anywhere need not be looked for; a NUL would even be refused.
    private static IEnumerable<Role> Roles(IEnumerable<Addressee> named) => named.OfType<Addressee.HoldersOf>()
        .Select(one => Enum.TryParse<Role>(one.Role, ignoreCase: true, out var role) ? role : (Role?)null).OfType<Role>().Distinct();

    private static string[] Sought(IEnumerable<string> names) => [.. names.Where(Http.FieldFaults.IsSlug).Distinct()];

    private static async Task ReadAsync<T>(NpgsqlConnection connection, string sql, T[] sought, Action<NpgsqlDataReader> keep,
        CancellationToken cancellation)
    {
        if (sought.Length == 0)
            return;
        await using var command = new NpgsqlCommand(sql, connection);
        command.Parameters.Add(new() { Value = sought });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
            keep(reader);
    }
}
