using FeatureGovernance.Core.Notifications;
using FeatureGovernance.Server.Audit;
using Npgsql;

namespace FeatureGovernance.Server.Notifications;

/// <summary>
/// Notes, in the transaction of a write, which of its events people may have to be told of. The events themselves are in the audit
/// trail, which nobody changes; so a number says it all.
/// </summary>
internal static class Outbox
{
    /// <param name="events">The events of the write, in the order in which they were appended.</param>
    /// <param name="last">The number of the last of them.</param>
    public static async Task AddAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, IReadOnlyList<NewEvent> events, long last,
        CancellationToken cancellation)
    {
        var first = last - events.Count + 1;
        long[] noted = [.. events.Index().Where(one => Routing.MayConcern(one.Item.Action, one.Item.After)).Select(one =>
            first + one.Index)];
        if (noted.Length == 0)
            return;
        await using var command = new NpgsqlCommand("insert into notices.outbox (sequence) select unnest($1)", connection, transaction);
        command.Parameters.Add(new() { Value = noted });
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
