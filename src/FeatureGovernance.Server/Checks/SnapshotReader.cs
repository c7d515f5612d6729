using System.Data;
using System.Runtime.CompilerServices;
using FeatureGovernance.Core.Checks;
using FeatureGovernance.Core.Lifecycle;
using FeatureGovernance.Core.Registry;
using FeatureGovernance.Server.Standards;
using Npgsql;

namespace FeatureGovernance.Server.Checks;

/// <summary>One feature as read; its parents still by number, for the snapshot's slots are known only once all are read.</summary>
internal readonly record struct FeatureRead(int Id, FeatureEntry Entry, int[]? Parents);

/// <summary>One model as read, without its features.</summary>
internal readonly record struct ModelRead(int Id, string Name, ModelKind Kind, bool Serves);

/// <summary>Reads the registry within one transaction that sees one version of it.</summary>
internal sealed class SnapshotReader(NpgsqlConnection connection, NpgsqlTransaction transaction) : IAsyncDisposable
{
    private readonly Dictionary<string, string> teams = new(StringComparer.Ordinal);

    public static async Task<SnapshotReader> BeginAsync(NpgsqlDataSource source, CancellationToken cancellation)
    {
        var connection = await source.OpenConnectionAsync(cancellation);
        try
        {
            return new(connection, await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellation));
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    public async Task<long> VersionAsync(CancellationToken cancellation)
    {
        await using var command = Command(SnapshotSql.Head, []);
        return (long)(await command.ExecuteScalarAsync(cancellation))!;
    }

    public async Task<RegistryChanges> ChangesAsync(long since, CancellationToken cancellation)
    {
        var changes = new RegistryChanges();
        await foreach (var reader in RowsAsync(SnapshotSql.Changes, [since], cancellation))
            changes.Add(reader.GetString(0), reader.GetInt32(1));
        return changes;
    }

    public async IAsyncEnumerable<FeatureRead> FeaturesAsync(string sql, object[] arguments, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (var reader in RowsAsync(sql, arguments, cancellation))
            yield return Feature(reader);
    }

    public Task<StandardFaults> FaultsAsync(StandardShelf shelf, Selection features, DateTimeOffset now, CancellationToken cancellation) =>
        StandardFaults.ReadAsync(connection, shelf, features, now, cancellation);

    public async IAsyncEnumerable<(int Id, string FormerKey)> AliasesAsync(
        string sql, object[] arguments, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (var reader in RowsAsync(sql, arguments, cancellation))
            yield return (reader.GetInt32(0), reader.GetString(1));
    }

    public async IAsyncEnumerable<ModelRead> ModelsAsync(string sql, object[] arguments, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (var reader in RowsAsync(sql, arguments, cancellation))
            yield return new(reader.GetInt32(0), reader.GetString(1), (ModelKind)reader.GetInt16(2), reader.GetBoolean(3));
    }

    /// <summary>Model and feature, and whether the grant is for a trial only.</summary>
    public async IAsyncEnumerable<(int Model, int Feature, bool IsTrial)> GrantsAsync(
        string sql, object[] arguments, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (var reader in RowsAsync(sql, arguments, cancellation))
            yield return (reader.GetInt32(0), reader.GetInt32(1), reader.GetBoolean(2));
    }

    public async IAsyncEnumerable<(int Model, int Feature)> ReadsAsync(string sql, object[] arguments, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (var reader in RowsAsync(sql, arguments, cancellation))
            yield return (reader.GetInt32(0), reader.GetInt32(1));
    }

    public async ValueTask DisposeAsync()
    {
        await transaction.DisposeAsync();
        await connection.DisposeAsync();
    }

    private FeatureRead Feature(NpgsqlDataReader reader)
    {
        var team = reader.GetString(4);
        if (!teams.TryGetValue(team, out var shared))
            teams.Add(team, shared = team);
        var entry = new FeatureEntry
        {
            Key = reader.GetString(1),
            Stage = (Stage)reader.GetInt16(2),
            Kind = (FeatureKind)reader.GetInt16(3),
            Team = shared,
            LatestVersion = reader.GetInt32(5),
            Replacement = reader.IsDBNull(6) ? null : reader.GetString(6),
            OnNoticeSince = reader.IsDBNull(7) ? null : reader.GetFieldValue<DateTimeOffset>(7),
            Deadline = reader.IsDBNull(8) ? null : reader.GetFieldValue<DateTimeOffset>(8),
            Reason = reader.IsDBNull(9) ? null : reader.GetString(9),
        };
        return new(reader.GetInt32(0), entry, reader.IsDBNull(10) ? null : reader.GetFieldValue<int[]>(10));
    }

    private async IAsyncEnumerable<NpgsqlDataReader> RowsAsync(string sql, object[] arguments, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await using var command = Command(sql, arguments);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
            yield return reader;
    }

    private NpgsqlCommand Command(string sql, object[] arguments)
    {
        var command = new NpgsqlCommand(sql, connection, transaction) { CommandTimeout = 600 };
        foreach (var argument in arguments)
            command.Parameters.Add(new() { Value = argument });
        return command;
    }
}
