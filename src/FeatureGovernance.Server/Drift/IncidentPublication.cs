using FeatureGovernance.Core.Drift;
using FeatureGovernance.Core.Drift.Profiles;
using FeatureGovernance.Server.Audit;
using FeatureGovernance.Server.Storage;
using Npgsql;

namespace FeatureGovernance.Server.Drift;

/// <summary>
/// Brings what a run found into the table of incidents: known incidents are updated, new ones added, and those that nobody touched and that
/// are found no longer, or are long over, are closed. The caller's transaction holds it all.
/// </summary>
internal static class IncidentPublication
{
    public static async Task ExecuteAsync(
        WriteTransaction write, int run, IReadOnlyList<FoundIncidents> found, Dictionary<string, long> counts, CancellationToken cancellation)
    {
        await IncidentStaging.PrepareAsync(write.Connection, cancellation);
        var read = await ReadFeaturesAsync(write.Connection,
            [.. found.SelectMany(f => f.Incidents).SelectMany(i => i.Members).Select(m => m.Feature).Distinct()], cancellation);
        foreach (var one in found)
            await StageAsync(write, one, read, cancellation);
        var changes = await MergeAsync(write, run, cancellation);
        changes.AddRange(await ReopenAsync(write, run, cancellation));
        changes.AddRange(await CloseAsync(write, run, found, cancellation));
        await ImpactPublication.ExecuteAsync(write.Connection, write.Now, cancellation);
        counts["facts"] = await MeasuredFacts.WriteAsync(write.Connection, write.Now, cancellation);
        foreach (var kind in (ReadOnlySpan<string>)["found", "changed", "reopened", "closed"])
            counts[kind] = changes.Count(change => change.Kind == kind);
        foreach (var change in changes.Where(change => change.Kind != "changed"))
            write.Record(NewEvent.Of<object>($"incident.{change.Kind}", "incident", change.Id, $"incident {change.Id}", null,
                new { change.Feature, Run = run }, change.Reason));
        await SeriousIncidents.AnnounceAsync(write, cancellation);
        // The run itself keeps its counts; an event tells that something is other than before.
        if (changes.Count > 0 || counts["facts"] > 0)
            write.Record(NewEvent.Of<object>("drift.finished", "drift-run", run, $"{run}", null, new { counts }));
    }

    private static async Task StageAsync(WriteTransaction write, FoundIncidents found, HashSet<int> read, CancellationToken cancellation)
    {
        var known = await KnownAsync(write, found, cancellation);
        var matches = IncidentIdentity.Match(
            known,
            [.. found.Incidents.Select((incident, i) => new KnownIncident(
                i, Start(found, incident), End(found, incident), incident.Verdict.Cause, incident.Verdict.Fault,
                [.. incident.Members.Select(member => member.Feature)]))],
            ProfileDetector.SpanOf(found.Grid.Length));
        var fresh = await NumbersAsync(write.Connection, matches.Count(match => match is null), cancellation);
        var rows = found.Incidents.Select((incident, i) => new StagedIncident(
            matches[i] ?? fresh.Dequeue(), found, incident, Start(found, incident), End(found, incident),
            incident.SeverityOf(incident.Members.Any(member => read.Contains(member.Feature)))));
        await IncidentStaging.CopyAsync(write.Connection, [.. rows], cancellation);
    }

    private static DateTime Start(FoundIncidents found, FoundIncident incident) => ProfileBlocks.Utc(found.Grid.StartOf(incident.First));

    private static DateTime End(FoundIncidents found, FoundIncident incident) => ProfileBlocks.Utc(found.Grid.StartOf(incident.Last + 1));

    private static async Task<List<KnownIncident>> KnownAsync(WriteTransaction write, FoundIncidents found, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("""
            select i.id, i.starts, i.ends, i.cause, i.fault, array(select feature_id from drift.incident_feature f where f.incident_id = i.id)
            from drift.incident i where i.length = $1 and i.ends > $2 order by i.id for update
            """, write.Connection);
        command.Parameters.Add(new() { Value = (short)found.Grid.Length });
        command.Parameters.Add(new() { Value = ProfileBlocks.Utc(found.Horizon) });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var known = new List<KnownIncident>();
        while (await reader.ReadAsync(cancellation))
        {
            known.Add(new(
                reader.GetInt32(0), reader.GetDateTime(1), reader.GetDateTime(2), (Cause)reader.GetInt16(3),
                reader.IsDBNull(4) ? null : (Fault)reader.GetInt16(4),
                [.. reader.GetFieldValue<int[]>(5)]));
        }

        return known;
    }

    private static async Task<HashSet<int>> ReadFeaturesAsync(NpgsqlConnection connection, int[] features, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("""
            select distinct e.feature_id from registry.manifest_entry e join registry.model m on m.live_version_id = e.model_version_id where e.feature_id = any($1)
            """, connection);
        command.Parameters.Add(new() { Value = features });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var read = new HashSet<int>();
        while (await reader.ReadAsync(cancellation))
            read.Add(reader.GetInt32(0));
        return read;
    }

