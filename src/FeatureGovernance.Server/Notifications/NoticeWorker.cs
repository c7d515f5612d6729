using FeatureGovernance.Server.Audit;
using Npgsql;

namespace FeatureGovernance.Server.Notifications;

/// <summary>Sees to the outbox when a commit is announced, and to what falls due by the clock within the polling interval.</summary>
internal sealed class NoticeWorker(NpgsqlDataSource source, FanOut fanOut, Dispatch dispatch, ILogger<NoticeWorker> log) : BackgroundService
{
    private static readonly TimeSpan Polling = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Breath = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await WorkAsync(stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception)
            {
                // Nothing is lost meanwhile.
                log.LogWarning(exception, "Notices are held up; trying again");
                await Task.Delay(Pause, stoppingToken).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None,
                    TaskScheduler.Default);
            }
        }
    }

    private async Task WorkAsync(CancellationToken stopping)
    {
        await using var connection = await source.OpenConnectionAsync(stopping);
        await using var listen = new NpgsqlCommand($"listen {AuditTrail.Channel}", connection);
        while (true)
        {
            // To listen again changes nothing, and shows whether the connection still lives.
            await listen.ExecuteNonQueryAsync(stopping);
            await fanOut.RunAsync(stopping);
            await dispatch.RunAsync(stopping);
            // Announcements in a burst are one call.
            await Task.Delay(Breath, stopping);
            await connection.WaitAsync(Polling, stopping);
        }
    }
}
