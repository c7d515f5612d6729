using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace FeatureGovernance.Server.Checks;

/// <summary>Keeps traffic away from a server that cannot answer checks yet.</summary>
internal sealed class SnapshotHealth(SnapshotFeed feed) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(feed.Current is { } snapshot
            ? HealthCheckResult.Healthy($"Checks answer from registry version {snapshot.Version}.")
            : HealthCheckResult.Unhealthy("The registry is being read into memory."));
}
