using FeatureGovernance.Contracts;
using FeatureGovernance.Contracts.Value;
using FeatureGovernance.Core.Standards;
using FeatureGovernance.Server.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace FeatureGovernance.Server.Value;

/// <summary>All registered labels, with what is reported and was last measured of them.</summary>
internal static class LabelList
{
    // One statement for a page, however many labels, models and valuations there are.
    private const string Labels = """
        with page as (
            select f.id, f.key, t.slug from registry.feature f join registry.team t on t.id = f.team_id
            where f.kind = 1 and f.key > $1 and ($2 = '' or t.slug = $2) order by f.key limit $3),
        uses as (
            select v.label_id, count(distinct v.model_id)::int as models, coalesce(sum(m.weight) filter (where v.id = m.live_version_id), 0) as live
            from registry.model_version v join registry.model m on m.id = v.model_id where v.label_id in (select id from page) group by 1),
        reported as (
            select feature_id, max(value) filter (where kind = $4) as coverage, max(value) filter (where kind = $5) as nulls, max(value) filter (where kind = $6) as delay
            from standards.evidence where feature_id in (select id from page) group by 1)
        select p.key, p.slug, coalesce(u.models, 0),
               coalesce(least(1, u.live / nullif((select sum(weight) from registry.model where live_version_id is not null), 0)), 0),
               coalesce(r.coverage, 1 - r.nulls, m.coverage), coalesce(r.delay, m.delay_seconds),
               m.base_rate, m.base_rate_changed, m.noise, m.noise_floor, m.leaks, m.valuation_id, m.measured_at
        from page p left join uses u on u.label_id = p.id left join reported r on r.feature_id = p.id
        left join lateral (select * from value.label_measure m where m.label_id = p.id order by m.valuation_id desc limit 1) m on true
        order by p.key
        """;

    public static async Task<Results<Ok<Page<LabelSummary>>, Refused>> List(
        NpgsqlDataSource source, string? team, int? limit, string? cursor, CancellationToken cancellation)
    {
        var faults = new FieldFaults();
        var size = Limits.Page(limit, faults);
        faults.Slug("team", team, required: false);
        var after = Cursor.Decode(cursor, "label", faults);
        if (faults.Refusal is { } refusal)
            return (Refused)refusal;
        await using var command = source.CreateCommand(Labels);
        foreach (var value in (object[])[after?.Last ?? "", team ?? "", size + 1, (short)EvidenceKind.Coverage, (short)EvidenceKind.NullRate, (short)EvidenceKind.LabelDelay])
            command.Parameters.Add(new() { Value = value });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var found = new List<LabelSummary>();
        while (await reader.ReadAsync(cancellation))
            found.Add(Read(reader));
        var page = found.Take(size).ToList();
        return TypedResults.Ok(new Page<LabelSummary>(page, found.Count > size ? new Cursor("label", page[^1].Label, 0).Encode() : null));
    }

    private static LabelSummary Read(NpgsqlDataReader reader)
    {
        double? Number(int column) => reader.IsDBNull(column) ? null : reader.GetDouble(column);
        return new()
        {
            Label = reader.GetString(0),
            Team = reader.GetString(1),
            Models = reader.GetInt32(2),
            WeightServed = reader.GetDouble(3),
            Coverage = Number(4),
            DelaySeconds = Number(5),
            BaseRate = Number(6),
            BaseRateChanged = reader.IsDBNull(7) ? null : reader.GetBoolean(7),
            Noise = Number(8),
            NoiseFloor = Number(9),
            Leaks = reader.IsDBNull(10) ? null : reader.GetInt32(10),
            Valuation = reader.IsDBNull(11) ? null : reader.GetInt32(11),
            MeasuredAt = reader.IsDBNull(12) ? null : reader.GetFieldValue<DateTimeOffset>(12),
        };
    }
}
