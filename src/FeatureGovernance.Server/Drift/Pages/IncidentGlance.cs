using FeatureGovernance.Core;
using FeatureGovernance.Core.Drift;
using FeatureGovernance.Core.Drift.Profiles;
using FeatureGovernance.Statistics.Inference;
using Npgsql;

namespace FeatureGovernance.Server.Drift.Pages;

/// <summary>An incident as other pages tell of it.</summary>
/// <param name="Loss">The expected loss, as a part of all value or of one model's; null where no share is known.</param>
/// <param name="Lower">Its 10th percentile, of one model.</param>
/// <param name="Upper">Its 90th percentile, of one model.</param>
public sealed record IncidentGlance(
    int Id, string Feature, int Features, string Kind, string? Fault, string Severity, string Status, DateTimeOffset Start, bool Ongoing,
    double? Loss, double? Lower = null, double? Upper = null);

internal static class IncidentGlances
{
    private const string Columns = """
        i.id, f.key, (select count(*) from drift.incident_feature x where x.incident_id = i.id)::int, i.kind, i.fault, i.severity, i.status, i.starts, i.ongoing
        """;

    /// <summary>Incidents that nobody has closed, the most serious first.</summary>
    /// <param name="teams">Of features or models of these teams; null for any.</param>
    public static Task<List<IncidentGlance>> ActiveAsync(NpgsqlConnection connection, int[]? teams, int most, CancellationToken cancellation) => ReadAsync(connection, $"""
        select {Columns}, i.loss, null::float8
        from drift.incident i join registry.feature f on f.id = i.lead_feature_id
        where i.status in (0, 1, 2) and not (i.status = 2 and i.snoozed_until > now()) and ($1::int[] is null or f.team_id = any($1)
            or exists (select from drift.impact p join registry.model m on m.id = p.model_id where p.incident_id = i.id and m.team_id = any($1)))
        order by i.severity desc, coalesce(i.loss, 0) desc, i.id desc limit $2
        """, teams, most, cancellation);

    /// <summary>Incidents that hurt a model, those that nobody has closed first, then the newest.</summary>
    public static Task<List<IncidentGlance>> OfModelAsync(NpgsqlConnection connection, int model, int most, CancellationToken cancellation) => ReadAsync(connection, $"""
        select {Columns}, p.loss, p.loss_deviation
        from drift.impact p join drift.incident i on i.id = p.incident_id join registry.feature f on f.id = i.lead_feature_id
        where p.model_id = $1 order by i.status < 3 desc, i.id desc limit $2
        """, model, most, cancellation);

    private static async Task<List<IncidentGlance>> ReadAsync(NpgsqlConnection connection, string query, object? of, int most, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(query, connection);
        command.Parameters.Add(new() { Value = of ?? DBNull.Value });
        command.Parameters.Add(new() { Value = most });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var found = new List<IncidentGlance>();
        while (await reader.ReadAsync(cancellation))
        {
            var loss = reader.IsDBNull(9) ? null : (double?)reader.GetDouble(9);
            var between = loss is { } middle && !reader.IsDBNull(10) ? ImpactEstimate.Interval(middle,
                reader.GetDouble(10)) : ((double Lower, double Upper)?)null;
            found.Add(new(reader.GetInt32(0), reader.GetString(1), reader.GetInt32(2), Words.Of((ChangeKind)reader.GetInt16(3)),
                reader.IsDBNull(4) ? null : Words.Of((Fault)reader.GetInt16(4)), Words.Of((Severity)reader.GetInt16(5)),
                Words.Of((IncidentStatus)reader.GetInt16(6)),
                reader.GetFieldValue<DateTimeOffset>(7), reader.GetBoolean(8), loss, between?.Lower, between?.Upper));
        }

        return found;
    }
}
