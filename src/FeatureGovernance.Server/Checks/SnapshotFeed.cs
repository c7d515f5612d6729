using System.Diagnostics;
using System.Threading.Channels;
using FeatureGovernance.Core.Checks;
using FeatureGovernance.Server.Audit;
using Npgsql;

namespace FeatureGovernance.Server.Checks;

/// <summary>
/// Holds the newest snapshot for everyone to read without waiting, and keeps it new: at once where PostgreSQL announces a commit, and
/// within the polling interval where its announcements do not arrive.
/// </summary>
internal sealed class SnapshotFeed(SnapshotLoader loader, NpgsqlDataSource source, ILogger<SnapshotFeed> log) : BackgroundService
{
    private static readonly TimeSpan Polling = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan SignOfLife = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(10);

    // At most one call to look is pending, however many commits are announced meanwhile.
    private readonly Channel<bool> calls = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private volatile TaskCompletionSource turned = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile RegistrySnapshot? current;
    private long confirmed;

    /// <summary>The newest snapshot; null until the first is read.</summary>
    public RegistrySnapshot? Current => current;

    /// <summary>How long ago the snapshot was last found to be as the database.</summary>
    public TimeSpan Age => current is null ? TimeSpan.Zero : Stopwatch.GetElapsedTime(Volatile.Read(ref confirmed));

    /// <summary>The first snapshot that shows the version, or the newest there is when the patience ends.</summary>
    public async ValueTask<RegistrySnapshot?> AtLeastAsync(long version, TimeSpan patience, CancellationToken cancellation)
    {
        if (current is { } present && present.Version >= version)
            return present;
        var until = Stopwatch.GetTimestamp() + (long)(patience.TotalSeconds * Stopwatch.Frequency);
        while (true)
        {
            var next = turned.Task;
            if (current is { } snapshot && snapshot.Version >= version)
                return snapshot;
            var left = Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), until);
            if (left <= TimeSpan.Zero)
                return current;
            // The announcement may be late, or lost.
            calls.Writer.TryWrite(true);
            await Task.WhenAny(next, Task.Delay(left, cancellation));
            cancellation.ThrowIfCancellationRequested();
        }
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(RefreshAsync(stoppingToken), ListenAsync(stoppingToken));

    private async Task RefreshAsync(CancellationToken stopping)
    {
        await Task.Yield();
        var pause = Pause.None;
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                Publish(await loader.LoadAsync(stopping));
                pause = Pause.None;
                await WaitForCallAsync(stopping);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception)
            {
                log.LogWarning(exception, "The registry could not be read; checks answer from version {Version} meanwhile", current?.Version);
                await (pause = pause.Longer()).WaitAsync(stopping);
            }
        }
    }

    private void Publish(RegistrySnapshot snapshot)
    {
        Volatile.Write(ref confirmed, Stopwatch.GetTimestamp());
        if (ReferenceEquals(snapshot, current))
            return;
        current = snapshot;
        Interlocked.Exchange(ref turned, new(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();
        // After publication: a fresh index of names is of use to misspelt references only.
        snapshot.Prepared();
    }

    private async Task WaitForCallAsync(CancellationToken stopping)
    {
        using var alarm = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        alarm.CancelAfter(Polling);
        try
        {
            await calls.Reader.ReadAsync(alarm.Token);
        }
        catch (OperationCanceledException) when (!stopping.IsCancellationRequested)
        {
        }
    }

    private async Task ListenAsync(CancellationToken stopping)
    {
        await Task.Yield();
        var pause = Pause.None;
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                await using var connection = await source.OpenConnectionAsync(stopping);
                connection.Notification += (_, _) => calls.Writer.TryWrite(true);
                await using var listen = new NpgsqlCommand($"listen {AuditTrail.Channel}", connection);
                await listen.ExecuteNonQueryAsync(stopping);
                pause = Pause.None;
                // Whatever was announced while nobody listened.
                calls.Writer.TryWrite(true);
                while (true)
                {
                    // A connection that was cut without a word shows it only when spoken to; to listen again changes nothing.
                    if (!await connection.WaitAsync(SignOfLife, stopping))
                        await listen.ExecuteNonQueryAsync(stopping);
                }
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception) when (exception is NpgsqlException or IOException or System.Net.Sockets.SocketException)
            {
                log.LogInformation("Announcements of commits are cut ({Reason}); polling until they return", exception.Message);
                await (pause = pause.Longer()).WaitAsync(stopping);
            }
        }
    }

    /// <summary>Doubles with each failure in a row.</summary>
    private readonly record struct Pause(TimeSpan Length)
    {
        public static readonly Pause None = new(TimeSpan.Zero);

        public Pause Longer() => new(Length == TimeSpan.Zero ? TimeSpan.FromSeconds(0.25) : Length * 2 < LongestPause ? Length * 2 : LongestPause);

        public Task WaitAsync(CancellationToken stopping) =>
            Task.Delay(Length, stopping).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }
}
