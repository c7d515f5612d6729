using Npgsql;

namespace FeatureGovernance.Server.Value.Pages;

/// <summary>What a team's or group's features are worth and cost together.</summary>
public sealed record ValuePart(string Name, double Value, double? CostPerDay, double? SavingPerDay, long Features);

/// <summary>What a run of scoring found of the whole.</summary>
/// <param name="Teams">The teams with most value.</param>
/// <param name="Groups">The groups with most value.</param>
/// <param name="Curve">Value against cost; null where either is unknown.</param>
public sealed record ValueOverview(IReadOnlyList<ValuePart> Teams, IReadOnlyList<ValuePart> Groups, CostCurve? Curve);

/// <summary>The newest overview. It changes with a run of scoring alone, and goes through every score: it is read once for each run.</summary>
internal sealed class PublishedValue(NpgsqlDataSource source)
{
    private const int MostParts = 40;

    private sealed record Kept(int Run, ValueOverview Overview);

    private volatile Kept? last;

    /// <summary>Null before the first run.</summary>
    public async Task<ValueOverview?> NewestAsync(CancellationToken cancellation)
    {
        await using var command = source.CreateCommand("select max(id) from value.score_run where state = 2");
        if (await command.ExecuteScalarAsync(cancellation) is not int run)
            return null;
        if (last is { } kept && kept.Run == run)
            return kept.Overview;
        var overview = new ValueOverview(
            await PartsAsync("t.slug", cancellation), await PartsAsync("f.group_name", cancellation), await CostCurve.ReadAsync(source, cancellation));
        last = new(run, overview);
        return overview;
    }

    private async Task<List<ValuePart>> PartsAsync(string column, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand($"""
            select {column}, coalesce(sum(s.value), 0), sum(s.cost_per_day), sum(s.saving_per_day), count(*)
            from value.feature_score s join registry.feature f on f.id = s.feature_id join registry.team t on t.id = f.team_id
            group by 1 order by 2 desc, 1 limit {MostParts}
            """);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var parts = new List<ValuePart>();
        while (await reader.ReadAsync(cancellation))
        {
            parts.Add(new(reader.GetString(0), reader.GetDouble(1), reader.IsDBNull(2) ? null : reader.GetDouble(2),
                reader.IsDBNull(3) ? null : reader.GetDouble(3), reader.GetInt64(4)));
        }

        return parts;
    }
}
