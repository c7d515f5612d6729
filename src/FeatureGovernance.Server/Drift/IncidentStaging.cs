using System.Security.Cryptography;
using System.Text;
using FeatureGovernance.Contracts.Drift;
using FeatureGovernance.Core;
using FeatureGovernance.Core.Drift;
using FeatureGovernance.Core.Drift.Profiles;
using FeatureGovernance.Server.Http;
using Npgsql;
using NpgsqlTypes;

namespace FeatureGovernance.Server.Drift;

/// <summary>A found incident with its number.</summary>
internal sealed record StagedIncident(int Id, FoundIncidents Found, FoundIncident Incident, DateTime Start, DateTime End, Severity Severity);

/// <summary>What is kept of a verdict.</summary>
internal sealed record StoredVerdict(
    IReadOnlyDictionary<string, double> Causes, IReadOnlyDictionary<string, double> Faults, IReadOnlyList<IncidentEvidence> Evidence)
{
    public static StoredVerdict Of(Verdict verdict) => new(
        verdict.Causes.OrderByDescending(cause => cause.Value).ToDictionary(cause => Words.Of(cause.Key), cause => Math.Round(cause.Value, 4)),
        verdict.Faults.OrderByDescending(fault => fault.Value).ToDictionary(fault => Words.Of(fault.Key), fault => Math.Round(fault.Value, 4)),
        [.. verdict.Evidence.Select(evidence => new IncidentEvidence(evidence.Words, Points(evidence)))]);

    private static Dictionary<string, double>? Points(Evidence evidence) => evidence.Points.IsDefaultOrEmpty
        ? null
        : evidence.Points.GroupBy(point => point.Explanation.Fault is { } fault ? Words.Of(fault) : Words.Of(point.Explanation.Cause))
            .ToDictionary(group => group.Key, group => Math.Round(group.Sum(point => point.Points), 2));
}

/// <summary>Brings incidents by COPY into two temporary tables.</summary>
internal static class IncidentStaging
{
    private const int MostSignals = 50;

