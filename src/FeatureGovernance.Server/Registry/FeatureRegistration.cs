using FeatureGovernance.Core;
using FeatureGovernance.Core.Lifecycle;
using FeatureGovernance.Server.Access;
using FeatureGovernance.Server.Audit;
using FeatureGovernance.Server.Http;
using FeatureGovernance.Server.Storage;
using Npgsql;
using NpgsqlTypes;

namespace FeatureGovernance.Server.Registry;

internal enum Outcome
{
    Created,
    Updated,
    Unchanged,
    Refused,
}

/// <summary>What became of one draft.</summary>
internal sealed record Registered(Outcome Outcome, FeatureRow? Row, Refusal? Refusal);

/// <summary>
/// The one way by which features are registered and changed: one at a time, in bulk, or by import. A batch costs a fixed number of
/// statements whatever its size.
/// </summary>
internal static class FeatureRegistration
{
    /// <param name="drafts">Drafts with different keys; a parent named in <c>derivedFrom</c> is registered already or comes earlier in the list.</param>
    /// <param name="precondition">Refuses by the present revision (null where there is none yet), for If-Match.</param>
    /// <param name="stage">Where a new feature begins, by its key; draft where not said.</param>
    public static async Task<IReadOnlyList<Registered>> ApplyAsync(
        WriteTransaction write, Caller caller, IReadOnlyList<FeatureDraft> drafts, CancellationToken cancellation,
        Func<FeatureRow?, Refusal?>? precondition = null, Func<string, Stage>? stage = null)
    {
        var connection = write.Connection;
        var keys = drafts.Select(draft => draft.Key).ToArray();
        var present = (await FeatureRow.LockAsync(connection, keys, cancellation)).ToDictionary(row => row.Key, StringComparer.Ordinal);
        var renamed = await PairsAsync(connection, "select a.key, f.key from registry.feature_alias a join registry.feature f on f.id = a.feature_id where a.key = any($1)", keys, reader => reader.GetString(1), cancellation);
        var teams = await PairsAsync(connection, "select slug, id from registry.team where slug = any($1)", [.. drafts.Select(draft => draft.Team).Distinct()],
            reader => reader.GetInt32(1), cancellation);
        var ids = await PairsAsync(connection, "select key, id from registry.feature where key = any($1)",
            [.. drafts.SelectMany(draft => draft.DerivedFrom).Distinct()], reader => reader.GetInt32(1), cancellation);
        var fresh = await DrawIdsAsync(connection, drafts.Count(draft => !present.ContainsKey(draft.Key)), cancellation);

        var results = new Registered[drafts.Count];
        var news = new List<(FeatureRow Row, int[] Parents)>();
        var changes = new List<(FeatureRow Row, int[] Parents, bool NewVersion)>();
        for (var i = 0; i < drafts.Count; i++)
        {
            var draft = drafts[i];
            var row = present.GetValueOrDefault(draft.Key);
            var refusal = precondition?.Invoke(row) ?? Refuse(draft, row, caller, teams, renamed, ids);
            if (refusal is not null)
            {
                results[i] = new(Outcome.Refused, row, refusal);
                continue;
            }

            var parents = draft.DerivedFrom.Select(parent => ids[parent]).Order().ToArray();
            if (row is null)
            {
                row = new(fresh.Dequeue(), teams[draft.Team], stage?.Invoke(draft.Key) ?? Stage.Draft, write.Now, null, 1, 1, write.Now, write.Now, [], draft);
                news.Add((row, parents));
                ids[draft.Key] = row.Id;
                results[i] = new(Outcome.Created, row, null);
                write.Record(NewEvent.Of("feature.registered", "feature", row.Id, row.Key, null, row.View()));
            }
            else if (Same(row.Draft, draft))
            {
                results[i] = new(Outcome.Unchanged, row, null);
            }
            else
            {
                var newVersion = !SameDefinition(row.Draft, draft);
                var changed = row with
                {
                    TeamId = teams[draft.Team], Draft = draft, Revision = row.Revision + 1, UpdatedAt = write.Now,
                    CurrentVersion = row.CurrentVersion + (newVersion ? 1 : 0),
                };
                changes.Add((changed, parents, newVersion));
                results[i] = new(Outcome.Updated, changed, null);
                write.Record(NewEvent.Of("feature.changed", "feature", row.Id, row.Key, row.View(), changed.View()));
            }
        }

        await InsertAsync(connection, [.. news.Select(item => item.Row)], cancellation);
        await UpdateAsync(connection, [.. changes.Select(item => item.Row)], cancellation);
        await InsertVersionsAsync(connection, [.. news, .. changes.Where(item => item.NewVersion).Select(item => (item.Row, item.Parents))],
            write.Now, cancellation);
        await RefuseCyclesAsync(connection, [.. changes.Where(item => item.NewVersion && item.Parents.Length > 0).Select(item => item.Row.Id)], cancellation);
        return results;
    }

