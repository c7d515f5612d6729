using FeatureGovernance.Core.Reports;
using FeatureGovernance.Server.Audit;
using FeatureGovernance.Server.Lifecycle;
using FeatureGovernance.Server.Storage;
using Npgsql;

namespace FeatureGovernance.Server.Reports;

/// <summary>
/// Keeps the review of the quarter that is over, for the organisation and for every team that owns features, each in a transaction of its
/// own, and tells the team's leads. Run again, it makes only what is missing.
/// </summary>
internal sealed class ReviewJob(IServiceScopeFactory scopes, NpgsqlDataSource source, TimeProvider clock, ILogger<ReviewJob> log)
{
    public async Task RunAsync(CancellationToken cancellation)
    {
        var quarter = Quarter.Of(DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime)).Previous;
        foreach (var team in await DueAsync(quarter, cancellation))
        {
            try
            {
                await KeepAsync(quarter, team, cancellation);
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                // The others must not wait for it; the next run tries again.
                log.LogError(exception, "The review {Quarter} of {Team} could not be written", quarter, team?.Slug ?? "the organisation");
            }
        }
    }

    private async Task<List<(int Id, string Slug)?>> DueAsync(Quarter quarter, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand("""
            with recursive owner as (
                select distinct t.id, t.parent_id, t.slug from registry.team t join registry.feature f on f.team_id = t.id
                union
                select t.id, t.parent_id, t.slug from owner o join registry.team t on t.id = o.parent_id)
            select null, null where not exists (select from reports.review where quarter = $1 and team_id is null)
            union all
            select id, slug from owner where not exists (select from reports.review where quarter = $1 and team_id = owner.id)
            """);
        command.Parameters.Add(new() { Value = quarter.ToString() });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var due = new List<(int Id, string Slug)?>();
        while (await reader.ReadAsync(cancellation))
            due.Add(reader.IsDBNull(0) ? null : (reader.GetInt32(0), reader.GetString(1)));
        return due;
    }

    private async Task KeepAsync(Quarter quarter, (int Id, string Slug)? team, CancellationToken cancellation)
    {
        await using var scope = scopes.CreateAsyncScope();
        var write = scope.ServiceProvider.GetRequiredService<WriteTransaction>();
        write.Origin = Origin.System("quarterly-reviews");
        await write.BeginAsync(cancellation);
        var review = await ReviewQuery.ReadAsync(write.Connection, quarter, team, write.Now, cancellation) with { IsFinal = true };
        if (!await ReviewStore.KeepAsync(write, review, team?.Id, cancellation))
            return;
        write.Announce("report.made", new("report", team?.Id ?? 0, $"{quarter} of {team?.Slug ?? "the organisation"}"),
            team is { } told ? Recipients.OfTeams([told.Slug]) : new([], [], ["admin"]), new { Quarter = quarter.ToString(), Team = team?.Slug });
        await write.CommitAsync(cancellation);
    }
}
