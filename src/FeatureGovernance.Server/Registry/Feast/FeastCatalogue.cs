using System.Collections.Immutable;
using FeatureGovernance.Core;
using FeatureGovernance.Server.Http;
using FeatureGovernance.Server.Storage;
using Microsoft.EntityFrameworkCore;

namespace FeatureGovernance.Server.Registry.Feast;

/// <summary>Entities, data sources and groups: what surrounds features.</summary>
internal static class FeastCatalogue
{
    public static async Task RegisterAsync(GovernanceDb db, ImportedRegistrations imported, ImportTally tally, CancellationToken cancellation)
    {
        var entities = await db.Entities.ToDictionaryAsync(entity => (entity.Project, entity.Name), cancellation);
        foreach (var entity in imported.Entities)
        {
            if (!entities.TryGetValue((entity.Project, entity.Name), out var record))
                db.Add(record = new Entity { Name = entity.Name, Project = entity.Project });
            record.JoinKeys = Same(record.JoinKeys, [entity.JoinKey]);
            record.DataType = entity.DataType;
            record.Owner = entity.Team;
            record.Description = NullIfEmpty(entity.Description);
            record.Tags = Tags(record.Tags, entity.Tags);
            Count(db, record, "entity", entity.Name, tally);
        }

        var sources = await db.DataSources.ToDictionaryAsync(source => (source.Project, source.Name), cancellation);
        foreach (var source in imported.Sources)
        {
            if (!sources.TryGetValue((source.Project, source.Name), out var record))
                db.Add(record = new DataSource { Name = source.Name, Project = source.Project, System = source.System });
            record.System = source.System;
            record.Location = NullIfEmpty(source.Table) ?? source.Query;
            record.TimestampColumn = NullIfEmpty(source.TimestampField);
            record.CreatedColumn = NullIfEmpty(source.CreatedTimestampColumn);
            record.Owner = source.Team;
            record.Description = NullIfEmpty(source.Description);
            record.Tags = Tags(record.Tags, source.Tags);
            Count(db, record, "source", source.Name, tally);
        }

        var groups = await db.FeatureGroups.ToDictionaryAsync(group => group.Name, StringComparer.Ordinal, cancellation);
        foreach (var group in imported.Groups)
        {
            if (!groups.TryGetValue(group.Name, out var record))
                db.Add(record = new FeatureGroup { Name = group.Name });
            record.Project = group.Project;
            record.Kind = Words.Of(group.Kind);
            record.Entities = Same(record.Entities, [.. group.Entities]);
            record.Sources = Same(record.Sources, [.. group.Sources]);
            record.FreshnessSeconds = group.Freshness is { TotalSeconds: >= 1 } span ? (int)Math.Min(span.TotalSeconds, int.MaxValue) : null;
            record.Online = group.Online;
            record.Owner = group.Team;
            record.Description = NullIfEmpty(group.Description);
            record.Tags = Tags(record.Tags, group.Tags);
            Count(db, record, "group", group.Name, tally);
        }

        await db.SaveChangesAsync(cancellation);
    }

    private static void Count(GovernanceDb db, object record, string kind, string name, ImportTally tally) =>
        tally.Count(kind, name, db.Entry(record).State switch
    {
        EntityState.Added => Outcome.Created,
        EntityState.Modified => Outcome.Updated,
        _ => Outcome.Unchanged,
    });

    private static string? NullIfEmpty(string text) => text.Length == 0 ? null : text;

    private static string[] Same(string[] present, string[] wanted) => present.AsSpan().SequenceEqual(wanted) ? present : wanted;

    // jsonb comes back in its own order and spacing.
    private static string Tags(string present, ImmutableSortedDictionary<string, string> wanted)
    {
        var known = Json.Read<Dictionary<string, string>>(present)!;
        return known.Count == wanted.Count && wanted.All(tag => known.GetValueOrDefault(tag.Key) == tag.Value) ? present : Json.Text(wanted);
    }
}
