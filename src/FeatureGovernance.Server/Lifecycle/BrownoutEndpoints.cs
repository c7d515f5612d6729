using System.Security.Cryptography;
using FeatureGovernance.Contracts.Lifecycle;
using FeatureGovernance.Core;
using FeatureGovernance.Core.Lifecycle;
using FeatureGovernance.Server.Access;
using FeatureGovernance.Server.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;
using Npgsql;

namespace FeatureGovernance.Server.Lifecycle;

internal static class BrownoutEndpoints
{
    public static void MapBrownouts(this RouteGroupBuilder api) =>
        api.MapGet("/brownouts/current", Current).Needs(Permission.ReadBrownouts).WithTags("Lifecycle")
            .WithSummary("Features in brownout or disabled, with the share of requests that may still read them");

    private static async Task<Results<Ok<CurrentBrownouts>, StatusCodeHttpResult>> Current(
        HttpContext context, NpgsqlDataSource source, TimeProvider clock, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        var stored = await ProposalStore.ReadAsync(
            connection, $"where p.state in ({(short)ProposalState.Brownout}, {(short)ProposalState.Disabled})", [], cancellation);
        var now = clock.GetUtcNow();
        var items = stored
            .SelectMany(one => one.Features.Select(feature => new BrownoutView(
                feature.Key, Words.Of(one.Proposal.State), one.Proposal.ShareStillReading(now), feature.Replacement, one.Id, one.Proposal.Plan.Sunset)))
            .OrderBy(item => item.Feature, StringComparer.Ordinal).ToList();
        var answer = new CurrentBrownouts(items);

        // Shares change by the clock alone, so the tag is of the answer, not of a revision.
        var tag = new EntityTagHeaderValue($"\"{Convert.ToHexStringLower(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(Json.Text(answer))))[..32]}\"");
        context.Response.Headers.ETag = tag.ToString();
        context.Response.Headers.CacheControl = "private, max-age=15";
        return context.Request.GetTypedHeaders().IfNoneMatch.Any(known => known.Compare(tag, useStrongComparison: false) || known.Equals(EntityTagHeaderValue.Any))
            ? TypedResults.StatusCode(304)
            : TypedResults.Ok(answer);
    }
}
