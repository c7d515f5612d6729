using FeatureGovernance.Server.Http;
using Npgsql;
using NpgsqlTypes;

namespace FeatureGovernance.Server.Jobs;

/// <summary>How far a piece of long work is. The numbers are stored.</summary>
internal enum RunState
{
    Queued,
    Running,
    Succeeded,
    Failed,
    Cancelled,
}

/// <summary>
/// A table of runs of one kind of long work. Who works on a run holds a session's advisory lock, so a run that is running while its lock is
/// free belongs to a process that is gone.
/// </summary>
/// <param name="Table">Schema and name.</param>
/// <param name="LockSpace">The first number of its locks.</param>
/// <param name="OneLock">The second number where only one run at a time is worked on; null where each has its own.</param>
internal sealed record RunTable(string Table, int LockSpace, int? OneLock = null)
{
    private static readonly TimeSpan Listening = TimeSpan.FromMilliseconds(500);

    public Task<bool> TryHoldAsync(NpgsqlConnection connection, int id, CancellationToken cancellation) =>
        AskAsync(connection, "select pg_try_advisory_lock($1, $2)", [LockSpace, OneLock ?? id], cancellation);

    /// <summary>Lets go, unless the session is broken: then it has already.</summary>
    public async Task ReleaseAsync(NpgsqlConnection connection, int id)
    {
        if (connection.State == System.Data.ConnectionState.Open)
            await AskAsync(connection, "select pg_advisory_unlock($1, $2)", [LockSpace, OneLock ?? id], CancellationToken.None);
    }

    public Task<bool> IsHeldAsync(NpgsqlConnection connection, int id, CancellationToken cancellation) => AskAsync(connection, """
        select exists (select from pg_locks where locktype = 'advisory' and classid::int = $1 and objid::int = $2 and granted
                       and database = (select oid from pg_database where datname = current_database()))
        """, [LockSpace, OneLock ?? id], cancellation);

    private async Task RequestCancelAsync(NpgsqlConnection connection, int id, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand($"update {Table} set cancel_requested = true where id = $1 and state in (0, 1)", connection);
        command.Parameters.AddWithValue(id);
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>Asks a run to stop, and ends it where nobody works on it; true where it has ended.</summary>
    public async Task<bool> StopAsync(NpgsqlConnection connection, int id, DateTimeOffset at, CancellationToken cancellation)
    {
        await RequestCancelAsync(connection, id, cancellation);
        // Nobody is there to hear a request while the lock is free.
        return !await IsHeldAsync(connection, id, cancellation) && await EndAsync(connection, id, RunState.Cancelled, at, null, cancellation);
    }

    /// <summary>Ends the run that a killed process left, if one did: its place is free for another.</summary>
    public async Task EndAbandonedAsync(NpgsqlConnection connection, DateTimeOffset at, CancellationToken cancellation)
    {
        var running = await ReadAsync(connection, "id", "where state = 1", [], reader => reader.GetInt32(0), cancellation);
        foreach (var id in running)
        {
            if (!await IsHeldAsync(connection, id, cancellation))
                await EndAsync(connection, id, RunState.Failed, at, "The process that ran it stopped; a later run took over.", cancellation);
        }
    }

    /// <summary>Ends a run; false where it had ended already.</summary>
    public async Task<bool> EndAsync(NpgsqlConnection connection, int id, RunState state, DateTimeOffset at, string? error, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand($"""
            update {Table} set state = $2, finished_at = $3, error = $4, progress = case when $2 = 2 then 1 else progress end
            where id = $1 and state in (0, 1)
            """, connection);
        command.Parameters.AddWithValue(id);
        command.Parameters.AddWithValue((short)state);
        command.Parameters.AddWithValue(at);
        command.Parameters.AddWithValue(NpgsqlDbType.Text, (object?)error ?? DBNull.Value);
        return await command.ExecuteNonQueryAsync(cancellation) == 1;
    }

    /// <summary>Notes how far a run is, where its table keeps phase and counts.</summary>
    public async Task ReportAsync(NpgsqlConnection connection, int id, RunProgress progress, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand($"update {Table} set phase = $2, progress = $3, counts = $4 where id = $1 and state = 1", connection);
        command.Parameters.AddWithValue(id);
        command.Parameters.AddWithValue(progress.Phase);
        command.Parameters.AddWithValue(progress.Fraction);
        command.Parameters.AddWithValue(NpgsqlDbType.Json, Json.Text(progress.Counts));
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>Works while listening for requests to stop; false where one came and the work heeded it.</summary>
    public async Task<bool> WorkAsync(NpgsqlDataSource source, int id, Func<CancellationToken, Task> work, CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var done = new CancellationTokenSource();
        var listening = ListenAsync(source, id, stop, done.Token);
        try
        {
            await work(stop.Token);
            return true;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested && stop.IsCancellationRequested)
        {
            return false;
        }
        finally
        {
            await done.CancelAsync();
            await listening;
        }
    }

    public async Task<List<T>> ReadAsync<T>(
        NpgsqlConnection connection, string columns, string where, object[] arguments, Func<NpgsqlDataReader, T> read, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand($"select {columns} from {Table} {where}", connection);
        foreach (var argument in arguments)
            command.Parameters.Add(new() { Value = argument });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var runs = new List<T>();
        while (await reader.ReadAsync(cancellation))
            runs.Add(read(reader));
        return runs;
    }

    private async Task ListenAsync(NpgsqlDataSource source, int id, CancellationTokenSource stop, CancellationToken done)
    {
        try
        {
            while (!stop.IsCancellationRequested)
            {
                await Task.Delay(Listening, done);
                await using var connection = await source.OpenConnectionAsync(done);
                if (await AskAsync(connection, $"select cancel_requested from {Table} where id = $1", [id], done))
                    await stop.CancelAsync();
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or NpgsqlException)
        {
            // Where the database is gone the work itself will tell; only requests to stop go unheard meanwhile.
        }
    }

    private static async Task<bool> AskAsync(NpgsqlConnection connection, string question, object[] arguments, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(question, connection);
        foreach (var argument in arguments)
            command.Parameters.Add(new() { Value = argument });
        return await command.ExecuteScalarAsync(cancellation) is true;
    }
}

/// <summary>How far a run is: what it is doing, how much of it is done from 0 to 1, and rows by what they are.</summary>
internal sealed record RunProgress(string Phase, double Fraction, IReadOnlyDictionary<string, long> Counts);
