using FeatureGovernance.Contracts;
using FeatureGovernance.Contracts.Standards;
using FeatureGovernance.Core;
using FeatureGovernance.Core.Standards;
using FeatureGovernance.Server.Access;
using FeatureGovernance.Server.Audit;
using FeatureGovernance.Server.Http;
using FeatureGovernance.Server.Registry;
using FeatureGovernance.Server.Storage;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace FeatureGovernance.Server.Standards;

/// <summary>Standards as documents: put, read, compared.</summary>
internal static class StandardEndpoints
{
    public static void MapStandards(this RouteGroupBuilder api)
    {
        var standards = api.MapGroup("/standards").WithTags("Standards");
        standards.MapGet("", List).Needs(Permission.Read).WithSummary("Standards by name");
        standards.MapGet("/schema", Schema).Needs(Permission.Read).WithSummary("The JSON Schema of a standard, for editors");
        standards.MapGet("/{name}", Get).Needs(Permission.Read).WithSummary("A standard with its document, in its newest version or another");
        standards.MapPut("/{name}", Put).Needs(Permission.ManageStandards).Mutates().Accepts<string>(StandardBody.MediaTypes[0], StandardBody.MediaTypes[1..])
            .WithSummary("Put a standard: the organisation's own, or what a team adds to it");
        standards.MapGet("/{name}/diff", Diff).Needs(Permission.Read).WithSummary("How two versions of a standard differ");
        standards.MapPost("/{name}/dry-run", DryRun.Post).Needs(Permission.RegisterFeatures).Accepts<string>(StandardBody.MediaTypes[0],
            StandardBody.MediaTypes[1..])
            .WithSummary("Who would newly fail if this document were put");
        api.MapGet("/features/{key}/standing", StandingQuery.Get).Needs(Permission.Read).WithTags("Standards")
            .WithSummary("A feature against every standard in force, as it stands or for entering a stage");
    }

    public static async Task<Results<Ok<Page<StandardSummary>>, Refused>> List(
        NpgsqlDataSource source, TimeProvider clock, int? limit, string? cursor, CancellationToken cancellation)
    {
        var faults = new FieldFaults();
        var size = Limits.Page(limit, faults);
        var after = Cursor.Decode(cursor, "name", faults);
        if (faults.Refusal is { } refusal)
            return (Refused)refusal;
        await using var command = source.CreateCommand("""
            select s.name, v.version, v.document, t.slug, s.updated_at,
                   (select max(version) from standards.standard_version o where o.standard_id = s.id and (o.effective_from is null or o.effective_from <= $3))
            from standards.standard s
            join standards.standard_version v on v.standard_id = s.id and v.version = s.version
            left join registry.team t on t.id = s.team_id
            where s.name > $1 collate "C" order by s.name collate "C" limit $2
            """);
        command.Parameters.Add(new() { Value = after?.Last ?? "" });
        command.Parameters.Add(new() { Value = size + 1 });
        command.Parameters.Add(new() { Value = DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime) });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var found = new List<StandardSummary>();
        while (await reader.ReadAsync(cancellation))
        {
            var standard = StandardReader.Read(reader.GetString(2)).Standard!;
            found.Add(new(reader.GetString(0), reader.IsDBNull(3) ? null : reader.GetString(3), reader.GetInt32(1),
                reader.IsDBNull(5) ? null : reader.GetInt32(5),
                standard.EffectiveFrom, standard.Rules.Length, reader.GetFieldValue<DateTimeOffset>(4)));
        }

