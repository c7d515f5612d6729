using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using FeatureGovernance.Core.Lifecycle;
using FeatureGovernance.Core.Registry;
using FeatureGovernance.Core.Standards;
using FeatureGovernance.Core.Value;
using FeatureGovernance.Server.Http;
using Npgsql;

namespace FeatureGovernance.Server.Standards;

/// <summary>Which features to read.</summary>
/// <param name="Condition">SQL over f (feature) and t (its team, with the slugs above it); $2 is the argument.</param>
internal sealed record Selection(string Condition, object? Argument)
{
    /// <summary>Every feature that may still be read.</summary>
    public static readonly Selection Living = new("f.stage < 6", null);

    public static Selection ById(params int[] ids) => new("f.id = any($2)", ids);

    /// <summary>Of a team and of those under it.</summary>
    public static Selection Team(string team) => new("f.stage < 6 and $2 = any(t.slugs)", team);

    public static Selection Group(string group) => new("f.stage < 6 and f.group_name = $2", group);
}

/// <summary>Reads features as standards see them: one statement whatever their number, one row at a time.</summary>
internal static class FeatureRecords
{
    private const string Sql = """
        with recursive chain as (
            select id as team, id, parent_id, slug from registry.team
            union
            select c.team, p.id, p.parent_id, p.slug from chain c join registry.team p on p.id = c.parent_id),
        teams as materialized (
            select c.team as id, array_agg(distinct c.slug) as slugs, count(distinct m.person_id)::int as leads
            from chain c left join registry.team_member m on m.team_id = c.id and m.is_lead group by c.team)
        select f.id, f.key, o.slug, f.team_id, t.slugs, t.leads, f.kind, f.stage, f.stage_since, f.created_at, f.tags::text, f.description,
               v.data_type, v.entity, v.source_system, v.source_table, v.source_column, v.source_expression,
               (v.expected ->> 'min')::float8, (v.expected ->> 'max')::float8, (v.expected ->> 'maxNullRate')::float8, v.default_value is not null,
               f.freshness_seconds, f.sensitivity,
               case when f.cost is not null then coalesce((f.cost ->> 'computePerDay')::float8, 0) + coalesce((f.cost ->> 'storagePerDay')::float8, 0) end,
               f.current_version, cardinality(v.derived_from),
               case when cardinality(v.derived_from) > 0 then array(
                   select p.key from registry.feature p where p.id = any(v.derived_from) and p.stage >= 4 order by p.key) end,
               s.value, s.lower, s.upper, s.percentile, s.usage, s.reads_per_day, s.cost_per_day, s.efficiency, s.recommendation,
               e.kinds, e.figures, e.instants, case when a.why_not is null then a.look_alikes else 0 end
        from registry.feature f
        join teams t on t.id = f.team_id
        join registry.team o on o.id = f.team_id
        join registry.feature_version v on v.feature_id = f.id and v.number = f.current_version
        left join value.feature_score s on s.feature_id = f.id
        left join standards.proposal_answer a on a.feature_id = f.id
        left join lateral (
            select array_agg(kind) as kinds, array_agg(value) as figures, array_agg(at) as instants
            from standards.evidence where feature_id = f.id and at <= $1) e on true
        """;

    /// <param name="order">For example <c>order by f.key</c>.</param>
    public static async IAsyncEnumerable<(int Id, FeatureRecord Record)> ReadAsync(
        NpgsqlConnection connection, Selection selection, DateTimeOffset at, [EnumeratorCancellation] CancellationToken cancellation, string order = "")
    {
        await using var command = new NpgsqlCommand($"{Sql} where {selection.Condition} {order}", connection) { CommandTimeout = 600 };
        command.Parameters.Add(new() { Value = at });
        if (selection.Argument is not null)
            command.Parameters.Add(new() { Value = selection.Argument });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var teams = new Dictionary<int, ImmutableArray<string>>();
        while (await reader.ReadAsync(cancellation))
            yield return (reader.GetInt32(0), Read(reader, at, teams));
    }

    public static async Task<FeatureRecord?> FindAsync(NpgsqlConnection connection, int id, DateTimeOffset at, CancellationToken cancellation)
    {
        await foreach (var (_, record) in ReadAsync(connection, Selection.ById(id), at, cancellation))
            return record;
        return null;
    }

    private static FeatureRecord Read(NpgsqlDataReader row, DateTimeOffset at, Dictionary<int, ImmutableArray<string>> teams)
    {
        string? Text(int ordinal) => row.IsDBNull(ordinal) ? null : row.GetString(ordinal);
        double? Number(int ordinal) => row.IsDBNull(ordinal) ? null : row.GetDouble(ordinal);
        var key = row.GetString(1);
        var colon = key.IndexOf(':', StringComparison.Ordinal);
        var team = row.GetInt32(3);
        if (!teams.TryGetValue(team, out var above))
            teams.Add(team, above = [.. row.GetFieldValue<string[]>(4)]);
        var tags = Tags(row.GetString(10));
        return new()
        {
            At = at,
            Key = key,
            Group = key[..colon],
            Name = key[(colon + 1)..],
            Team = row.GetString(2),
            Teams = above,
            Leads = row.GetInt32(5),
            Kind = (FeatureKind)row.GetInt16(6),
            Stage = (Stage)row.GetInt16(7),
            StageSince = row.GetFieldValue<DateTimeOffset>(8),
            CreatedAt = row.GetFieldValue<DateTimeOffset>(9),
            Tags = tags,
            Tier = tags.GetValueOrDefault("tier"),
            Description = Text(11),
            DataType = (DataType)row.GetInt16(12),
            Entity = Text(13),
            SourceSystem = Text(14),
            SourceTable = Text(15),
            SourceColumn = Text(16),
            SourceExpression = Text(17),
            ExpectedMin = Number(18),
            ExpectedMax = Number(19),
            ExpectedMaxNullRate = Number(20),
            HasDefault = row.GetBoolean(21),
            FreshnessSeconds = row.IsDBNull(22) ? null : row.GetInt32(22),
            Sensitivity = (Sensitivity)row.GetInt16(23),
            DeclaredCostPerDay = Number(24),
            Version = row.GetInt32(25),
            Parents = row.GetInt32(26),
            LeavingParents = row.IsDBNull(27) ? [] : [.. row.GetFieldValue<string[]>(27)],
            Value = Number(28),
            ValueLower = Number(29),
            ValueUpper = Number(30),
            Percentile = Number(31),
            Usage = Number(32),
            ReadsPerDay = Number(33),
            CostPerDay = Number(34),
            Efficiency = Number(35),
            Recommendation = row.IsDBNull(36) ? null : (Recommendation)row.GetInt16(36),
            Evidence = Evidence(row),
            UnexplainedLookAlikes = row.IsDBNull(40) ? null : row.GetInt32(40),
        };
    }

    private static ImmutableDictionary<string, string> Tags(string json) => json == "{}"
        ? ImmutableDictionary<string, string>.Empty
        : Json.Read<Dictionary<string, string>>(json)!.ToImmutableDictionary(StringComparer.Ordinal);

    private static ImmutableDictionary<EvidenceKind, Evidence> Evidence(NpgsqlDataReader row)
    {
        if (row.IsDBNull(37))
            return ImmutableDictionary<EvidenceKind, Evidence>.Empty;
        var (kinds, figures, instants) = (row.GetFieldValue<short[]>(37), row.GetFieldValue<double[]>(38), row.GetFieldValue<DateTimeOffset[]>(39));
        return kinds.Index().ToImmutableDictionary(one => (EvidenceKind)one.Item, one => new Evidence(figures[one.Index], instants[one.Index]));
    }
}
