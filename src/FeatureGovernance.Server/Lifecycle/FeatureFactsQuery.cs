using System.Collections.Immutable;
using FeatureGovernance.Core.Lifecycle;
using FeatureGovernance.Server.Drift;
using Npgsql;

namespace FeatureGovernance.Server.Lifecycle;

/// <summary>Features as the rules see them, read by a fixed number of statements whatever their number.</summary>
internal static class FeatureFactsQuery
{
    private const string Features = $"""
        select f.id, f.key, t.slug, f.stage, f.stage_since, btrim(coalesce(f.description, '')) <> '', r.key, r.stage,
               readers.models, readers.teams,
               array(select c.key from registry.feature c
                     join registry.feature_version v on v.feature_id = c.id and v.number = c.current_version
                     where v.derived_from @> array[f.id] and c.stage <> 7 order by c.key collate "C"),
               {SeriousIncidents.IsDoubted}
        from registry.feature f
        join registry.team t on t.id = f.team_id
        left join registry.feature r on r.id = f.replacement_id
        left join lateral (
            select array_agg(m.name order by m.name collate "C") as models, array_agg(mt.slug order by m.name collate "C") as teams
            from registry.manifest_entry e
            join registry.model m on m.live_version_id = e.model_version_id
            join registry.team mt on mt.id = m.team_id
            where e.feature_id = f.id) readers on true
        where f.id = any($1)
        """;

    private const string Leads = """
        with recursive chain as (
            select slug, id from registry.team where slug = any($1)
            union
            select c.slug, t.parent_id from chain c join registry.team t on t.id = c.id where t.parent_id is not null)
        select c.slug, array_agg(distinct p.handle order by p.handle)
        from chain c
        join registry.team_member m on m.team_id = c.id and m.is_lead
        join registry.person p on p.id = m.person_id
        group by c.slug
        """;

    /// <summary>The features by id, and the leads of every team that owns or reads one; a lead of a team leads the teams under it.</summary>
    /// <param name="ruled">The teams that a standard names, by feature; their leads are read as well.</param>
    public static async Task<LoadedFacts> LoadAsync(
        NpgsqlConnection connection, int[] ids, LifecyclePolicy policy, DateTimeOffset now, CancellationToken cancellation,
        IReadOnlyDictionary<int, ImmutableArray<string>>? ruled = null)
    {
        var facts = await ReadAsync(connection, ids, cancellation);
        var teams = facts.Values.SelectMany(fact => fact.LiveReaders.Select(reader => reader.Team).Append(fact.Team))
            .Concat(ruled?.Values.SelectMany(names => names) ?? []);
        var leads = await LeadsAsync(connection, [.. teams.Distinct()], cancellation);
        var held = await ProposalStore.HoldingAsync(connection, ids, cancellation);
        // Only the steps out of these two stages ask about usage.
        int[] leaving = [.. facts.Where(pair => pair.Value.Stage is Stage.Brownout or Stage.Disabled).Select(pair => pair.Key)];
        var usage = await ObservedUsageQuery.LoadAsync(connection, leaving, policy, now, cancellation);
        return new(facts.ToDictionary(pair => pair.Key, pair => pair.Value with
        {
            TeamLeads = leads.GetValueOrDefault(pair.Value.Team, []),
            Proposal = held.GetValueOrDefault(pair.Key)?.Standing,
            ServingUsage = usage.GetValueOrDefault(pair.Key)?.Serving,
            TrainingUsage = usage.GetValueOrDefault(pair.Key)?.Training,
            RuledReviewers = ruled?.GetValueOrDefault(pair.Key, []) ?? [],
        }), leads);
    }

    private static async Task<Dictionary<int, FeatureFacts>> ReadAsync(NpgsqlConnection connection, int[] ids, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(Features, connection);
        command.Parameters.Add(new() { Value = ids });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var facts = new Dictionary<int, FeatureFacts>();
        while (await reader.ReadAsync(cancellation))
        {
            var models = reader.IsDBNull(8) ? [] : reader.GetFieldValue<string[]>(8);
            var teams = reader.IsDBNull(9) ? [] : reader.GetFieldValue<string[]>(9);
            facts[reader.GetInt32(0)] = new()
            {
                Key = reader.GetString(1),
                Team = reader.GetString(2),
                Stage = (Stage)reader.GetInt16(3),
                StageSince = reader.GetFieldValue<DateTimeOffset>(4),
                HasDescription = reader.GetBoolean(5),
                Replacement = reader.IsDBNull(6) ? null : new(reader.GetString(6), (Stage)reader.GetInt16(7)),
                LiveReaders = [.. models.Zip(teams, (model, team) => new LiveReader(model, team))],
                DerivedFeatures = [.. reader.GetFieldValue<string[]>(10)],
                HasSeriousIncident = reader.GetBoolean(11),
            };
        }

        return facts;
    }

    private static async Task<Dictionary<string, ImmutableArray<string>>> LeadsAsync(
        NpgsqlConnection connection, string[] teams, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(Leads, connection);
        command.Parameters.Add(new() { Value = teams });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var leads = new Dictionary<string, ImmutableArray<string>>(StringComparer.Ordinal);
        while (await reader.ReadAsync(cancellation))
            leads[reader.GetString(0)] = [.. reader.GetFieldValue<string[]>(1)];
        return leads;
    }
}

/// <summary>Features as the rules see them, by id.</summary>
internal sealed record LoadedFacts(Dictionary<int, FeatureFacts> ById, Dictionary<string, ImmutableArray<string>> Leads)
{
    /// <summary>What the rules of proposals look at: the features in the proposal's order, each with its replacement as proposed.</summary>
    public ProposalContext For(IEnumerable<ProposedId> features, LifecyclePolicy policy, DateTimeOffset now) => new(
        [.. features.Where(feature => ById.ContainsKey(feature.Id)).DistinctBy(feature => feature.Id).Select(feature => ById[feature.Id] with
        {
            Replacement = feature.Replacement is not { } key ? null
                : new(key, feature.ReplacementId is { } id && ById.TryGetValue(id, out var replacement) ? replacement.Stage : null),
        })],
        team => Leads.GetValueOrDefault(team, []),
        policy,
        now);
}

/// <summary>A proposed feature with its number.</summary>
internal sealed record ProposedId(int Id, string Key, int? ReplacementId, string? Replacement);
