using System.Globalization;
using FeatureGovernance.Core;
using Microsoft.Net.Http.Headers;

namespace FeatureGovernance.Server.Http;

/// <summary>Optimistic concurrency over HTTP (RFC 9110, section 13): the revision is the ETag.</summary>
internal static class ETags
{
    public static void SetRevision(this HttpContext context, int revision) =>
        context.Response.Headers.ETag = $"\"{revision.ToString(CultureInfo.InvariantCulture)}\"";

    /// <summary>Refuses a write whose <c>If-Match</c> or <c>If-None-Match</c> does not hold; <paramref name="revision"/> is null where nothing exists yet.</summary>
    public static Refusal? Precondition(this HttpContext context, int? revision)
    {
        var headers = context.Request.GetTypedHeaders();
        if (context.Request.Headers.IfMatch.Count > 0)
        {
            if (headers.IfMatch.Count == 0)
                return Problems.Malformed("If-Match", "The header is not a list of entity tags.", "Send the ETag as you received it, with its quotes.");
            if (revision is null || !headers.IfMatch.Any(tag => Matches(tag, revision.Value)))
                return new(RefusalKind.Stale, "stale-version", revision is null
                    ? "If-Match names a version, but nothing is registered under this name."
                    : $"The present version is \"{revision}\"; read it again and repeat your change.");
        }

        if (context.Request.Headers.IfNoneMatch.Count > 0 && revision is not null && headers.IfNoneMatch.Any(tag => Matches(tag, revision.Value)))
            return new(RefusalKind.Stale, "already-exists", "If-None-Match asks that this be new, and it exists.");
        return null;
    }

    /// <summary>True where the client already has this revision, so that 304 will do.</summary>
    public static bool IsCurrent(this HttpContext context, int revision) =>
        context.Request.Headers.IfNoneMatch.Count > 0 && context.Request.GetTypedHeaders().IfNoneMatch.Any(tag => Matches(tag, revision));

    private static bool Matches(EntityTagHeaderValue tag, int revision) =>
        tag.Equals(EntityTagHeaderValue.Any) || tag.Tag.AsSpan().Trim('"').SequenceEqual(revision.ToString(CultureInfo.InvariantCulture));
}
