namespace FeatureGovernance.Server.Checks;

/// <summary>The queries behind the snapshot. Parameter 1 is always the list of numbers to which a part is confined.</summary>
internal static class SnapshotSql
{
    public const string Head = "select sequence from audit.head";

    public const string Changes = "select subject_kind, subject_id from audit.event where sequence > $1 group by subject_kind, subject_id";

    public const string AllFeatures = Features;

    /// <summary>
    /// 1: features touched; 2: teams touched; 3: whether notices were. A feature also shows the key of its replacement, and its standing
    /// to the standards rests on the teams above its own and on the features it is computed from.
    /// </summary>
    public const string TouchedFeatures = $"""
        with recursive teams as (
            select unnest($2) as id
            union
            select child.id from registry.team child join teams on child.parent_id = teams.id),
        touched as (
            select unnest($1) as id
            union select id from registry.feature where replacement_id = any($1)
            union select feature_id from registry.feature_version where derived_from && $1
            union select f.id from teams join registry.feature f on f.team_id = teams.id
            union select id from registry.feature where $3 and stage in (4, 5, 6))
        {Features}
        where f.id in (select id from touched)
        """;

    public const string AllAliases = "select feature_id, key from registry.feature_alias";

    public const string TouchedAliases = $"{AllAliases} where feature_id = any($1)";

    public const string AllModels = """
        select id, name, kind, live_version_id is not null and coalesce(traffic_per_day, 1) > 0 from registry.model
        """;

    public const string TouchedModels = $"{AllModels} where id = any($1)";

    /// <summary>States approved, trial and adopted grant the reading.</summary>
    public const string AllGrants = "select model_id, feature_id, state = 2 from lifecycle.adoption where state in (1, 2, 3)";

    public const string TouchedGrants = $"{AllGrants} and model_id = any($1)";

    public const string AllReads = """
        select m.id, e.feature_id from registry.model m join registry.manifest_entry e on e.model_version_id = m.live_version_id
        """;

    public const string TouchedReads = $"{AllReads} where m.id = any($1)";

    private const string Features = """
        select f.id, f.key, f.stage, f.kind, t.slug, f.current_version, r.key, n.since, n.deadline, n.reason, nullif(v.derived_from, '{}')
        from registry.feature f
        join registry.team t on t.id = f.team_id
        join registry.feature_version v on v.feature_id = f.id and v.number = f.current_version
        left join registry.feature r on r.id = f.replacement_id
        left join lifecycle.notice n on n.feature_id = f.id
        """;
}