    public static async Task PrepareAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("""
            create temp table staged_incident (id int primary key, length smallint, starts timestamptz, ends timestamptz, last_window timestamptz, ongoing boolean,
                kind smallint, cause smallint, cause_probability float8, fault smallint, score float8, size float8, severity smallint, lead_feature_id int,
                sources text[], segments text[], sites smallint[], verdict json, digest bytea) on commit drop;
            create temp table staged_incident_feature (feature_id int, incident_id int, size float8, damage float8, damage_deviation float8, signals json) on commit drop;
            """, connection);
        await command.ExecuteNonQueryAsync(cancellation);
    }

    public static async Task CopyAsync(NpgsqlConnection connection, IReadOnlyList<StagedIncident> rows, CancellationToken cancellation)
    {
        await using (var copy = await connection.BeginBinaryImportAsync("copy staged_incident from stdin (format binary)", cancellation))
        {
            foreach (var row in rows)
                await WriteAsync(copy, row, cancellation);
            await copy.CompleteAsync(cancellation);
        }

        await using var members = await connection.BeginBinaryImportAsync("copy staged_incident_feature from stdin (format binary)", cancellation);
        foreach (var (row, member) in rows.SelectMany(row => row.Incident.Members.Select(member => (row, member))))
        {
            await members.StartRowAsync(cancellation);
            await members.WriteAsync(member.Feature, NpgsqlDbType.Integer, cancellation);
            await members.WriteAsync(row.Id, NpgsqlDbType.Integer, cancellation);
            await members.WriteAsync(member.Size, NpgsqlDbType.Double, cancellation);
            var (damage, deviation) = ImpactEstimate.DamageOf(member, row.Incident.Verdict);
            await members.WriteAsync(damage, NpgsqlDbType.Double, cancellation);
            await members.WriteAsync(deviation, NpgsqlDbType.Double, cancellation);
            await members.WriteAsync(Json.Text(Signals(row.Found.Grid, member)), NpgsqlDbType.Json, cancellation);
        }

        await members.CompleteAsync(cancellation);
    }

    private static async Task WriteAsync(NpgsqlBinaryImporter copy, StagedIncident row, CancellationToken cancellation)
    {
        var (grid, incident, verdict) = (row.Found.Grid, row.Incident, row.Incident.Verdict);
        var places = incident.Members.SelectMany(member => member.Signals).Select(placed => placed.Key).ToArray();
        await copy.StartRowAsync(cancellation);
        await copy.WriteAsync(row.Id, NpgsqlDbType.Integer, cancellation);
        await copy.WriteAsync((short)grid.Length, NpgsqlDbType.Smallint, cancellation);
        await copy.WriteAsync(row.Start, NpgsqlDbType.TimestampTz, cancellation);
        await copy.WriteAsync(row.End, NpgsqlDbType.TimestampTz, cancellation);
        await copy.WriteAsync(ProfileBlocks.Utc(grid.StartOf(incident.Last)), NpgsqlDbType.TimestampTz, cancellation);
        await copy.WriteAsync(incident.Last == grid.Count - 1, NpgsqlDbType.Boolean, cancellation);
        await copy.WriteAsync((short)incident.Kind, NpgsqlDbType.Smallint, cancellation);
        await copy.WriteAsync((short)verdict.Cause, NpgsqlDbType.Smallint, cancellation);
        await copy.WriteAsync(verdict.Probability, NpgsqlDbType.Double, cancellation);
        if (verdict.Fault is { } fault)
            await copy.WriteAsync((short)fault, NpgsqlDbType.Smallint, cancellation);
        else
            await copy.WriteNullAsync(cancellation);
        await copy.WriteAsync(incident.Score, NpgsqlDbType.Double, cancellation);
        await copy.WriteAsync(incident.Size, NpgsqlDbType.Double, cancellation);
        await copy.WriteAsync((short)row.Severity, NpgsqlDbType.Smallint, cancellation);
        await copy.WriteAsync(incident.Members[0].Feature, NpgsqlDbType.Integer, cancellation);
        string[] sources = [.. incident.Members.Select(member => row.Found.Features[member.Feature].Source).OfType<string>().Distinct()
            .Order(StringComparer.Ordinal)];
        await copy.WriteAsync(sources, NpgsqlDbType.Array | NpgsqlDbType.Text, cancellation);
        string[] segments = [.. places.Select(place => place.Segment).Distinct().Order(StringComparer.Ordinal)];
        await copy.WriteAsync(segments, NpgsqlDbType.Array | NpgsqlDbType.Text, cancellation);
        short[] sites = [.. places.Select(Site).Distinct().Order().Select(site => (short)site)];
        await copy.WriteAsync(sites, NpgsqlDbType.Array | NpgsqlDbType.Smallint, cancellation);
        await copy.WriteAsync(Json.Text(StoredVerdict.Of(verdict)), NpgsqlDbType.Json, cancellation);
        await copy.WriteAsync(Digest(row), NpgsqlDbType.Bytea, cancellation);
    }

    private static ProfileSite Site(SeriesKey key) => key.IsTraining ? ProfileSite.Training : ProfileSite.Serving;

    private static IEnumerable<IncidentSignal> Signals(WindowGrid grid, IncidentMember member) =>
        member.Signals.Take(MostSignals).Select(placed => new IncidentSignal(
        Words.Of(placed.Signal.Symptom), Words.Of(Site(placed.Key)), placed.Key.Segment, ProfileBlocks.Utc(grid.StartOf(placed.Signal.First)),
        ProfileBlocks.Utc(grid.StartOf(placed.Signal.Last + 1)), placed.Signal.PValue, double.IsFinite(placed.Signal.Effect) ? placed.Signal.Effect : 0,
        placed.Signal.Words));

    // P-values move a little whenever others are tested beside them: that is no news of this incident.
    private static byte[] Digest(StagedIncident row)
    {
        var verdict = row.Incident.Verdict;
        var signals = row.Incident.Members.OrderBy(member => member.Feature).Select(member => new
        {
            member.Feature,
            Size = Math.Round(member.Size, 2),
            Seen = member.Signals.Select(placed => $"{placed.Signal.Symptom} {Site(placed.Key)} {placed.Key.Segment}").Distinct().Order(StringComparer.Ordinal),
        });
        var text = Json.Text(new
        {
            row.Start, row.End, Ongoing = row.Incident.Last == row.Found.Grid.Count - 1, row.Severity, row.Incident.Kind, verdict.Cause, verdict.Fault,
            Probability = Math.Round(verdict.Probability, 2), signals,
        });
        return SHA256.HashData(Encoding.UTF8.GetBytes(text));
    }
}
