using System.Collections.Immutable;
using System.Text.Json;
using FeatureGovernance.Contracts.Registry;
using FeatureGovernance.Core;
using FeatureGovernance.Core.Lifecycle;
using FeatureGovernance.Core.Registry;
using FeatureGovernance.Server.Http;
using Npgsql;

namespace FeatureGovernance.Server.Registry;

/// <summary>A feature with its current definition, as one query reads it.</summary>
internal sealed record FeatureRow(
    int Id, int TeamId, Stage Stage, DateTimeOffset StageSince, string? Replacement, int CurrentVersion, int Revision,
    DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, ImmutableArray<string> Aliases, FeatureDraft Draft)
{
    private const string Select = """
        select f.id, f.team_id, f.stage, f.stage_since, r.key, f.current_version, f.revision, f.created_at, f.updated_at,
               array(select a.key from registry.feature_alias a where a.feature_id = f.id order by a.key),
               f.key, t.slug, f.kind, f.description, f.freshness_seconds, f.sensitivity, f.cost::text, f.tags::text,
               v.data_type, v.entity, v.source_system, v.source_table, v.source_column, v.source_expression, v.expected::text, v.default_value::text,
               array(select p.key from unnest(v.derived_from) parent join registry.feature p on p.id = parent order by p.key collate "C")
        from registry.feature f
        join registry.team t on t.id = f.team_id
        join registry.feature_version v on v.feature_id = f.id and v.number = f.current_version
        left join registry.feature r on r.id = f.replacement_id
        """;

    public string Key => Draft.Key;

    public string Team => Draft.Team;

    /// <summary>Finds a feature by its key or a former key.</summary>
    public static async Task<FeatureRow?> FindAsync(NpgsqlConnection connection, string key, CancellationToken cancellation)
    {
        if (!FeatureKey.TryParse(key, out _))
            return null;
        var rows = await ReadAsync(connection, "where f.id = coalesce((select id from registry.feature where key = $1), (select feature_id from registry.feature_alias where key = $1))", key, cancellation);
        return rows.Count == 0 ? null : rows[0];
    }

    /// <summary>Reads those of the keys that are registered and locks them, in one order everywhere so that no two writers wait on each other.</summary>
    public static async Task<List<FeatureRow>> LockAsync(NpgsqlConnection connection, string[] keys, CancellationToken cancellation)
    {
        await using (var command = new NpgsqlCommand("select id from registry.feature where key = any($1) order by id for update", connection))
        {
            command.Parameters.Add(new() { Value = keys });
            await command.ExecuteNonQueryAsync(cancellation);
        }

        return await ReadAsync(connection, "where f.key = any($1)", keys, cancellation);
    }

    public static Task<List<FeatureRow>> ByIdAsync(NpgsqlConnection connection, int[] ids, CancellationToken cancellation) =>
        ReadAsync(connection, "where f.id = any($1)", ids, cancellation);

    public FeatureView View() => new()
    {
        Key = Key,
        Team = Team,
        Kind = Words<FeatureKind>.Text(Draft.Kind),
        Entity = Draft.Entity,
        DataType = Words<DataType>.Text(Draft.DataType),
        Description = Draft.Description,
        Source = Draft.Source,
        Freshness = FeatureDraft.FreshnessText(Draft.FreshnessSeconds),
        Sensitivity = Words<Sensitivity>.Text(Draft.Sensitivity),
        Expected = Json.Read<ExpectedValues>(Draft.Expected),
        Default = Json.Read<JsonElement?>(Draft.Default),
        Cost = Json.Read<DeclaredCost>(Draft.Cost),
        DerivedFrom = Draft.DerivedFrom.Count == 0 ? null : Draft.DerivedFrom,
        Tags = Json.Read<Dictionary<string, string>>(Draft.Tags),
        Stage = Words<Stage>.Text(Stage),
        StageSince = StageSince,
        Version = CurrentVersion,
        Replacement = Replacement,
        Aliases = Aliases.IsEmpty ? null : Aliases,
        Revision = Revision,
        CreatedAt = CreatedAt,
        UpdatedAt = UpdatedAt,
    };

    private static async Task<List<FeatureRow>> ReadAsync(NpgsqlConnection connection, string where, object argument, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand($"{Select} {where}", connection);
        command.Parameters.Add(new() { Value = argument });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var rows = new List<FeatureRow>();
        while (await reader.ReadAsync(cancellation))
            rows.Add(Read(reader));
        return rows;
    }

    private static FeatureRow Read(NpgsqlDataReader reader)
    {
        string? Text(int ordinal) => reader.IsDBNull(ordinal) ? null : reader.GetString(ordinal);
        var source = new FeatureSource { System = Text(20), Table = Text(21), Column = Text(22), Expression = Text(23) };
        var tags = Json.Text(new SortedDictionary<string, string>(Json.Read<Dictionary<string, string>>(reader.GetString(17))!, StringComparer.Ordinal));
        var draft = new FeatureDraft(
            reader.GetString(10), reader.GetString(11), (FeatureKind)reader.GetInt16(12), Text(13), reader.IsDBNull(14) ? null : reader.GetInt32(14),
            (Sensitivity)reader.GetInt16(15), Text(16), tags, (DataType)reader.GetInt16(18), Text(19),
            source is { System: null, Table: null, Column: null, Expression: null } ? null : source, Text(24), Text(25), reader.GetFieldValue<string[]>(26));
        return new(
            reader.GetInt32(0), reader.GetInt32(1), (Stage)reader.GetInt16(2), reader.GetFieldValue<DateTimeOffset>(3), Text(4), reader.GetInt32(5),
            reader.GetInt32(6), reader.GetFieldValue<DateTimeOffset>(7), reader.GetFieldValue<DateTimeOffset>(8),
            [.. reader.GetFieldValue<string[]>(9)], draft);
    }
}
