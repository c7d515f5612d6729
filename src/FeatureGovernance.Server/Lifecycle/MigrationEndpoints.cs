using FeatureGovernance.Contracts.Lifecycle;
using FeatureGovernance.Core.Lifecycle;
using FeatureGovernance.Core.Registry;
using FeatureGovernance.Server.Access;
using FeatureGovernance.Server.Audit;
using FeatureGovernance.Server.Http;
using FeatureGovernance.Server.Storage;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;
using NpgsqlTypes;

namespace FeatureGovernance.Server.Lifecycle;

/// <summary>Models on their way off features that are going.</summary>
internal static class MigrationEndpoints
{
    public static void MapMigrations(this RouteGroupBuilder api)
    {
        var migrations = api.MapGroup("/migrations").WithTags("Deprecations");
        migrations.MapGet("", MigrationQueries.List).Needs(Permission.Read).WithSummary("Migration tasks, by proposal, assignee, model, feature or status");
        migrations.MapGet("/{id:int}", MigrationQueries.Get).Needs(Permission.Read).WithSummary("One migration task");
        migrations.MapPatch("/{id:int}", Patch).Needs(Permission.RequestAdoption).Mutates()
            .WithSummary("Say how a migration stands; for the assignee's team and the model's");
        api.MapGet("/deprecations/{id:int}/progress", MigrationQueries.Progress).Needs(Permission.Read).WithTags("Deprecations")
            .WithSummary("How many readers are left, and of how many nobody knows");
    }

    private static async Task<Results<Ok<MigrationTask>, Refused>> Patch(
        int id, MigrationChange body, HttpContext context, WriteTransaction write, CancellationToken cancellation)
    {
        var faults = new FieldFaults();
        var status = faults.Word<MigrationStatus>("status", body.Status);
        faults.Slug("assignee", body.Assignee, required: false);
        faults.Text("note", body.Note, FieldFaults.LongText);
        if (body.Replacement is not null && !FeatureKey.TryParse(body.Replacement, out _))
            faults.Add("replacement", "Not a feature key.", $"Use {FeatureKey.Form}.", "malformed-key");
        faults.Check(body.DueAt is not { } due || (due > write.Now.AddYears(-1) && due < write.Now.AddYears(5)), "dueAt", "The date is far from now.",
            "Give a date within five years.");
        faults.Check((body.Status ?? body.Assignee ?? body.Note ?? body.Replacement) is not null || body.DueAt is not null, "body", "Nothing is changed.",
            "Send status, dueAt, assignee, replacement or note.");
        if (faults.Refusal is { } malformed)
            return (Refused)malformed;

        await using (var locking = new NpgsqlCommand("select id from lifecycle.migration_task where id = $1 for update", write.Connection))
        {
            locking.Parameters.Add(new() { Value = id });
            await locking.ExecuteNonQueryAsync(cancellation);
        }

        if (await MigrationQueries.FindAsync(write.Connection, id, write.Now, cancellation) is not { } task)
            return (Refused)Problems.NotFound("migration", id.ToString());
        if (context.Precondition(task.View.Revision) is { } stale)
            return (Refused)stale;
        var caller = context.Caller();
        if (!caller.May(Permission.RequestAdoption, task.ModelTeamId)
            && caller.Refuses(Permission.RequestAdoption, task.AssigneeId, task.View.Assignee) is { } notYours)
            return (Refused)notYours;
        if (status is { } wanted && Migration.Refuses(wanted, task.View.InManifest) is { } untrue)
            return (Refused)untrue;

        var assignee = await TeamAsync(write.Connection, body.Assignee, cancellation);
        faults.Check(body.Assignee is null || assignee is not null, "assignee", $"There is no team '{body.Assignee}'.", "Name a registered team.");
        var replacement = body.Replacement is { } name
            ? (await FeatureNames.FindAsync(write.Connection, [name], cancellation)).GetValueOrDefault(name)
            : default;
        faults.Check(body.Replacement is null || replacement.Id != 0, "replacement", $"There is no feature '{body.Replacement}'.", "Check the name.");
        faults.Check(replacement.Id == 0 || replacement.Id != task.FeatureId, "replacement", "A feature does not replace itself.", "Name another.");
        if (faults.Refusal is { } unknown)
            return (Refused)unknown;

        await UpdateAsync(write, id, status, body, assignee, replacement.Id == 0 ? null : replacement.Id, cancellation);
        var after = (await MigrationQueries.FindAsync(write.Connection, id, write.Now, cancellation))!.View;
        write.Record(NewEvent.Of("migration.updated", "migration", id, $"migration {id}", task.View, after, body.Note));
        if (assignee is not null && assignee != task.AssigneeId)
            write.Announce("deprecation.migration-assigned", Subject.Deprecation(after.Deprecation), Recipients.OfTeams([after.Assignee]),
                new { Tasks = new[] { id }, after.DueAt });
        context.SetRevision(after.Revision);
        return TypedResults.Ok(after);
    }

    private static async Task UpdateAsync(
        WriteTransaction write, int id, MigrationStatus? status, MigrationChange body, int? assignee, int? replacement, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("""
            update lifecycle.migration_task
            set status = coalesce($2, status), due_at = coalesce($3, due_at), assignee_id = coalesce($4, assignee_id),
                replacement_id = coalesce($5, replacement_id), note = coalesce($6, note), revision = revision + 1, updated_at = $7
            where id = $1
            """, write.Connection);
        void Add(object? value, NpgsqlDbType type) => command.Parameters.Add(new() { Value = value ?? DBNull.Value, NpgsqlDbType = type });
        Add(id, NpgsqlDbType.Integer);
        Add((short?)status, NpgsqlDbType.Smallint);
        Add(body.DueAt is { } due ? WriteTransaction.Truncate(due) : null, NpgsqlDbType.TimestampTz);
        Add(assignee, NpgsqlDbType.Integer);
        Add(replacement, NpgsqlDbType.Integer);
        Add(body.Note, NpgsqlDbType.Text);
        Add(write.Now, NpgsqlDbType.TimestampTz);
        await command.ExecuteNonQueryAsync(cancellation);
    }

    private static async Task<int?> TeamAsync(NpgsqlConnection connection, string? team, CancellationToken cancellation)
    {
        if (team is null)
            return null;
        await using var command = new NpgsqlCommand("select id from registry.team where slug = $1", connection);
        command.Parameters.Add(new() { Value = team });
        return (int?)await command.ExecuteScalarAsync(cancellation);
    }
}
