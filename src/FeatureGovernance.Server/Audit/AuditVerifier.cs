using System.Data;
using FeatureGovernance.Contracts.Audit;
using Npgsql;

namespace FeatureGovernance.Server.Audit;

/// <summary>Walks the chain from its beginning, in one consistent snapshot, and recomputes every hash.</summary>
internal static class AuditVerifier
{
    public static async Task<AuditVerification> VerifyAsync(NpgsqlDataSource source, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellation);
        var (headSequence, headHash) = await HeadAsync(connection, transaction, cancellation);

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
                return new(false, count, Convert.ToHexStringLower(hash), count + 1, $"Event {count + 1} is missing.");
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
            hash = AuditTrail.Chain(hash, sequence, at, origin, new(action, kind, id, subject, before, after, reason));
            if (!stored.AsSpan().SequenceEqual(hash))
                return new(false, count, null, sequence, $"Event {sequence} is not as it was written.");
            count = sequence;
        }

        if (count != headSequence)
            return new(false, count, Convert.ToHexStringLower(hash), count + 1, $"Events {count + 1} to {headSequence} are missing.");
        return headHash.AsSpan().SequenceEqual(hash)
            ? new(true, count, Convert.ToHexStringLower(hash), null, null)
            : new(false, count, Convert.ToHexStringLower(hash), count, "The head of the chain was altered.");
    }

    private static async Task<(long, byte[])> HeadAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("select sequence, hash from audit.head", connection, transaction);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        return (reader.GetInt64(0), reader.GetFieldValue<byte[]>(1));
    }

    private static string? Text(NpgsqlDataReader reader, int ordinal) => reader.IsDBNull(ordinal) ? null : reader.GetString(ordinal);
}
