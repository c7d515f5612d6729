using FeatureGovernance.Contracts.Drift;
using FeatureGovernance.Server.Access;

namespace FeatureGovernance.Server.Drift;

internal static class DriftEndpoints
{
    public static void MapDrift(this RouteGroupBuilder api)
    {
        api.MapPost("/telemetry/profiles", ProfileIngest.Post).WithTags("Drift").Needs(Permission.IngestTelemetry).Mutates()
            .Accepts<ProfileReport>("application/x-ndjson")
            .WithSummary("Report profiles of values by feature and window; one reported again replaces the former");
        api.MapGet("/features/{key}/values", ValuesQuery.Get).WithTags("Drift").Needs(Permission.Read)
            .WithSummary("The values of a feature over time, merged over segments and versions");
    }
}
