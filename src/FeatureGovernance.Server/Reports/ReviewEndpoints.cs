using FeatureGovernance.Contracts;
using FeatureGovernance.Contracts.Reports;
using FeatureGovernance.Core.Reports;
using FeatureGovernance.Server.Access;
using FeatureGovernance.Server.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace FeatureGovernance.Server.Reports;

internal static class ReviewEndpoints
{
    public static void MapReports(this RouteGroupBuilder api)
    {
        var reports = api.MapGroup("/reports").WithTags("Reports");
        reports.MapGet("", List).Needs(Permission.Read).WithSummary("Quarterly reviews that were kept, newest first");
        reports.MapGet("/{quarter}", Get).Needs(Permission.Read)
            .WithSummary("What a quarter brought to the organisation or a team: as it was kept, or as of now where it was not");
    }

    public static async Task<Results<Ok<Page<ReviewSummary>>, Refused>> List(
        NpgsqlDataSource source, string? team, int? limit, string? cursor, CancellationToken cancellation)
    {
        var faults = new FieldFaults();
        faults.Slug("team", team, required: false);
        var size = Limits.Page(limit, faults);
        var after = Cursor.Decode(cursor, "-id", faults);
        if (faults.Refusal is { } malformed)
            return (Refused)malformed;
        await using var connection = await source.OpenConnectionAsync(cancellation);
        int? id = null;
        if (team is not null && (id = await TeamAsync(connection, team, cancellation)) is null)
            return (Refused)Problems.NotFound("team", team);
        return TypedResults.Ok(await ReviewStore.ListAsync(connection, id, size, after?.Id, cancellation));
    }

    public static async Task<Results<Ok<QuarterlyReview>, Refused>> Get(
        string quarter, string? team, NpgsqlDataSource source, TimeProvider clock, CancellationToken cancellation)
    {
        var faults = new FieldFaults();
        faults.Slug("team", team, required: false);
        var wanted = Quarter.TryParse(quarter);
        var now = clock.GetUtcNow();
        faults.Check(wanted is not null, "quarter", "The value is not a quarter.", "Write it as 2026-Q4.");
        faults.Check(wanted is not { } asked || asked.First <= DateOnly.FromDateTime(now.UtcDateTime), "quarter", "The quarter has not begun.",
            "Ask for the present one or one before.");
        if (faults.Refusal is { } malformed)
            return (Refused)malformed;
        await using var connection = await source.OpenConnectionAsync(cancellation);
        int? id = null;
        if (team is not null && (id = await TeamAsync(connection, team, cancellation)) is null)
            return (Refused)Problems.NotFound("team", team);
        return TypedResults.Ok(await ReviewStore.FindAsync(connection, wanted!.Value, id, cancellation)
            ?? await ReviewQuery.ReadAsync(connection, wanted.Value, id is { } known ? (known, team!) : null, now, cancellation));
    }

    private static async Task<int?> TeamAsync(NpgsqlConnection connection, string slug, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("select id from registry.team where slug = $1", connection);
        command.Parameters.Add(new() { Value = slug });
        return (int?)await command.ExecuteScalarAsync(cancellation);
    }
}
