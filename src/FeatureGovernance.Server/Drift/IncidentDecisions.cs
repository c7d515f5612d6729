using FeatureGovernance.Core;
using FeatureGovernance.Core.Drift.Profiles;
using FeatureGovernance.Server.Access;
using FeatureGovernance.Server.Audit;
using FeatureGovernance.Server.Http;
using FeatureGovernance.Server.Storage;
using Npgsql;

namespace FeatureGovernance.Server.Drift;

/// <summary>Takes decisions on incidents, for the API and for pages.</summary>
internal static class IncidentDecisions
{
    /// <summary>Changes an incident's status within the write; says why not where it may not.</summary>
    /// <param name="precondition">From the present revision to a refusal where the caller has read another; see <see cref="ETags"/>.</param>
    public static async Task<Refusal?> DecideAsync(
        WriteTransaction write, Caller caller, int id, IncidentStatus wanted, DateTimeOffset? until, string? reason,
        Func<int?, Refusal?> precondition, CancellationToken cancellation)
    {
        if (await LockAsync(write.Connection, id, write.Now, cancellation) is not { } present)
            return IncidentEndpoints.Unknown(id);
        if (caller.Refuses(Permission.HandleIncidents, present.Team, present.TeamName) is { } notYours)
            return notYours;
        if (precondition(present.Revision) is { } stale)
            return stale;
        if (IncidentHandling.Refuses(present.Status, wanted, until, reason, write.Now) is { } refusal)
            return refusal;

        await using (var update = new NpgsqlCommand("""
            update drift.incident set status = $2, snoozed_until = $3, reason = $4, decided_by = $5, decided_at = $6, updated_at = $6, revision = revision + 1
            where id = $1
            """, write.Connection))
        {
            update.Parameters.Add(new() { Value = id });
            update.Parameters.Add(new() { Value = (short)wanted });
            update.Parameters.Add(new() { Value = (object?)until?.ToUniversalTime() ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.TimestampTz });
            update.Parameters.Add(new() { Value = (object?)reason ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text });
            update.Parameters.Add(new() { Value = write.Origin.Actor });
            update.Parameters.Add(new() { Value = write.Now });
            await update.ExecuteNonQueryAsync(cancellation);
        }

        await ExpectedChanges.SetAsync(write.Connection, id, present.Team, wanted == IncidentStatus.Expected, cancellation);
        write.Record(NewEvent.Of<object>(
            $"incident.{Words.Of(wanted)}", "incident", id, $"incident {id}",
            new { Status = Words.Of(present.Status), present.Until }, new { Status = Words.Of(wanted), Until = until, present.Feature }, reason));
        return null;
    }

    private static async Task<Present?> LockAsync(NpgsqlConnection connection, int id, DateTimeOffset now, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("""
            select case when i.status = 2 and i.snoozed_until <= $2 then 0 else i.status end, i.snoozed_until, i.revision, f.team_id, t.slug, f.key
            from drift.incident i join registry.feature f on f.id = i.lead_feature_id join registry.team t on t.id = f.team_id
            where i.id = $1 for update of i
            """, connection);
        command.Parameters.Add(new() { Value = id });
        command.Parameters.Add(new() { Value = now });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        return await reader.ReadAsync(cancellation)
            ? new((IncidentStatus)reader.GetInt32(0), reader.IsDBNull(1) ? null : reader.GetFieldValue<DateTimeOffset>(1), reader.GetInt32(2),
                reader.GetInt32(3), reader.GetString(4), reader.GetString(5))
            : null;
    }

    private sealed record Present(IncidentStatus Status, DateTimeOffset? Until, int Revision, int Team, string TeamName, string Feature);
}
