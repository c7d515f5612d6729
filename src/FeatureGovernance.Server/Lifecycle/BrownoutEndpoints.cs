using System.Security.Cryptography;
using FeatureGovernance.Contracts;
using FeatureGovernance.Contracts.Lifecycle;
using FeatureGovernance.Core;
using FeatureGovernance.Core.Lifecycle;
using FeatureGovernance.Server.Access;
using FeatureGovernance.Server.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;
using Npgsql;

namespace FeatureGovernance.Server.Lifecycle;

/// <summary>Where reads are being taken away, and where they will be.</summary>
internal static class BrownoutEndpoints
{
    private const int LongestAge = 15;

    public static void MapBrownouts(this RouteGroupBuilder api)
    {
        api.MapGet("/brownouts/current", Current).Needs(Permission.ReadBrownouts).WithTags("Lifecycle")
            .WithSummary("Features in brownout or disabled, with the share of requests that may still read them");
        api.MapGet("/brownouts/scheduled", Scheduled).Needs(Permission.ReadBrownouts).WithTags("Lifecycle")
            .WithSummary("Brownouts that are announced or under way, with every change of share to come");
    }

    private static async Task<Results<Ok<CurrentBrownouts>, StatusCodeHttpResult>> Current(
        HttpContext context, NpgsqlDataSource source, TimeProvider clock, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        var stored = await ProposalStore.ReadAsync(
            connection, $"where p.state in ({(short)ProposalState.Brownout}, {(short)ProposalState.Disabled})", [], cancellation);
        var now = clock.GetUtcNow();
        var items = stored
            .SelectMany(one => one.Features.Select(feature => new BrownoutView(
                feature.Key, Words.Of(one.Proposal.State), one.Proposal.ShareStillReading(now), feature.Replacement, one.Id, one.Proposal.Plan.Sunset,
                one.Proposal.ChangesOfShare().FirstOrDefault(change => change.At > now)?.At)))
            .OrderBy(item => item.Feature, StringComparer.Ordinal).ToList();
        var answer = new CurrentBrownouts(items);

        // Shares change by the clock alone, so the tag is of the answer, not of a revision, and nothing is kept past the next change.
        var tag = new EntityTagHeaderValue($"\"{Convert.ToHexStringLower(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(Json.Text(answer))))[..32]}\"");
        var next = items.Min(item => item.NextChangeAt) is { } change ? (int)Math.Clamp((change - now).TotalSeconds, 0, LongestAge) : LongestAge;
        context.Response.Headers.ETag = tag.ToString();
        context.Response.Headers.CacheControl = $"private, max-age={next}";
        return context.Request.GetTypedHeaders().IfNoneMatch.Any(known => known.Compare(tag, useStrongComparison: false)
            || known.Equals(EntityTagHeaderValue.Any))
            ? TypedResults.StatusCode(304)
            : TypedResults.Ok(answer);
    }

    private static async Task<Results<Ok<Page<ScheduledBrownout>>, Refused>> Scheduled(
        NpgsqlDataSource source, TimeProvider clock, int? limit, string? cursor, CancellationToken cancellation)
    {
        var faults = new FieldFaults();
        var size = Limits.Page(limit, faults);
        var after = Cursor.Decode(cursor, "id", faults);
        if (faults.Refusal is { } refusal)
            return (Refused)refusal;
        await using var connection = await source.OpenConnectionAsync(cancellation);
        var stored = await ProposalStore.ReadAsync(connection,
            $"where p.state in ({(short)ProposalState.Notice}, {(short)ProposalState.Brownout}) and p.id > $1 order by p.id limit {size + 1}",
            [new() { Value = after?.Id ?? 0 }], cancellation);
        var now = clock.GetUtcNow();
        return TypedResults.Ok(new Page<ScheduledBrownout>(
            [.. stored.Take(size).Select(one => new ScheduledBrownout(
                one.Id, Words.Of(one.Proposal.State), [.. one.Features.Select(feature => new FeatureToGo(feature.Key, feature.Replacement))],
                [.. one.Proposal.ChangesOfShare().Where(change => change.At > now).Select(change => new ScheduledShare(change.At, change.Share))],
                one.Proposal.Plan.Sunset))],
            stored.Count > size ? new Cursor("id", null, stored[size - 1].Id).Encode() : null));
    }
}