    private static Refusal? Refuse(
        FeatureDraft draft, FeatureRow? row, Caller caller, Dictionary<string, int> teams, Dictionary<string, string> renamed, Dictionary<string, int> ids)
    {
        if (row is null && renamed.TryGetValue(draft.Key, out var now))
            return new(RefusalKind.Conflict, "renamed-key", $"'{draft.Key}' is a former key of '{now}'; use that, or another key.");
        if (row?.Stage == Stage.Removed)
            return new(RefusalKind.Conflict, "removed-feature", $"'{draft.Key}' was removed; its key stays reserved. Register under another key.");
        if (!teams.TryGetValue(draft.Team, out var team))
            return Problems.Malformed("team", $"There is no team '{draft.Team}'.", "Register the team first.");
        if (row is not null && caller.Refuses(Permission.RegisterFeatures, row.TeamId, row.Team) is { } notYours)
            return notYours;
        if (caller.Refuses(Permission.RegisterFeatures, team, draft.Team) is { } notTheirs)
            return notTheirs;
        if (row is not null && row.Draft.Kind != draft.Kind)
            return new(RefusalKind.Conflict, "kind-is-fixed",
                $"'{draft.Key}' is a {Words<Core.Registry.FeatureKind>.Text(row.Draft.Kind)}; register another key for another kind.");
        for (var i = 0; i < draft.DerivedFrom.Count; i++)
        {
            if (!ids.ContainsKey(draft.DerivedFrom[i]))
                return Problems.Malformed($"derivedFrom[{i}]", $"There is no feature '{draft.DerivedFrom[i]}'.", "Register it first, or on an earlier line.");
        }

        return null;
    }

    private static bool Same(FeatureDraft a, FeatureDraft b) =>
        SameDefinition(a, b) && a.Team == b.Team && a.Description == b.Description && a.FreshnessSeconds == b.FreshnessSeconds
        && a.Sensitivity == b.Sensitivity && a.Cost == b.Cost && a.Tags == b.Tags;

    /// <summary>Whether models would read the same values.</summary>
    private static bool SameDefinition(FeatureDraft a, FeatureDraft b) =>
        a.DataType == b.DataType && a.Entity == b.Entity && a.Source == b.Source && a.Expected == b.Expected && a.Default == b.Default
        && a.DerivedFrom.SequenceEqual(b.DerivedFrom);

    private static async Task<Dictionary<string, T>> PairsAsync<T>(
        NpgsqlConnection connection, string sql, string[] names, Func<NpgsqlDataReader, T> value, CancellationToken cancellation)
    {
        var pairs = new Dictionary<string, T>(StringComparer.Ordinal);
        if (names.Length == 0)
            return pairs;
        await using var command = new NpgsqlCommand(sql, connection);
        command.Parameters.Add(new() { Value = names });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
            pairs[reader.GetString(0)] = value(reader);
        return pairs;
    }

    private static async Task<Queue<int>> DrawIdsAsync(NpgsqlConnection connection, int count, CancellationToken cancellation)
    {
        var ids = new Queue<int>(count);
        if (count == 0)
            return ids;
        await using var command = new NpgsqlCommand("select nextval('registry.feature_id')::int from generate_series(1, $1)", connection);
        command.Parameters.Add(new() { Value = count });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
            ids.Enqueue(reader.GetInt32(0));
        return ids;
    }

    private static async Task InsertAsync(NpgsqlConnection connection, FeatureRow[] rows, CancellationToken cancellation)
    {
        if (rows.Length == 0)
            return;
        await using var command = new NpgsqlCommand("""
            insert into registry.feature (id, key, team_id, kind, description, freshness_seconds, sensitivity, cost, tags,
                                          stage, stage_since, current_version, revision, created_at, updated_at)
            select id, key, team_id, kind, description, freshness, sensitivity, cost::json, tags::jsonb, stage, $10, 1, 1, $10, $10
            from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $11)
                 as new (id, key, team_id, kind, description, freshness, sensitivity, cost, tags, stage)
            """, connection);
        AddColumns(command, rows);
        command.Parameters.Add(new() { Value = rows[0].CreatedAt });
        command.Parameters.Add(new() { Value = Array.ConvertAll(rows, row => (short)row.Stage) });
        await command.ExecuteNonQueryAsync(cancellation);
    }

