using FeatureGovernance.Contracts.Value;
using FeatureGovernance.Core;
using FeatureGovernance.Core.Registry;
using FeatureGovernance.Core.Standards;
using FeatureGovernance.Server.Http;
using FeatureGovernance.Server.Registry;
using FeatureGovernance.Server.Value.Valuations;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace FeatureGovernance.Server.Value;

/// <summary>What is known of a label: from the evidence reported of it, from valuations, and from the manifests that name it.</summary>
internal static class LabelScores
{
    private const int MostModels = 1_000;

    private const string Uses = """
        select m.name, m.weight, bool_or(v.id = m.live_version_id), count(*)::int,
               m.weight / nullif((select sum(weight) from registry.model where live_version_id is not null), 0)
        from registry.model_version v join registry.model m on m.id = v.model_id
        where v.label_id = $1
        group by m.id order by m.weight desc, m.name
        """;

    public static async Task<Results<Ok<LabelScore>, Refused>> Get(string key, NpgsqlDataSource source, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        if (await FeatureRow.FindAsync(connection, key, cancellation) is not { } row)
            return (Refused)Problems.NotFound("label", FieldFaults.Printable(key));
        if (row.Draft.Kind != FeatureKind.Label)
            return (Refused)new Refusal(RefusalKind.NotFound, "not-a-label",
                $"'{row.Key}' is a {Words.Of(row.Draft.Kind)}; see /api/v1/features/{row.Key}/score.");
        var evidence = await EvidenceAsync(connection, row.Id, cancellation);
        var (uses, served) = await UsesAsync(connection, row.Id, cancellation);
        double? Known(EvidenceKind kind) => evidence.TryGetValue(kind, out var value) ? value : null;
        var measured = await LabelLedger.NewestAsync(connection, row.Id, cancellation);
        var coverage = Known(EvidenceKind.Coverage) ?? (1 - Known(EvidenceKind.NullRate)) ?? measured?.Coverage.Share;
        var delay = Known(EvidenceKind.LabelDelay) ?? (measured?.Delay is { Unit: "seconds" } told ? told.Median : null);
        return TypedResults.Ok(new LabelScore
        {
            Label = row.Key,
            Team = row.Team,
            Coverage = coverage,
            DelaySeconds = delay,
            TestsPassed = Known(EvidenceKind.Test),
            Parity = Known(EvidenceKind.Parity),
            WeightServed = served,
            Models = uses,
            Measured = measured,
            Unknown = UnknownOf(("coverage", coverage is null), ("delay", delay is null), ("baseRate", measured is null), ("noise", measured?.Noise is null),
                ("leaks", measured is null)),
        });
    }

    private static string[] UnknownOf(params (string Name, bool IsUnknown)[] all) => [.. all.Where(one => one.IsUnknown).Select(one => one.Name)];

    private static async Task<Dictionary<EvidenceKind, double>> EvidenceAsync(NpgsqlConnection connection, int label, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("select kind, value from standards.evidence where feature_id = $1", connection);
        command.Parameters.AddWithValue(label);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var evidence = new Dictionary<EvidenceKind, double>();
        while (await reader.ReadAsync(cancellation))
            evidence[(EvidenceKind)reader.GetInt16(0)] = reader.GetDouble(1);
        return evidence;
    }

    private static async Task<(List<LabelUse> Uses, double Served)> UsesAsync(NpgsqlConnection connection, int label, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(Uses, connection);
        command.Parameters.AddWithValue(label);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var (uses, served) = (new List<LabelUse>(), 0.0);
        while (await reader.ReadAsync(cancellation))
        {
            var live = !reader.IsDBNull(2) && reader.GetBoolean(2);
            served += live && !reader.IsDBNull(4) ? reader.GetDouble(4) : 0;
            if (uses.Count < MostModels)
                uses.Add(new(reader.GetString(0), reader.GetDouble(1), live, reader.GetInt32(3)));
        }

        return (uses, Math.Min(1, served));
    }
}
