using System.Collections.Immutable;
using FeatureGovernance.Contracts.Lifecycle;
using FeatureGovernance.Core.Lifecycle;
using FeatureGovernance.Core.Registry;
using FeatureGovernance.Server.Http;
using FeatureGovernance.Server.Registry;
using Npgsql;

namespace FeatureGovernance.Server.Lifecycle;

/// <summary>The features a proposal is to take out.</summary>
/// <param name="Ids">Those that are registered, by number.</param>
/// <param name="Named">All of them by present key; those that are not registered are the rules' to refuse.</param>
/// <param name="Words">How they were chosen; null where they were named one by one.</param>
/// <param name="Skipped">What matched and was left out, with the reason.</param>
internal sealed record Chosen(
    ImmutableArray<ProposedId> Ids, ImmutableArray<ProposedFeature> Named, string? Words, ImmutableArray<SkippedFeature> Skipped);

/// <summary>A feature that a query, group or table named and that cannot be deprecated now.</summary>
internal sealed record SkippedFeature(string Feature, string Why);

/// <summary>A wish as read: features by name, or a filter with its words.</summary>
internal sealed record SelectionWish(IReadOnlyList<FeatureToGo>? Features, FeatureFilter? Filter, string? Words,
    IReadOnlyDictionary<string, string> Replacements);

/// <summary>Chooses the features of a proposal: by name, by the filters of the feature list, by group or by source table.</summary>
internal static class Selection
{
    private const int MostFeatures = 500;

    /// <summary>Null where the body chooses nothing.</summary>
    public static SelectionWish? Read(ProposalRequest body, bool required, FieldFaults faults)
    {
        var given = new object?[] { body.Features, body.Query, body.Group, body.SourceTable }.Count(one => one is not null);
        faults.Check(given <= 1, "features", "Features are chosen in more than one way.", "Give one of features, query, group or sourceTable.");
        faults.Check(body.Replacements is null || given == 1, "replacements", "No features are chosen.", "Send the features with their replacements.");
        faults.Check(body.Replacements is null || body.Features is null, "replacements", "Named features carry their own replacements.",
            "Write {key, replacement} in features.");
        if (body.Features is not null || (given == 0 && required))
            CheckFeatures(body.Features, faults);
        foreach (var (key, replacement) in (body.Replacements ?? new Dictionary<string, string>()).Take(MostFeatures))
        {
            if (!FeatureKey.TryParse(key, out _) || !FeatureKey.TryParse(replacement, out _))
                faults.Add($"replacements.{Problems.Shorten(FieldFaults.Printable(key))}", "Not a feature key.", $"Use {FeatureKey.Form}.", "malformed-key");
        }

        if (faults.Any || given == 0)
            return null;
        var (filter, words) = body.Features is not null ? (null, null) : Filter(body, faults);
        return new(body.Features, filter, words, body.Replacements ?? new Dictionary<string, string>());
    }

    /// <param name="own">The proposal that is amended: what it holds may be chosen again.</param>
    public static async Task<Chosen> ChooseAsync(
        NpgsqlConnection connection, SelectionWish wish, FieldFaults faults, CancellationToken cancellation, int own = 0)
    {
        if (wish.Filter is null)
            return await ResolveAsync(connection, wish.Features!, null, [], cancellation);
        var (keys, skipped) = await MatchAsync(connection, wish.Filter, own, cancellation);
        faults.Check(keys.Count > 0, "features", skipped.Length == 0 ? "Nothing matches." : $"None of {skipped.Length} that match can be deprecated now.",
            "Only adopted and experimental features that no open proposal holds can be; GET /features shows the stage.");
        faults.Check(keys.Count <= MostFeatures, "features", $"More than {MostFeatures} match.", "Narrow the choice, and make several proposals.");
        foreach (var key in wish.Replacements.Keys.Where(key => !keys.Contains(key)))
            faults.Add($"replacements.{key}", "The feature is not among those chosen.", "Leave it out.");
        return faults.Any
            ? new([], [], wish.Words, [])
            : await ResolveAsync(connection, [.. keys.Select(key => new FeatureToGo(key, wish.Replacements.GetValueOrDefault(key)))], wish.Words,
                skipped, cancellation);
    }

    /// <summary>Guardrails may only name models that exist, or they would guard nothing.</summary>
    public static async Task CheckModelsAsync(NpgsqlConnection connection, DeprecationPlan plan, FieldFaults faults, CancellationToken cancellation)
    {
        if (plan.Guardrails.IsEmpty)
            return;
        await using var command = new NpgsqlCommand("select array(select name from registry.model where name = any($1))", connection);
        command.Parameters.Add(new() { Value = plan.Guardrails.Select(limit => limit.Model).Distinct().ToArray() });
        var known = (string[])(await command.ExecuteScalarAsync(cancellation))!;
        for (var i = 0; i < plan.Guardrails.Length; i++)
        {
            faults.Check(known.Contains(plan.Guardrails[i].Model), $"plan.guardrails[{i}].model", $"There is no model '{plan.Guardrails[i].Model}'.",
                "Name a registered model.");
        }
    }