    private static async Task UpdateAsync(NpgsqlConnection connection, FeatureRow[] rows, CancellationToken cancellation)
    {
        if (rows.Length == 0)
            return;
        await using var command = new NpgsqlCommand("""
            update registry.feature f
            set team_id = c.team_id, description = c.description, freshness_seconds = c.freshness, sensitivity = c.sensitivity,
                cost = c.cost::json, tags = c.tags::jsonb, current_version = c.version, revision = f.revision + 1, updated_at = $10
            from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $11)
                 as c (id, key, team_id, kind, description, freshness, sensitivity, cost, tags, version)
            where f.id = c.id
            """, connection);
        AddColumns(command, rows);
        command.Parameters.Add(new() { Value = rows[0].UpdatedAt });
        command.Parameters.Add(new() { Value = Array.ConvertAll(rows, row => row.CurrentVersion) });
        await command.ExecuteNonQueryAsync(cancellation);
    }

    private static void AddColumns(NpgsqlCommand command, FeatureRow[] rows)
    {
        command.Parameters.Add(new() { Value = Array.ConvertAll(rows, row => row.Id) });
        command.Parameters.Add(new() { Value = Array.ConvertAll(rows, row => row.Key) });
        command.Parameters.Add(new() { Value = Array.ConvertAll(rows, row => row.TeamId) });
        command.Parameters.Add(new() { Value = Array.ConvertAll(rows, row => (short)row.Draft.Kind) });
        command.Parameters.Add(Texts(rows, row => row.Draft.Description));
        command.Parameters.Add(new() { Value = Array.ConvertAll(rows, row => row.Draft.FreshnessSeconds), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Integer });
        command.Parameters.Add(new() { Value = Array.ConvertAll(rows, row => (short)row.Draft.Sensitivity) });
        command.Parameters.Add(Texts(rows, row => row.Draft.Cost));
        command.Parameters.Add(Texts(rows, row => row.Draft.Tags));
    }

    private static async Task InsertVersionsAsync(
        NpgsqlConnection connection, (FeatureRow Row, int[] Parents)[] items, DateTimeOffset now, CancellationToken cancellation)
    {
        if (items.Length == 0)
            return;
        await using var command = new NpgsqlCommand("""
            insert into registry.feature_version (feature_id, number, data_type, entity, source_system, source_table, source_column, source_expression,
                                                  expected, default_value, derived_from, created_at)
            select id, number, data_type, entity, system, source_table, source_column, expression, expected::json, default_value::json, parents::int[], $12
            from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
                 as new (id, number, data_type, entity, system, source_table, source_column, expression, expected, default_value, parents)
            """, connection);
        command.Parameters.Add(new() { Value = Array.ConvertAll(items, item => item.Row.Id) });
        command.Parameters.Add(new() { Value = Array.ConvertAll(items, item => item.Row.CurrentVersion) });
        command.Parameters.Add(new() { Value = Array.ConvertAll(items, item => (short)item.Row.Draft.DataType) });
        command.Parameters.Add(Texts(items, item => item.Row.Draft.Entity));
        command.Parameters.Add(Texts(items, item => item.Row.Draft.Source?.System));
        command.Parameters.Add(Texts(items, item => item.Row.Draft.Source?.Table));
        command.Parameters.Add(Texts(items, item => item.Row.Draft.Source?.Column));
        command.Parameters.Add(Texts(items, item => item.Row.Draft.Source?.Expression));
        command.Parameters.Add(Texts(items, item => item.Row.Draft.Expected));
        command.Parameters.Add(Texts(items, item => item.Row.Draft.Default));
        // unnest flattens arrays of arrays, so the parents travel as array literals.
        command.Parameters.Add(Texts(items, item => $"{{{string.Join(',', item.Parents)}}}"));
        command.Parameters.Add(new() { Value = now });
        await command.ExecuteNonQueryAsync(cancellation);
    }

    private static async Task RefuseCyclesAsync(NpgsqlConnection connection, int[] changed, CancellationToken cancellation)
    {
        if (changed.Length == 0)
            return;
        await using var command = new NpgsqlCommand("""
            with recursive up as (
                select f.id as origin, unnest(v.derived_from) as ancestor
                from registry.feature f join registry.feature_version v on v.feature_id = f.id and v.number = f.current_version
                where f.id = any($1)
                union
                select up.origin, unnest(v.derived_from)
                from up join registry.feature f on f.id = up.ancestor join registry.feature_version v on v.feature_id = f.id and v.number = f.current_version)
            select f.key from up join registry.feature f on f.id = up.origin where up.origin = up.ancestor limit 1
            """, connection);
        command.Parameters.Add(new() { Value = changed });
        if (await command.ExecuteScalarAsync(cancellation) is string key)
            throw new RefusedException(new(RefusalKind.BrokenRule, "derivation-cycle", $"'{key}' would be derived from itself.",
                [new("derivedFrom", "The parents lead back to the feature.", "Remove the parent that depends on it.")]));
    }

    private static NpgsqlParameter Texts<T>(T[] rows, Converter<T, string?> text) =>
        new() { Value = Array.ConvertAll(rows, text), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text };
}
