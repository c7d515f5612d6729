using FeatureGovernance.Core.Notifications;
using Npgsql;

namespace FeatureGovernance.Server.Notifications;

/// <summary>
/// Sends what is due. A delivery is claimed in one short transaction, sent outside of any, and settled in another; what a killed process
/// had claimed falls due again when its lease is over. So each is delivered at least once, always under the same id.
/// </summary>
internal sealed class Dispatch(
    NpgsqlDataSource source, IEnumerable<ISender> senders, NoticeSettings settings, TimeProvider clock, ILogger<Dispatch> log)
{
    private const int Batch = 50;
    private const int AtOnce = 8;

    // So that one receiver that hangs does not hold up everyone else's.
    private const int OfOneChannel = 4;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Dictionary<ChannelType, ISender> senderOf = senders.ToDictionary(sender => sender.Type);

    /// <summary>Works until nothing is due; returns the number of attempts.</summary>
    public async Task<int> RunAsync(CancellationToken cancellation)
    {
        var all = 0;
        while (true)
        {
            var parcels = await ClaimAsync(cancellation);
            await Parallel.ForEachAsync(parcels, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellation },
                async (parcel, stop) => await DeliverAsync(parcel, stop));
            all += parcels.Count;
            if (parcels.Count == 0)
                return all;
        }
    }

    private async Task<List<Parcel>> ClaimAsync(CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        await using var connection = await source.OpenConnectionAsync(cancellation);
        var claimed = new List<(Guid Id, int Channel, bool IsDigest, int Attempts, DateTimeOffset At)>();
        await using (var claim = new NpgsqlCommand($"""
            with waiting as (
                select d.id, row_number() over (partition by d.channel_id order by d.due_at) as turn
                from notices.delivery d join notices.channel c on c.id = d.channel_id where d.state = 0 and d.due_at <= $1 and c.enabled),
            due as (
                select d.id from notices.delivery d join waiting w on w.id = d.id
                where w.turn <= {OfOneChannel} and d.state = 0 and d.due_at <= $1 order by d.due_at limit {Batch} for update of d skip locked)
            update notices.delivery d set attempts = d.attempts + 1, attempted_at = $1, due_at = $2 from due where d.id = due.id
            returning d.id, d.channel_id, d.digest_for is not null, d.attempts, coalesce(d.digest_for, d.created_at)
            """, connection))
        {
            claim.Parameters.Add(new() { Value = now });
            claim.Parameters.Add(new() { Value = now + settings.Lease });
            await using var reader = await claim.ExecuteReaderAsync(cancellation);
            while (await reader.ReadAsync(cancellation))
                claimed.Add((reader.GetGuid(0), reader.GetInt32(1), reader.GetBoolean(2), reader.GetInt32(3),
                    reader.GetFieldValue<DateTimeOffset>(4)));
        }

        if (claimed.Count == 0)
            return [];
        var channels = (await Channel.ReadAsync(connection, "where c.id = any($1)",
            [new() { Value = claimed.Select(one => one.Channel).Distinct().ToArray() }], cancellation))
            .ToDictionary(channel => channel.Id);
        var notices = await NoticesAsync(connection, [.. claimed.Select(one => one.Id)], cancellation);
        // A channel that was deleted meanwhile took its deliveries along.
        return [.. claimed.Where(one => channels.ContainsKey(one.Channel) && notices[one.Id].Any())
            .Select(one => new Parcel(one.Id, channels[one.Channel], one.IsDigest, one.Attempts, one.At, [.. notices[one.Id]]))];
    }

    private static async Task<ILookup<Guid, NoticeRow>> NoticesAsync(NpgsqlConnection connection, Guid[] deliveries,
        CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand($"""
            select i.delivery_id, {NoticeQueries.Columns}
            from notices.delivery_item i join notices.notice n on n.id = i.notice_id where i.delivery_id = any($1) order by n.id
            """, connection);
        command.Parameters.Add(new() { Value = deliveries });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var found = new List<(Guid Delivery, NoticeRow Notice)>();
        while (await reader.ReadAsync(cancellation))
            found.Add((reader.GetGuid(0), NoticeQueries.Read(reader, 1)));
        return found.ToLookup(one => one.Delivery, one => one.Notice);
    }

    private async Task DeliverAsync(Parcel parcel, CancellationToken stopping)
    {
        var now = clock.GetUtcNow();
        if (parcel.Channel.Rhythm.AfterQuiet(now) is var quietUntil && quietUntil > now)
        {
            // Whoever sleeps is not woken by a retry either. This was no attempt.
            await UpdateAsync("update notices.delivery set attempts = attempts - 1, due_at = $2 where id = $1", parcel.Id, quietUntil);
            return;
        }

        Outcome outcome;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        limit.CancelAfter(Patience);
        try
        {
            outcome = await senderOf[parcel.Channel.Type].SendAsync(parcel, now, limit.Token);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            await UpdateAsync("update notices.delivery set due_at = $2 where id = $1", parcel.Id, now);
            return;
        }
        catch (Exception exception)
        {
            // Whatever it is, it must not hold up the others; this one is tried again.
            if (exception is not OperationCanceledException)
                log.LogWarning(exception, "Delivery {Delivery} failed", parcel.Id);
            outcome = Outcome.Failed(exception is OperationCanceledException ? "The receiver took too long." : exception.Message);
        }

        await SettleAsync(parcel, outcome);
    }

    private async Task SettleAsync(Parcel parcel, Outcome outcome)
    {
        var now = clock.GetUtcNow();
        NoticeMetrics.Count(parcel.Channel.Type, outcome.Delivered);
        if (outcome.Delivered)
        {
            await UpdateAsync("update notices.delivery set state = 1, settled_at = $2, fault = null where id = $1", parcel.Id, now);
            return;
        }

        var fault = outcome.Fault!.Replace('\0', ' ');
        fault = fault.Length <= 1_000 ? fault : fault[..1_000];
        if (!outcome.Final && settings.Retries.After(parcel.Attempts, Chance(), outcome.RetryAfter) is { } wait)
        {
            await UpdateAsync("update notices.delivery set due_at = $2, fault = $3 where id = $1", parcel.Id, now + wait, fault);
            return;
        }

        log.LogWarning("Delivery {Delivery} to channel {Channel} is given up after {Attempts} attempts: {Fault}", parcel.Id,
            parcel.Channel.Id, parcel.Attempts, fault);
        await UpdateAsync("update notices.delivery set state = 2, settled_at = $2, fault = $3 where id = $1", parcel.Id, now, fault);
    }

    // Not cancelled: what happened must be noted even while the process stops. Another process may have settled it first.
    private async Task UpdateAsync(string sql, Guid id, params object[] values)
    {
        await using var command = source.CreateCommand($"{sql} and state = 0");
        command.Parameters.Add(new() { Value = id });
        foreach (var value in values)
            command.Parameters.Add(new() { Value = value });
        await command.ExecuteNonQueryAsync(CancellationToken.None);
    }

    private static double Chance() => System.Security.Cryptography.RandomNumberGenerator.GetInt32(1_000_001) / 1_000_000.0;
}
