using FeatureGovernance.Server.Lifecycle;
using FeatureGovernance.Server.Storage;
using Npgsql;

namespace FeatureGovernance.Server.Drift;

/// <summary>Tells the owners of features, and the teams whose models read them, of incidents that are or have become serious; once each.</summary>
internal static class SeriousIncidents
{
    private const int MostFeatures = 20;

    /// <summary>Features that an open serious incident casts doubt on, as a condition on <c>f.id</c>.</summary>
    public const string IsDoubted = """
        exists (select from drift.incident_feature x join drift.incident i on i.id = x.incident_id
                where x.feature_id = f.id and i.severity = 2 and i.status in (0, 1, 2))
        """;

    public static async Task AnnounceAsync(WriteTransaction write, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("""
            with fresh as (
                update drift.incident set announced = true where severity = 2 and status in (0, 1) and not announced
                returning id, starts, cause, fault, cause_probability, lead_feature_id, verdict)
            select i.id, lead.key, i.verdict -> 'evidence' -> 0 ->> 'words', i.starts,
                   array(select f.key from drift.incident_feature x join registry.feature f on f.id = x.feature_id where x.incident_id = i.id order by x.size desc, f.key limit $1),
                   array(select t.slug from drift.incident_feature x join registry.feature f on f.id = x.feature_id join registry.team t on t.id = f.team_id where x.incident_id = i.id
                         union select t.slug from drift.impact p join registry.model m on m.id = p.model_id join registry.team t on t.id = m.team_id where p.incident_id = i.id),
                   array(select m.name from drift.impact p join registry.model m on m.id = p.model_id where p.incident_id = i.id
                         order by p.weight * p.loss desc nulls last, m.name limit $1)
            from fresh i join registry.feature lead on lead.id = i.lead_feature_id order by i.id
            """, write.Connection);
        command.Parameters.Add(new() { Value = MostFeatures });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            var (id, feature) = (reader.GetInt32(0), reader.GetString(1));
            write.Announce(
                "incident.serious", new("incident", id, $"incident {id}"), Recipients.OfTeams(reader.GetFieldValue<string[]>(5)),
                new { Features = reader.GetFieldValue<string[]>(4), Models = reader.GetFieldValue<string[]>(6), Start = reader.GetFieldValue<DateTimeOffset>(3) },
                reader.IsDBNull(2) ? $"The values of {feature} changed." : reader.GetString(2));
        }
    }
}
