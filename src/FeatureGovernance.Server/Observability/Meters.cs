using System.Diagnostics.Metrics;

namespace FeatureGovernance.Server.Observability;

/// <summary>What the service measures of itself, beside what the framework and the driver measure.</summary>
internal static class Meters
{
    public const string Name = "FeatureGovernance";

    public static readonly Meter Meter = new(Name);
}
