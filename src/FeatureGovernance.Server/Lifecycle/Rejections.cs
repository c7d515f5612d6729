using FeatureGovernance.Server.Storage;
using Npgsql;

namespace FeatureGovernance.Server.Lifecycle;

/// <summary>Remembers what was believed of features when it was decided that they stay.</summary>
internal static class Rejections
{
    public static async Task RememberAsync(WriteTransaction write, int[] features, string reason, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("""
            insert into lifecycle.rejection (feature_id, at, actor, reason, value, lower, upper, cost_per_day)
            select f, $2, $3, $4, s.value, s.lower, s.upper, s.cost_per_day
            from unnest($1) f left join value.feature_score s on s.feature_id = f
            on conflict (feature_id) do update set at = excluded.at, actor = excluded.actor, reason = excluded.reason, value = excluded.value,
                lower = excluded.lower, upper = excluded.upper, cost_per_day = excluded.cost_per_day
            """, write.Connection);
        command.Parameters.Add(new() { Value = features });
        command.Parameters.Add(new() { Value = write.Now });
        command.Parameters.Add(new() { Value = write.Origin.Actor });
        command.Parameters.Add(new() { Value = reason });
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
