using FeatureGovernance.Core.Lifecycle;
using FeatureGovernance.Core.Value;
using FeatureGovernance.Server.Audit;
using FeatureGovernance.Server.Storage;
using Npgsql;

namespace FeatureGovernance.Server.Lifecycle;

/// <summary>Where a draft stands; stored as its number.</summary>
internal enum DraftState
{
    /// <summary>Waiting for its team.</summary>
    Open,

    /// <summary>Became a proposal.</summary>
    Submitted,

    /// <summary>Turned down.</summary>
    Rejected,

    /// <summary>Nothing in it is recommended any more.</summary>
    Lapsed,
}

/// <summary>
/// Drafts proposals from recommendations, one for each owner team, and keeps them true as recommendations come and go. It never submits.
/// What a team has turned down is left alone until its evidence has changed materially.
/// </summary>
internal sealed class Drafting(IServiceScopeFactory scopes, LifecyclePolicy policy, ILogger<Drafting> log)
{
    private const int MostFeatures = 500;

    private static readonly string Candidates = $"""
        select f.team_id, t.slug, f.id, r.feature_id is not null, r.value, r.lower, r.upper, r.cost_per_day, s.value, s.lower, s.upper, s.cost_per_day
        from value.feature_score s
        join registry.feature f on f.id = s.feature_id
        join registry.team t on t.id = f.team_id
        left join lifecycle.rejection r on r.feature_id = f.id
        where s.recommendation = {(short)Recommendation.Deprecate} and f.stage in ({(short)Stage.Experimental}, {(short)Stage.Adopted})
          and not exists (select from lifecycle.proposal_feature x where x.feature_id = f.id and x.is_open)
        order by f.team_id, s.saving_per_day desc nulls last, f.id
        """;

    public async Task RunAsync(CancellationToken cancellation)
    {
        var teams = await WantedAsync(cancellation);
        foreach (var (team, (name, features)) in teams)
        {
            try
            {
                await DraftAsync(team, name, [.. features.Take(MostFeatures)], cancellation);
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                // The others must not wait for it; the next run tries again.
                log.LogError(exception, "No draft could be made for team {Team}", name);
            }
        }
    }

    /// <summary>What is to be drafted for each team; an empty list for teams whose open draft has nothing left.</summary>
    private async Task<Dictionary<int, (string Team, List<int> Features)>> WantedAsync(CancellationToken cancellation)
    {
        await using var scope = scopes.CreateAsyncScope();
        var source = scope.ServiceProvider.GetRequiredService<NpgsqlDataSource>();
        var teams = new Dictionary<int, (string Team, List<int> Features)>();
        await using (var open = source.CreateCommand("select t.id, t.slug from lifecycle.draft d join registry.team t on t.id = d.team_id where d.state = 0"))
        {
            await using var reader = await open.ExecuteReaderAsync(cancellation);
            while (await reader.ReadAsync(cancellation))
                teams[reader.GetInt32(0)] = (reader.GetString(1), []);
        }

        await using var command = source.CreateCommand(Candidates);
        await using var row = await command.ExecuteReaderAsync(cancellation);
        while (await row.ReadAsync(cancellation))
        {
            if (row.GetBoolean(3) && !Materiality.Changed(Belief(row, 4), Belief(row, 8), policy.MaterialCostChange))
                continue;
            if (!teams.TryGetValue(row.GetInt32(0), out var team))
                teams[row.GetInt32(0)] = team = (row.GetString(1), []);
            team.Features.Add(row.GetInt32(2));
        }

        return teams;
    }

    private async Task DraftAsync(int team, string name, int[] features, CancellationToken cancellation)
    {
        await using var scope = scopes.CreateAsyncScope();
        var write = scope.ServiceProvider.GetRequiredService<WriteTransaction>();
        write.Origin = Origin.System("deprecation-drafts");
        await write.BeginAsync(cancellation);
        var stored = await DraftStore.LockOpenAsync(write.Connection, team, cancellation);
        if (stored is null ? features.Length == 0 : stored.Features.ToHashSet().SetEquals(features))
            return;
        var before = stored is null ? null : await DraftQueries.FindAsync(write.Connection, stored.Id, cancellation);
        var id = await DraftStore.KeepAsync(write, stored?.Id, team, features, cancellation);
        var after = (await DraftQueries.FindAsync(write.Connection, id, cancellation))!;
        var action = features.Length == 0 ? "lapsed" : stored is null ? "drafted" : "redrafted";
        write.Record(NewEvent.Of($"draft.{action}", "draft", id, $"draft {id}", before, after));
        if (stored is null)
        {
            write.Announce("deprecation.drafted", new("draft", id, $"draft {id}"), Recipients.OfTeams([name]),
                new { Features = after.Features.Count, after.SavingPerDay, after.Value });
        }

        await write.CommitAsync(cancellation);
    }

    private static Belief Belief(NpgsqlDataReader row, int first)
    {
        double? Number(int ordinal) => row.IsDBNull(ordinal) ? null : row.GetDouble(ordinal);
        return new(Number(first), Number(first + 1), Number(first + 2), Number(first + 3));
    }
}
