using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using FeatureGovernance.Server.Http;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Npgsql;
using NpgsqlTypes;

namespace FeatureGovernance.Server.Audit;

/// <summary>Who acts, through what.</summary>
internal sealed record Origin(string Actor, string? RequestId, string? Address)
{
    public static Origin System(string job) => new($"system:{job}", null, null);
}

/// <summary>A change about to be written down. Before and after are JSON.</summary>
internal sealed record NewEvent(string Action, string SubjectKind, int SubjectId, string Subject, string? Before, string? After, string? Reason = null)
{
    public static NewEvent Of<T>(string action, string subjectKind, int subjectId, string subject, T? before, T? after, string? reason = null)
        where T : class =>
        new(action, subjectKind, subjectId, subject, before is null ? null : Json.Text(before), after is null ? null : Json.Text(after), reason);
}

/// <summary>An event as kept. <see cref="Hash"/> is SHA-256 over the previous event's hash and this event's fields.</summary>
internal sealed class StoredEvent
{
    public long Sequence { get; set; }
    public DateTimeOffset At { get; set; }
    public string Actor { get; set; } = "";
    public string Action { get; set; } = "";
    public string SubjectKind { get; set; } = "";
    public int SubjectId { get; set; }
    public string Subject { get; set; } = "";
    public string? Before { get; set; }
    public string? After { get; set; }
    public string? Reason { get; set; }
    public string? RequestId { get; set; }
    public string? Address { get; set; }
    public byte[] Hash { get; set; } = [];

    internal sealed class Mapping : IEntityTypeConfiguration<StoredEvent>
    {
        public void Configure(EntityTypeBuilder<StoredEvent> builder)
        {
            builder.ToTable("event", "audit");
            builder.HasKey(e => e.Sequence);
            builder.Property(e => e.Sequence).ValueGeneratedNever();
            // json, not jsonb: the text must come back as it was hashed.
            builder.Property(e => e.Before).HasColumnType("json");
            builder.Property(e => e.After).HasColumnType("json");
            builder.HasIndex(e => new { e.SubjectKind, e.SubjectId, e.Sequence });
            builder.HasIndex(e => new { e.Actor, e.Sequence });
        }
    }
}

/// <summary>
/// The append-only, hash-chained record of every write. Sequence numbers have no gaps and follow the order of commits, because the head
/// row is locked from append to commit; so the head's number also serves as the version of the whole registry.
/// </summary>
internal static class AuditTrail
{
    /// <summary>The channel on which each commit's sequence number is announced.</summary>
    public const string Channel = "feature_governance";

    public static async Task<long> AppendAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, IReadOnlyList<NewEvent> events, Origin origin, DateTimeOffset at,
        CancellationToken cancellation)
    {
        if (events.Count == 0)
            return 0;

        var (sequence, hash) = await LockHeadAsync(connection, transaction, cancellation);
        await using (var writer = await connection.BeginBinaryImportAsync(
            "copy audit.event (sequence, at, actor, action, subject_kind, subject_id, subject, before, after, reason, request_id, address, hash) from stdin (format binary)", cancellation))
        {
            foreach (var change in events)
            {
                sequence++;
                hash = Chain(hash, sequence, at, origin, change);
                await writer.StartRowAsync(cancellation);
                await writer.WriteAsync(sequence, NpgsqlDbType.Bigint, cancellation);
                await writer.WriteAsync(at, NpgsqlDbType.TimestampTz, cancellation);
                await writer.WriteAsync(origin.Actor, NpgsqlDbType.Text, cancellation);
                await writer.WriteAsync(change.Action, NpgsqlDbType.Text, cancellation);
                await writer.WriteAsync(change.SubjectKind, NpgsqlDbType.Text, cancellation);
                await writer.WriteAsync(change.SubjectId, NpgsqlDbType.Integer, cancellation);
                await writer.WriteAsync(change.Subject, NpgsqlDbType.Text, cancellation);
                await WriteAsync(writer, change.Before, NpgsqlDbType.Json, cancellation);
                await WriteAsync(writer, change.After, NpgsqlDbType.Json, cancellation);
                await WriteAsync(writer, change.Reason, NpgsqlDbType.Text, cancellation);
                await WriteAsync(writer, origin.RequestId, NpgsqlDbType.Text, cancellation);
                await WriteAsync(writer, origin.Address, NpgsqlDbType.Text, cancellation);
                await writer.WriteAsync(hash, NpgsqlDbType.Bytea, cancellation);
            }

            await writer.CompleteAsync(cancellation);
        }

        await using var advance = new NpgsqlCommand("update audit.head set sequence = $1, hash = $2", connection, transaction);
        advance.Parameters.Add(new() { Value = sequence });
        advance.Parameters.Add(new() { Value = hash });
        await advance.ExecuteNonQueryAsync(cancellation);
        await using var announce = new NpgsqlCommand("select pg_notify($1, $2)", connection, transaction);
        announce.Parameters.Add(new() { Value = Channel });
        announce.Parameters.Add(new() { Value = sequence.ToString() });
        await announce.ExecuteNonQueryAsync(cancellation);
        return sequence;
    }

    public static byte[] Chain(byte[] previous, long sequence, DateTimeOffset at, Origin origin, NewEvent change)
    {
        using var sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        sha.AppendData(previous);
        Span<byte> number = stackalloc byte[8];
        BinaryPrimitives.WriteInt64BigEndian(number, sequence);
        sha.AppendData(number);
        BinaryPrimitives.WriteInt64BigEndian(number, at.UtcTicks);
        sha.AppendData(number);
        BinaryPrimitives.WriteInt64BigEndian(number, change.SubjectId);
        sha.AppendData(number);
        foreach (var text in (string?[])[origin.Actor, change.Action, change.SubjectKind, change.Subject, change.Before, change.After, change.Reason, origin.RequestId, origin.Address])
        {
            // The length goes first, so that no two different events give the same bytes; -1 tells null from empty.
            var bytes = text is null ? null : Encoding.UTF8.GetBytes(text);
            BinaryPrimitives.WriteInt64BigEndian(number, bytes?.Length ?? -1);
            sha.AppendData(number);
            sha.AppendData(bytes ?? []);
        }

        return sha.GetHashAndReset();
    }

    private static async Task<(long Sequence, byte[] Hash)> LockHeadAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("select sequence, hash from audit.head for update", connection, transaction);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        return (reader.GetInt64(0), reader.GetFieldValue<byte[]>(1));
    }

    private static Task WriteAsync(NpgsqlBinaryImporter writer, string? value, NpgsqlDbType type, CancellationToken cancellation) =>
        value is null ? writer.WriteNullAsync(cancellation) : writer.WriteAsync(value, type, cancellation);
}
