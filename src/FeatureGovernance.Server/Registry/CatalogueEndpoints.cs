using System.Linq.Expressions;
using FeatureGovernance.Contracts;
using FeatureGovernance.Contracts.Registry;
using FeatureGovernance.Core;
using FeatureGovernance.Core.Registry;
using FeatureGovernance.Server.Access;
using FeatureGovernance.Server.Http;
using FeatureGovernance.Server.Registry.Feast;
using FeatureGovernance.Server.Storage;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace FeatureGovernance.Server.Registry;

/// <summary>What surrounds features: groups, entities, sources, and imports that bring them.</summary>
internal static class CatalogueEndpoints
{
    public static void MapCatalogue(this RouteGroupBuilder api)
    {
        var catalogue = api.MapGroup("").WithTags("Catalogue");
        catalogue.MapGet("/groups", Groups).Needs(Permission.Read).WithSummary("Feature groups by name");
        catalogue.MapGet("/entities", Entities).Needs(Permission.Read).WithSummary("Entities by name");
        catalogue.MapGet("/sources", Sources).Needs(Permission.Read).WithSummary("Data sources by name");
        catalogue.MapPost("/imports/feast", FeastImport.Post).Needs(Permission.ImportRegistry).Mutates()
            .WithSummary("Import a Feast registry, serialized or dumped as JSON; what has no owner goes to ?team=");
    }

    private static Task<Results<Ok<Page<FeatureGroupView>>, Refused>> Groups(
        GovernanceDb db, string? project, int? limit, string? cursor, CancellationToken cancellation) =>
        PageAsync(db.FeatureGroups.Where(group => project == null || group.Project == project), group => group.Name, group => new FeatureGroupView(
            group.Name, group.Project, group.Kind, group.Entities, group.Sources, FeatureDraft.FreshnessText(group.FreshnessSeconds), group.Online,
            group.Owner, group.Description, Json.Read<Dictionary<string, string>>(group.Tags)!), limit, cursor, cancellation);

    private static Task<Results<Ok<Page<EntityView>>, Refused>> Entities(
        GovernanceDb db, string? project, int? limit, string? cursor, CancellationToken cancellation) =>
        PageAsync(db.Entities.Where(entity => project == null || entity.Project == project), entity => entity.Name, entity => new EntityView(
            entity.Name, entity.Project, entity.JoinKeys, Words<DataType>.Text(entity.DataType), entity.Owner, entity.Description,
            Json.Read<Dictionary<string, string>>(entity.Tags)!), limit, cursor, cancellation);

    private static Task<Results<Ok<Page<DataSourceView>>, Refused>> Sources(
        GovernanceDb db, string? project, int? limit, string? cursor, CancellationToken cancellation) =>
        PageAsync(db.DataSources.Where(source => project == null || source.Project == project), source => source.Name, source => new DataSourceView(
            source.Name, source.Project, source.System, source.Location, source.TimestampColumn, source.CreatedColumn, source.Owner, source.Description,
            Json.Read<Dictionary<string, string>>(source.Tags)!), limit, cursor, cancellation);

    private static async Task<Results<Ok<Page<TView>>, Refused>> PageAsync<T, TView>(
        IQueryable<T> all, Expression<Func<T, string>> name, Func<T, TView> view, int? limit, string? cursor, CancellationToken cancellation)
        where T : class
    {
        var faults = new FieldFaults();
        var size = Limits.Page(limit, faults);
        var after = Cursor.Decode(cursor, "name,id", faults);
        if (faults.Refusal is { } refusal)
            return (Refused)refusal;

        var from = after?.Last ?? "";
        var fromId = (int)Math.Clamp(after?.Id ?? 0, 0, int.MaxValue);
        var nameOf = name.Compile();
        var found = await all.AsNoTracking()
            .Where(Later(name, from, fromId)).OrderBy(name).ThenBy(item => EF.Property<int>(item, "Id"))
            .Select(item => new { Item = item, Id = EF.Property<int>(item, "Id") }).Take(size + 1).ToListAsync(cancellation);
        var page = found.Take(size).ToList();
        var next = found.Count > size ? new Cursor("name,id", nameOf(page[^1].Item), page[^1].Id).Encode() : null;
        return TypedResults.Ok(new Page<TView>(page.ConvertAll(item => view(item.Item)), next));
    }

    // item => name(item) > from || (name(item) == from && item.Id > fromId), for whatever property the name is.
    private static Expression<Func<T, bool>> Later<T>(Expression<Func<T, string>> name, string from, int fromId)
    {
        var item = name.Parameters[0];
        var compared = Expression.Call(typeof(string), nameof(string.Compare), null, name.Body, Expression.Constant(from));
        var id = Expression.Property(item, "Id");
        return Expression.Lambda<Func<T, bool>>(
            Expression.OrElse(
                Expression.GreaterThan(compared, Expression.Constant(0)),
                Expression.AndAlso(Expression.Equal(compared, Expression.Constant(0)), Expression.GreaterThan(id, Expression.Constant(fromId)))),
            item);
    }
}
