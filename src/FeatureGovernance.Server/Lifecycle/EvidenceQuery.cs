using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using FeatureGovernance.Core;
using FeatureGovernance.Core.Lifecycle;
using FeatureGovernance.Core.Value;
using FeatureGovernance.Server.Http;
using Npgsql;

namespace FeatureGovernance.Server.Lifecycle;

/// <summary>What was known of the features when their proposal was submitted, as the JSON that is kept, and its SHA-256 in hexadecimal.</summary>
internal sealed record Evidence(string Text, string Digest)
{
    public static Evidence Of(object known)
    {
        var text = Json.Text(known);
        return new(text, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text))));
    }
}

/// <summary>Computes the evidence in the database: owners, readers, usage of the last 28 days, newest score and importance, cost.</summary>
internal static class EvidenceQuery
{
    private const int Days = 28;

    private const string Registered = """
        select f.id, f.cost::text, s.score::text, {usage}, {importance}, {cost}
        from registry.feature f
        left join lateral (select to_jsonb(x) - 'feature_id' as score from value.feature_score x where x.feature_id = f.id) s on true
        cross join (select $2::date as since, $3::date as until) evidence_window
        where f.id = any($1)
        """;

    private const string Usage = """
        (select json_agg(json_build_object('model', m.name, 'environment', case u.environment when 1 then 'serving' else 'training' end,
                                           'reads', u.reads, 'requests', u.requests, 'lastReadOn', u.last_read, 'reportedUntil', u.last_day)
                         order by m.name collate "C", u.environment)
         from (select model_id, environment, sum(reads) as reads, sum(requests) as requests, max(day) filter (where reads > 0) as last_read, max(day) as last_day
               from telemetry.usage_daily where feature_id = f.id and day between since and until group by model_id, environment) u
         join registry.model m on m.id = u.model_id)::text
        """;

    private const string Cost = """
        (select json_agg(json_build_object('resource', r.name, 'unit', r.unit, 'amount', c.amount) order by r.name collate "C")
         from (select resource_id, sum(amount) as amount from telemetry.cost_daily where feature_id = f.id and day between since and until group by resource_id) c
         join telemetry.resource r on r.id = c.resource_id)::text
        """;

    private static readonly string Importance = $"""
        (select json_agg(json_build_object('model', m.name, 'method', case i.method {string.Join(' ', Enum.GetValues<EvidenceMethod>().Select(method => $"when {(int)method} then '{Words.Of(method)}'"))} end,
                                           'value', i.value, 'standardError', i.standard_error, 'evaluatedAt', i.evaluated_at)
                         order by m.name collate "C", i.method)
         from (select distinct on (model_id, method) * from telemetry.importance where feature_id = f.id order by model_id, method, evaluated_at desc) i
         join registry.model m on m.id = i.model_id)::text
        """;

    public static async Task<Evidence> FreezeAsync(
        NpgsqlConnection connection, IReadOnlyList<ProposedId> features, LoadedFacts facts, Chosen chosen, DateTimeOffset now,
        CancellationToken cancellation)
    {
        var impacts = await ImpactQuery.LoadAsync(connection, features, facts, cancellation);
        var total = Impact.Of(impacts);
        var record = await OutcomeQueries.RecordAsync(connection, cancellation);
        var today = DateOnly.FromDateTime(now.UtcDateTime);
        var measured = await MeasuredAsync(connection, [.. features.Select(feature => feature.Id)], today, cancellation);
        return Evidence.Of(new
        {
            At = now,
            WindowDays = Days,
            Selection = chosen.Words,
            chosen.Skipped,
            Impact = total with { SavingPerDayCorrected = total.SavingPerDay * record.SavingRatio },
            Features = features.Zip(impacts, (feature, impact) =>
                (feature, impact, Fact: facts.ById[feature.Id], Measured: measured[feature.Id])).Select(one => new
            {
                Feature = one.feature.Key,
                Owner = one.Fact.Team,
                Leads = one.Fact.TeamLeads,
                Stage = Words.Of(one.Fact.Stage),
                one.feature.Replacement,
                LiveReaders = one.Fact.LiveReaders.Select(reader => new { reader.Model, reader.Team }),
                one.Fact.DerivedFeatures,
                Downstream = one.impact.Derived,
                // Nothing to read instead is not the same as nobody reading it.
                ReadersOnReplacement = one.feature.Replacement is null ? (ImmutableArray<string>?)null : one.impact.Covered,
                one.impact.Value,
                ValueLower = one.impact.Lower,
                ValueUpper = one.impact.Upper,
                one.impact.CostPerDay,
                one.Measured.DeclaredCost,
                one.Measured.Score,
                one.Measured.Usage,
                one.Measured.Importance,
                one.Measured.Cost,
            }),
        });
    }

    private static async Task<Dictionary<int, Measurements>> MeasuredAsync(
        NpgsqlConnection connection, int[] ids, DateOnly today, CancellationToken cancellation)
    {
        var sql = Registered
            .Replace("{usage}", await KeptAsync(connection, "telemetry.usage_daily", cancellation) ? Usage : "null::text", StringComparison.Ordinal)
            .Replace("{importance}", await KeptAsync(connection, "telemetry.importance", cancellation) ? Importance : "null::text", StringComparison.Ordinal)
            .Replace("{cost}", await KeptAsync(connection, "telemetry.cost_daily", cancellation) ? Cost : "null::text", StringComparison.Ordinal);
        await using var command = new NpgsqlCommand(sql, connection);
        command.Parameters.Add(new() { Value = ids });
        command.Parameters.Add(new() { Value = today.AddDays(-Days) });
        command.Parameters.Add(new() { Value = today });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var found = new Dictionary<int, Measurements>();
        while (await reader.ReadAsync(cancellation))
            found[reader.GetInt32(0)] = new(Value(reader, 1), Value(reader, 2), Value(reader, 3), Value(reader, 4), Value(reader, 5));
        return found;
    }

    private static async Task<bool> KeptAsync(NpgsqlConnection connection, string table, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("select to_regclass($1) is not null", connection);
        command.Parameters.Add(new() { Value = table });
        return await command.ExecuteScalarAsync(cancellation) is true;
    }

    private static JsonElement? Value(NpgsqlDataReader reader, int ordinal) =>
        reader.IsDBNull(ordinal) ? null : Json.Read<JsonElement>(reader.GetString(ordinal));

    private sealed record Measurements(JsonElement? DeclaredCost, JsonElement? Score, JsonElement? Usage, JsonElement? Importance, JsonElement? Cost);
}