    private static async Task<Queue<int>> NumbersAsync(NpgsqlConnection connection, int count, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("select nextval('drift.incident_id')::int from generate_series(1, $1)", connection);
        command.Parameters.Add(new() { Value = count });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var numbers = new Queue<int>();
        while (await reader.ReadAsync(cancellation))
            numbers.Enqueue(reader.GetInt32(0));
        return numbers;
    }

    private static Task<List<IncidentChange>> MergeAsync(WriteTransaction write, int run, CancellationToken cancellation) => ChangesAsync(write, """
        with changed as (
            insert into drift.incident as i (id, length, starts, ends, ongoing, kind, cause, cause_probability, fault, score, size, severity,
                   lead_feature_id, sources, segments, sites, verdict, digest, found_at, updated_at, run_id)
            select id, length, starts, ends, ongoing, kind, cause, cause_probability, fault, score, size, severity,
                   lead_feature_id, sources, segments, sites, verdict, digest, $1, $1, $2
            from staged_incident
            on conflict (id) do update set
                starts = excluded.starts, ends = excluded.ends, ongoing = excluded.ongoing, kind = excluded.kind, cause = excluded.cause,
                cause_probability = excluded.cause_probability, fault = excluded.fault, score = excluded.score, size = excluded.size,
                severity = excluded.severity, lead_feature_id = excluded.lead_feature_id, sources = excluded.sources, segments = excluded.segments,
                sites = excluded.sites, verdict = excluded.verdict, digest = excluded.digest, updated_at = excluded.updated_at, run_id = excluded.run_id,
                revision = i.revision + 1
            where i.digest <> excluded.digest
            returning i.id, i.revision, i.lead_feature_id),
        dropped as (
            delete from drift.incident_feature f using changed c where f.incident_id = c.id and not exists (
                select from staged_incident_feature s where s.incident_id = f.incident_id and s.feature_id = f.feature_id)),
        members as (
            insert into drift.incident_feature (feature_id, incident_id, size, damage, damage_deviation, signals)
            select s.feature_id, s.incident_id, s.size, s.damage, s.damage_deviation, s.signals from staged_incident_feature s join changed c on c.id = s.incident_id
            on conflict (feature_id, incident_id) do update set size = excluded.size, damage = excluded.damage, damage_deviation = excluded.damage_deviation, signals = excluded.signals)
        select c.id, case when c.revision = 1 then 'found' else 'changed' end, f.key, null::text
        from changed c join registry.feature f on f.id = c.lead_feature_id order by c.id
        """, [write.Now, run], cancellation);

    // What was resolved and goes on into windows that began after that is open again; what is expected stays so.
    private static Task<List<IncidentChange>> ReopenAsync(WriteTransaction write, int run, CancellationToken cancellation) => ChangesAsync(write, """
        update drift.incident i set status = 0, reason = 'It goes on.', decided_by = null, decided_at = $1, updated_at = $1, revision = i.revision + 1, run_id = $2
        from staged_incident s, registry.feature f
        where s.id = i.id and f.id = i.lead_feature_id and i.status = 3 and s.last_window > i.decided_at
        returning i.id, 'reopened', f.key, i.reason
        """, [write.Now, run], cancellation);

    private static async Task<List<IncidentChange>> CloseAsync(
        WriteTransaction write, int run, IReadOnlyList<FoundIncidents> found, CancellationToken cancellation)
    {
        var changes = new List<IncidentChange>();
        foreach (var one in found)
        {
            changes.AddRange(await ChangesAsync(write, """
                update drift.incident i set status = 3, ongoing = false, decided_at = $1, updated_at = $1, revision = i.revision + 1, run_id = $2,
                       reason = case when i.ends <= $5 then 'Over for two weeks.' else 'Found no longer: data that came later explain it.' end
                from registry.feature f
                where f.id = i.lead_feature_id and i.length = $3 and i.status = 0 and i.decided_by is null
                  and (i.ends <= $5 or (i.ends > $4 and not exists (select from staged_incident s where s.id = i.id)))
                returning i.id, 'closed', f.key, i.reason
                """,
                [write.Now, run, (short)one.Grid.Length, ProfileBlocks.Utc(one.Horizon), write.Now - IncidentHandling.OverAfter], cancellation));
        }

        return changes;
    }

    private static async Task<List<IncidentChange>> ChangesAsync(WriteTransaction write, string sql, object[] arguments, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, write.Connection) { CommandTimeout = 0 };
        foreach (var argument in arguments)
            command.Parameters.Add(new() { Value = argument });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var changes = new List<IncidentChange>();
        while (await reader.ReadAsync(cancellation))
            changes.Add(new(reader.GetInt32(0), reader.GetString(1), reader.GetString(2), reader.IsDBNull(3) ? null : reader.GetString(3)));
        return changes;
    }
}

/// <summary>What a run did to an incident: found, changed, reopened or closed it.</summary>
internal sealed record IncidentChange(int Id, string Kind, string Feature, string? Reason);
