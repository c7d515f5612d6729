using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using Npgsql;
using NpgsqlTypes;

namespace FeatureGovernance.Server.Telemetry;

internal enum NameKind
{
    Feature,
    Model,

    /// <summary>The model's name, a line feed, the version's name.</summary>
    ModelVersion,
}

/// <summary>
/// From names to numbers, in memory. A name once given is never given to another (former keys keep answering), so what is known stays
/// true and only misses are asked of the database.
/// </summary>
internal sealed class TelemetryNames : IDisposable
{
    private const string Features = "select key, id from registry.feature union all select key, feature_id from registry.feature_alias";
    private const string Models = "select name as key, id from registry.model";
    private const string Versions = "select m.name || E'\\n' || v.name as key, v.id from registry.model_version v join registry.model m on m.id = v.model_id";

    private readonly ConcurrentDictionary<byte[], int>[] known = [.. Enum.GetValues<NameKind>()
        .Select(_ => new ConcurrentDictionary<byte[], int>(new Bytes()))];
    private readonly SemaphoreSlim loading = new(1);
    private volatile bool loaded;

    public bool TryFind(NameKind kind, ReadOnlySpan<byte> name, out int id) =>
        known[(int)kind].GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(name, out id);

    public bool TryFind(NameKind kind, string name, out int id) => TryFind(kind, Encoding.UTF8.GetBytes(name), out id);

    /// <summary>Fills the memory, once for the process.</summary>
    public async Task LoadAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        if (loaded)
            return;
        await loading.WaitAsync(cancellation);
        try
        {
            if (loaded)
                return;
            foreach (var kind in Enum.GetValues<NameKind>())
                await ReadAsync(kind, new NpgsqlCommand(Source(kind), connection), cancellation);
            loaded = true;
        }
        finally
        {
            loading.Release();
        }
    }

    /// <summary>Looks up names that were not in memory.</summary>
    public async Task FindAsync(NpgsqlConnection connection, NameKind kind, string[] names, CancellationToken cancellation)
    {
        var command = new NpgsqlCommand($"select key, id from ({Source(kind)}) named where key = any($1)", connection);
        // A NUL cannot be in a name, nor be sent.
        command.Parameters.Add(new() { Value = names.Where(name => !name.Contains('\0')).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text });
        await ReadAsync(kind, command, cancellation);
    }

    /// <summary>The nearest registered names for some unknown ones.</summary>
    public static async Task<Dictionary<string, string[]>> NearestAsync(
        NpgsqlConnection connection, NameKind kind, string[] names, CancellationToken cancellation)
    {
        var (table, column) = kind == NameKind.Feature ? ("registry.feature", "key") : ("registry.model", "name");
        await using var command = new NpgsqlCommand(
            $"""
             select u.name, array(select t.{column} from {table} t where t.{column} % u.name order by similarity(t.{column}, u.name) desc, t.{column} limit 3)
             from unnest($1) u(name)
             """, connection);
        command.Parameters.Add(new() { Value = names, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var nearest = new Dictionary<string, string[]>(StringComparer.Ordinal);
        while (await reader.ReadAsync(cancellation))
            nearest[reader.GetString(0)] = reader.GetFieldValue<string[]>(1);
        return nearest;
    }

    public void Dispose() => loading.Dispose();

    private static string Source(NameKind kind) => kind switch
    {
        NameKind.Feature => Features,
        NameKind.Model => Models,
        NameKind.ModelVersion => Versions,
    };

    private async Task ReadAsync(NameKind kind, NpgsqlCommand command, CancellationToken cancellation)
    {
        await using var owned = command;
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
            known[(int)kind][Encoding.UTF8.GetBytes(reader.GetString(0))] = reader.GetInt32(1);
    }

    private sealed class Bytes : IEqualityComparer<byte[]>, IAlternateEqualityComparer<ReadOnlySpan<byte>, byte[]>
    {
        public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

        public int GetHashCode([DisallowNull] byte[] obj) => GetHashCode(obj.AsSpan());

        public bool Equals(ReadOnlySpan<byte> alternate, byte[] other) => alternate.SequenceEqual(other);

        public int GetHashCode(ReadOnlySpan<byte> alternate)
        {
            var hash = new HashCode();
            hash.AddBytes(alternate);
            return hash.ToHashCode();
        }

        public byte[] Create(ReadOnlySpan<byte> alternate) => alternate.ToArray();
    }
}
