using System.Diagnostics.Metrics;
using FeatureGovernance.Core;
using FeatureGovernance.Core.Notifications;
using FeatureGovernance.Server.Observability;

namespace FeatureGovernance.Server.Notifications;

/// <summary>What deliveries measure of themselves.</summary>
internal static class NoticeMetrics
{
    private static readonly Counter<long> Attempts =
        Meters.Meter.CreateCounter<long>("featgov.notice.attempts", "{attempt}", "Attempts to deliver, by type of channel and outcome");

    public static void Count(ChannelType type, bool delivered) => Attempts.Add(
        1,
        new KeyValuePair<string, object?>("type", Words.Of(type)),
        new KeyValuePair<string, object?>("outcome", delivered ? "delivered" : "failed"));
}
