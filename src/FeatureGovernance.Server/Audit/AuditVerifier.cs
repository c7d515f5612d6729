using System.Data;
using FeatureGovernance.Contracts.Audit;
using Npgsql;

namespace FeatureGovernance.Server.Audit;

/// <summary>The hash that an event once had, kept where whoever can write the database cannot write.</summary>
internal sealed record AuditAnchor(long Sequence, string Hash);

/// <summary>Walks the chain from its beginning, in one consistent snapshot, and recomputes every hash.</summary>
internal static class AuditVerifier
{
    /// <param name="anchor">
    /// Without it a trail is found out that was changed in part; with it also one that somebody rewrote from some point on, hashes and all.
    /// </param>
    public static async Task<AuditVerification> VerifyAsync(NpgsqlDataSource source, AuditAnchor? anchor, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellation);
        var head = await HeadAsync(connection, transaction, cancellation);

        await using var command = new NpgsqlCommand("""
            select sequence, at, actor, action, subject_kind, subject_id, subject, before::text, after::text, reason, request_id, address, hash
            from audit.event order by sequence
            """, connection, transaction) { CommandTimeout = 600 };
        await using var reader = await command.ExecuteReaderAsync(CommandBehavior.SequentialAccess, cancellation);
        var hash = new byte[32];
        long count = 0;
        while (await reader.ReadAsync(cancellation))
        {
            var sequence = reader.GetInt64(0);
            if (sequence != count + 1)
                return Broken(count, hash, sequence < 1 ? sequence : count + 1,
                    sequence < 1 ? $"Event {sequence} was never written." : $"Event {count + 1} is missing.");
            if (Rehash(reader, sequence, hash) is not { } next)
                return Broken(count, null, sequence, $"Event {sequence} is not as it was written.");
            hash = next;
            count = sequence;
            if (sequence == anchor?.Sequence && !Convert.ToHexStringLower(hash).Equals(anchor.Hash, StringComparison.OrdinalIgnoreCase))
                return Broken(count, null, sequence, $"Event {sequence} is not the one that the anchor was taken of: the trail was written anew up to there.");
        }

        if (head is not { } end)
            return Broken(count, hash, count, "The head of the chain is missing.");
        if (count < end.Sequence)
            return Broken(count, hash, count + 1,
                count + 1 == end.Sequence ? $"Event {end.Sequence} is missing." : $"Events {count + 1} to {end.Sequence} are missing.");
        if (count > end.Sequence)
            return Broken(count, hash, end.Sequence + 1, $"Event {end.Sequence + 1} was added by other hands: the chain ends before it.");
        if (!end.Hash.AsSpan().SequenceEqual(hash))
            return Broken(count, hash, count, "The head of the chain was altered.");
        return count < anchor?.Sequence
            ? Broken(count, hash, count + 1, $"Event {anchor.Sequence}, which the anchor was taken of, is missing with all since event {count}.")
            : new(true, count, Convert.ToHexStringLower(hash), null, null);
    }

    private static AuditVerification Broken(long verified, byte[]? hash, long at, string fault) =>
        new(false, verified, hash is null ? null : Convert.ToHexStringLower(hash), at, fault);

    /// <summary>The hash as it must be; null where the row's is another, or the row holds what was never written.</summary>
    private static byte[]? Rehash(NpgsqlDataReader reader, long sequence, byte[] previous)
    {
        try
        {
            var at = reader.GetFieldValue<DateTimeOffset>(1);
            var actor = reader.GetString(2);
            var action = reader.GetString(3);
            var kind = reader.GetString(4);
            var id = reader.GetInt32(5);
            var subject = reader.GetString(6);
            var before = Text(reader, 7);
            var after = Text(reader, 8);
            var reason = Text(reader, 9);
            var origin = new Origin(actor, Text(reader, 10), Text(reader, 11));
            var stored = reader.GetFieldValue<byte[]>(12);
            var hash = AuditTrail.Chain(previous, sequence, at, origin, new(action, kind, id, subject, before, after, reason));
            return stored.AsSpan().SequenceEqual(hash) ? hash : null;
        }
        catch (Exception exception) when (exception is InvalidCastException or OverflowException or ArgumentOutOfRangeException)
        {
            // A moment outside all calendars, or a field emptied by force.
            return null;
        }
    }

    private static async Task<(long Sequence, byte[] Hash)?> HeadAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("select sequence, hash from audit.head", connection, transaction);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        return await reader.ReadAsync(cancellation) ? (reader.GetInt64(0), reader.GetFieldValue<byte[]>(1)) : null;
    }

    private static string? Text(NpgsqlDataReader reader, int ordinal) => reader.IsDBNull(ordinal) ? null : reader.GetString(ordinal);
}
