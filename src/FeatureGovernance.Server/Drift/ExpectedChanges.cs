using FeatureGovernance.Contracts.Drift;
using FeatureGovernance.Core;
using FeatureGovernance.Core.Drift;
using FeatureGovernance.Core.Drift.Profiles;
using FeatureGovernance.Server.Http;
using Npgsql;

namespace FeatureGovernance.Server.Drift;

/// <summary>
/// What is learned from an incident that is expected: in features of its team, a symptom no larger than it had there is not told again.
/// Opening the incident again takes that back.
/// </summary>
internal static class ExpectedChanges
{
    public static async Task SetAsync(NpgsqlConnection connection, int incident, int team, bool expected, CancellationToken cancellation)
    {
        await using (var forget = new NpgsqlCommand("delete from drift.expected_change where incident_id = $1", connection))
        {
            forget.Parameters.Add(new() { Value = incident });
            await forget.ExecuteNonQueryAsync(cancellation);
        }

        if (!expected)
            return;
        var learned = new Dictionary<(int Feature, Symptom Symptom), double>();
        await using (var read = new NpgsqlCommand("""
            select x.feature_id, x.signals::text from drift.incident_feature x join registry.feature f on f.id = x.feature_id where x.incident_id = $1 and f.team_id = $2
            """, connection))
        {
            read.Parameters.Add(new() { Value = incident });
            read.Parameters.Add(new() { Value = team });
            await using var reader = await read.ExecuteReaderAsync(cancellation);
            while (await reader.ReadAsync(cancellation))
            {
                foreach (var signal in Json.Read<List<IncidentSignal>>(reader.GetString(1))!)
                {
                    if (!Words<Symptom>.TryParse(signal.Symptom, out var symptom))
                        continue;
                    var size = IncidentSize.Of(new(symptom, 0, 0, 1, signal.Effect, ""));
                    var key = (reader.GetInt32(0), symptom);
                    learned[key] = Math.Max(learned.GetValueOrDefault(key), size);
                }
            }
        }

        await using var write = new NpgsqlCommand("""
            insert into drift.expected_change (feature_id, symptom, incident_id, size)
            select feature, symptom, $1, size from unnest($2, $3, $4) as l (feature, symptom, size)
            """, connection);
        write.Parameters.Add(new() { Value = incident });
        write.Parameters.Add(new() { Value = learned.Keys.Select(key => key.Feature).ToArray() });
        write.Parameters.Add(new() { Value = learned.Keys.Select(key => (short)key.Symptom).ToArray() });
        write.Parameters.Add(new() { Value = learned.Values.ToArray() });
        await write.ExecuteNonQueryAsync(cancellation);
    }
}
