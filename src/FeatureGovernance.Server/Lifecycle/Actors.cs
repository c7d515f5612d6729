using System.Collections.Immutable;
using FeatureGovernance.Core.Lifecycle;
using FeatureGovernance.Server.Access;
using Npgsql;

namespace FeatureGovernance.Server.Lifecycle;

/// <summary>The caller as the rules see him: teams by name, and only so far as his role reaches.</summary>
internal static class Actors
{
    public static async Task<Actor> ActorAsync(this HttpContext context, NpgsqlConnection connection, CancellationToken cancellation)
    {
        var caller = context.Caller();
        await using var command = new NpgsqlCommand("select id, slug from registry.team where id = any($1)", connection);
        command.Parameters.Add(new() { Value = caller.MemberOf.ToArray() });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var leads = ImmutableHashSet.CreateBuilder<string>(StringComparer.Ordinal);
        var teams = ImmutableHashSet.CreateBuilder<string>(StringComparer.Ordinal);
        while (await reader.ReadAsync(cancellation))
        {
            // A lead who signs in as an engineer acts as one.
            if (caller.Role is Role.Lead or Role.Admin && caller.LeadOf.Contains(reader.GetInt32(0)))
                leads.Add(reader.GetString(1));
            if (caller.Role is Role.Engineer or Role.Lead or Role.Admin)
                teams.Add(reader.GetString(1));
        }

        return new(caller.Actor, leads.ToImmutable(), teams.ToImmutable(), caller.IsAdmin);
    }

    /// <summary>A person other than the caller, with the teams he leads himself; null where nobody is known by that handle.</summary>
    public static async Task<Actor?> PersonAsync(NpgsqlConnection connection, string handle, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("""
            select array(select t.slug from registry.team_member m join registry.team t on t.id = m.team_id where m.person_id = p.id and m.is_lead)
            from registry.person p where p.handle = $1
            """, connection);
        command.Parameters.Add(new() { Value = handle });
        return await command.ExecuteScalarAsync(cancellation) is string[] leads ? new(handle, [.. leads], []) : null;
    }
}