    private static (FeatureFilter, string) Filter(ProposalRequest body, FieldFaults faults)
    {
        if (body.Query is { } query)
        {
            var wish = new FeatureWish(query.Q, query.Team, query.Stage, query.Kind, query.Group, query.Model, query.Recommendation);
            (string Name, string? Value)[] parts =
                [("q", query.Q), ("team", query.Team), ("stage", query.Stage), ("kind", query.Kind), ("group", query.Group), ("model", query.Model),
                 ("recommendation", query.Recommendation)];
            var given = parts.Where(part => !string.IsNullOrWhiteSpace(part.Value)).Select(part => $"{part.Name}={part.Value}").ToList();
            faults.Check(given.Count > 0, "query", "The query has no filter.", "Give at least one of q, team, stage, kind, group, model, recommendation.");
            return (FeatureFilter.Read(wish, faults, "query."), $"query {string.Join('&', given)}");
        }

        var filter = new FeatureFilter();
        if (body.SourceTable is { } source)
        {
            faults.Text("sourceTable.table", source.Table, 512, required: true);
            faults.Text("sourceTable.system", source.System, 256);
            filter.Equal("v.source_table", source.Table ?? "");
            filter.Equal("v.source_system", source.System);
            return (filter, $"source {(source.System is null ? "" : source.System + ".")}{source.Table}");
        }

        faults.Text("group", body.Group, required: true);
        filter.Equal("f.group_name", body.Group ?? "");
        return (filter, $"group {body.Group}");
    }

    private static async Task<(HashSet<string> Keys, ImmutableArray<SkippedFeature> Skipped)> MatchAsync(
        NpgsqlConnection connection, FeatureFilter filter, int own, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand($"""
            select f.key, f.stage, held.proposal_id
            from registry.feature f
            join registry.team t on t.id = f.team_id
            join registry.feature_version v on v.feature_id = f.id and v.number = f.current_version
            left join value.feature_score s on s.feature_id = f.id
            left join lifecycle.proposal_feature held on held.feature_id = f.id and held.is_open and held.proposal_id <> {filter.Add(own)}
            {filter.Condition}
            order by f.stage in (2, 3) and held.proposal_id is null desc, f.key collate "C" limit {2 * MostFeatures}
            """, connection);
        foreach (var value in filter.Values)
            command.Parameters.Add(new() { Value = value });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var keys = new HashSet<string>(StringComparer.Ordinal);
        var skipped = ImmutableArray.CreateBuilder<SkippedFeature>();
        while (await reader.ReadAsync(cancellation))
        {
            var stage = (Stage)reader.GetInt16(1);
            if (stage is not (Stage.Adopted or Stage.Experimental))
                skipped.Add(new(reader.GetString(0), $"It is {Core.Words.Of(stage)}."));
            else if (!reader.IsDBNull(2))
                skipped.Add(new(reader.GetString(0), $"Proposal {reader.GetInt32(2)} holds it."));
            else
                keys.Add(reader.GetString(0));
        }

        return (keys, skipped.ToImmutable());
    }

    private static void CheckFeatures(IReadOnlyList<FeatureToGo>? features, FieldFaults faults)
    {
        FeatureNames.Check("features", features?.Select(feature => feature?.Key).ToList(), MostFeatures, faults);
        for (var i = 0; i < Math.Min(features?.Count ?? 0, MostFeatures); i++)
        {
            if (features![i]?.Replacement is { } replacement && !FeatureKey.TryParse(replacement, out _))
                faults.Add($"features[{i}].replacement", "Not a feature key.", $"Use {FeatureKey.Form}.", "malformed-key");
        }
    }

    private static async Task<Chosen> ResolveAsync(
        NpgsqlConnection connection, IReadOnlyList<FeatureToGo> features, string? words, ImmutableArray<SkippedFeature> skipped, CancellationToken cancellation)
    {
        var names = features.Select(feature => feature.Key!).Concat(features.Select(feature => feature.Replacement).OfType<string>());
        var found = await FeatureNames.FindAsync(connection, names, cancellation);
        var ids = ImmutableArray.CreateBuilder<ProposedId>();
        var named = ImmutableArray.CreateBuilder<ProposedFeature>();
        foreach (var feature in features)
        {
            (int Id, string Key)? replacement = feature.Replacement is { } name && found.TryGetValue(name, out var other) ? other : null;
            var replacementKey = replacement?.Key ?? feature.Replacement;
            var known = found.TryGetValue(feature.Key!, out var own);
            named.Add(new(known ? own.Key : feature.Key!, replacementKey));
            if (known && !ids.Any(one => one.Id == own.Id))
                ids.Add(new(own.Id, own.Key, replacement?.Id, replacementKey));
        }

        return new(ids.ToImmutable(), named.ToImmutable(), words, skipped);
    }
}
