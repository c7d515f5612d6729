using FeatureGovernance.Contracts.Capacity;
using FeatureGovernance.Server.Http;
using FeatureGovernance.Server.Pages;
using Npgsql;

namespace FeatureGovernance.Server.Capacity.Pages;

/// <summary>Which features to give up so that a pool's gap closes; null where it cannot be told, and the complaint says why.</summary>
public sealed record GapModel(int Plan, string Pool, string Quarter, bool RecommendedOnly, GapAnswer? Answer, Complaint? Complaint)
{
    private const int MostProposed = 100;

    /// <summary>Where all of them are proposed at once.</summary>
    public string Propose => Show.Query("/deprecations/new", [.. Answer!.Features.Take(MostProposed).Select(one => ("feature", (string?)one.Feature))]);
}

internal static class GapReading
{
    public static async Task<IResult> Get(int id, NpgsqlDataSource source, string? pool, string? quarter, string? recommended, CancellationToken cancellation)
    {
        var model = new GapModel(id, pool ?? "", quarter ?? "", recommended == "true", null, null);
        var answer = await GapEndpoint.Post(id, new() { Pool = pool, Quarter = quarter, RecommendedOnly = model.RecommendedOnly }, source, cancellation);
        return answer.Take(out GapAnswer found, out var refusal)
            ? Rendered.As<GapPage>(model with { Answer = found })
            : refusal.Kind == Core.RefusalKind.NotFound ? (Refused)refusal : Rendered.As<GapPage>(model with { Complaint = Complaint.Of(refusal) },
                Problems.Status(refusal.Kind));
    }
}
