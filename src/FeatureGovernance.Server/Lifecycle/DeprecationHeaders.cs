using System.Globalization;
using FeatureGovernance.Core.Lifecycle;
using FeatureGovernance.Server.Registry;
using Npgsql;

namespace FeatureGovernance.Server.Lifecycle;

/// <summary>Tells whoever reads a feature on its way out: Deprecation (RFC 9745), Sunset (RFC 8594) and the successor (RFC 5829).</summary>
internal static class DeprecationHeaders
{
    public static async Task SetAsync(HttpResponse response, NpgsqlConnection connection, FeatureRow row, CancellationToken cancellation)
    {
        if (row.Stage < Stage.Deprecated)
            return;
        await using var command = new NpgsqlCommand("""
            select p.notice_began, p.sunset from lifecycle.proposal_feature f join lifecycle.proposal p on p.id = f.proposal_id
            where f.feature_id = $1 and p.notice_began is not null order by p.id desc limit 1
            """, connection);
        command.Parameters.Add(new() { Value = row.Id });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var since = row.StageSince;
        if (await reader.ReadAsync(cancellation))
        {
            since = reader.GetFieldValue<DateTimeOffset>(0);
            response.Headers["Sunset"] = reader.GetFieldValue<DateTimeOffset>(1).ToString("R", CultureInfo.InvariantCulture);
        }

        response.Headers["Deprecation"] = $"@{since.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture)}";
        if (row.Replacement is { } successor)
            response.Headers.Append("Link", $"</api/v1/features/{Uri.EscapeDataString(successor)}>; rel=\"successor-version\"");
    }
}