        if (string.CompareOrdinal(after?.Last ?? "", ShippedStandard.Name) < 0 && found.All(one => one.Name != ShippedStandard.Name)
            && (found.Count <= size || string.CompareOrdinal(found[^1].Name, ShippedStandard.Name) > 0) && !await IsPutAsync(source, cancellation))
            found = [.. found.Append(new(ShippedStandard.Name, null, 0, 0, null, ShippedStandard.Standard.Rules.Length, null))
                .OrderBy(one => one.Name, StringComparer.Ordinal)];
        var page = found.Take(size).ToList();
        return TypedResults.Ok(new Page<StandardSummary>(page, found.Count > size ? new Cursor("name", page[^1].Name, 0).Encode() : null));
    }

    private static async Task<bool> IsPutAsync(NpgsqlDataSource source, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        return await StandardStore.FindAsync(connection, ShippedStandard.Name, null, cancellation) is not null;
    }

    private static ContentHttpResult Schema() => TypedResults.Text(StandardSchema.Build().ToJsonString(), "application/schema+json");

    private static async Task<Results<Ok<StandardView>, StatusCodeHttpResult, Refused>> Get(
        string name, int? version, HttpContext context, NpgsqlDataSource source, CancellationToken cancellation)
    {
        if (await FindAsync(source, name, version, cancellation) is not { } view)
            return (Refused)Problems.NotFound("standard", FieldFaults.Printable(name));
        context.SetRevision(view.Version);
        return context.IsCurrent(view.Version) ? TypedResults.StatusCode(304) : TypedResults.Ok(view);
    }

    public static async Task<StandardView?> FindAsync(NpgsqlDataSource source, string name, int? version, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        var stored = name.Contains('\0', StringComparison.Ordinal) ? null : await StandardStore.FindAsync(connection, name, version, cancellation);
        return stored is not null ? stored.View()
            : name == ShippedStandard.Name && (version == 0 || (version is null && await StandardStore.FindAsync(connection, name, null, cancellation) is null)) ? StoredStandard.Shipped
            : null;
    }

    private static async Task<Results<Ok<StandardView>, Created<StandardView>, Refused>> Put(
        string name, HttpContext context, WriteTransaction write, StandardShelf shelf, CancellationToken cancellation)
    {
        var (text, standard, refusal) = await StandardBody.ReadAsync(context, name, cancellation);
        return standard is null ? (Refused)refusal! : await PutAsync(name, text, standard, context, write, shelf, cancellation);
    }

    /// <summary>Puts a document that was read; the request's preconditions hold.</summary>
    public static async Task<Results<Ok<StandardView>, Created<StandardView>, Refused>> PutAsync(
        string name, string text, Standard standard, HttpContext context, WriteTransaction write, StandardShelf shelf, CancellationToken cancellation)
    {
        // One put at a time: each is checked against all others.
        await write.Db.Database.ExecuteSqlAsync($"select pg_advisory_xact_lock(7305086523812345650)", cancellation);
        var before = await StandardStore.FindAsync(write.Connection, name, null, cancellation, locked: true);
        if (context.Precondition(before?.Version ?? (name == ShippedStandard.Name ? 0 : null)) is { } stale)
            return (Refused)stale;
        var team = standard.Team is null ? null : await write.Db.Teams.AsNoTracking().SingleOrDefaultAsync(one => one.Slug == standard.Team, cancellation);
        if (standard.Team is not null && team is null)
            return (Refused)Problems.Malformed("team", $"There is no team '{FieldFaults.Printable(standard.Team)}'.", "Register the team first.");
        if (NotAllowed(context.Caller(), team, standard.Team) is { } notAllowed)
            return (Refused)notAllowed;
        if (before is not null && before.TeamId != team?.Id)
            return (Refused)new Refusal(RefusalKind.BrokenRule, "standard-changes-hands",
                $"'{name}' belongs to {(before.Team is null ? "the organisation" : $"team '{before.Team}'")}, and stays there.",
                [new("team", "A standard does not change hands.", "Put it under another name.")]);

        var book = await shelf.OpenAsync(write.Connection, write.Now, cancellation);
        if (StandardChecks.Refuse(standard, book) is { } broken)
            return (Refused)broken;
        if (await ReviewersQuery.UnknownAsync(write.Connection, standard.Review?.Reviewers.Select(rule => rule.Team) ?? [], cancellation) is [var nobody, ..])
            return (Refused)Problems.Malformed("review.reviewers", $"There is no team '{FieldFaults.Printable(nobody)}'.", "Register the team first.");
        if (before is not null && before.Document == text)
        {
            context.SetRevision(before.Version);
            return TypedResults.Ok(before.View());
        }

        var (id, version) = await StandardStore.PutAsync(write, standard, text, team?.Id, cancellation);
        var view = StoredStandard.View(standard, version, text, context.Caller().Actor, write.Now);
        write.Record(NewEvent.Of(before is null ? "standard.put" : "standard.changed", "standard", id, name, before?.View(), view));
        context.SetRevision(version);
        return before is null ? TypedResults.Created($"/api/v1/standards/{name}", view) : TypedResults.Ok(view);
    }

    private static Refusal? NotAllowed(Caller caller, Team? team, string? name) => team is not null
        ? caller.Refuses(Permission.ManageStandards, team.Id, name!)
        : caller.IsAdmin ? null : new(RefusalKind.Forbidden, "not-yours-to-set",
            "Only an administrator sets the organisation's standards; a lead names his team in the document.");

    private static async Task<Results<Ok<StandardDifferences>,
        Refused>> Diff(string name, int? from, int? to, NpgsqlDataSource source, CancellationToken cancellation)
    {
        if (await FindAsync(source, name, to, cancellation) is not { } later)
            return (Refused)Problems.NotFound("standard", FieldFaults.Printable(name));
        var first = from ?? Math.Max(later.Version - 1, name == ShippedStandard.Name ? 0 : 1);
        if (await FindAsync(source, name, first, cancellation) is not { } earlier)
            return (Refused)Problems.Malformed("from", $"'{FieldFaults.Printable(name)}' has no version {first}.", $"Use one up to {later.Version}.");
        var changes = StandardDiff.Between(StandardReader.Read(earlier.Document).Standard, StandardReader.Read(later.Document).Standard);
        return TypedResults.Ok(new StandardDifferences(name, earlier.Version, later.Version,
            [.. changes.Select(change => new StandardDifference(change.Path, change.Before, change.After))]));
    }
}
