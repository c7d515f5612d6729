using FeatureGovernance.Core;
using FeatureGovernance.Core.Drift;
using FeatureGovernance.Core.Drift.Profiles;
using FeatureGovernance.Statistics.Inference;
using Npgsql;

namespace FeatureGovernance.Server.Drift.Pages;

/// <summary>An incident as it is marked on the charts of a feature's values.</summary>
public sealed record IncidentMark(int Id, DateTimeOffset Start, DateTimeOffset End, string Severity, string Status, string Change, string? Fault)
{
    /// <summary>How the style sheet knows the stretch: one that nobody has closed stands out.</summary>
    public string Kind => Status is "resolved" or "expected" ? "over" : "incident";

    /// <summary>Where it begins and how wide it is over periods of this length, in per cent; null where it is outside.</summary>
    public (double At, double Width)? Across(DateTimeOffset first, TimeSpan length, int periods)
    {
        var (from, to) = (Math.Max(0, (Start - first) / length), Math.Min(periods, (End - first) / length));
        return to <= from ? null : (from / periods * 100, Math.Max(0.4, (to - from) / periods * 100));
    }
}

internal static class IncidentMarkQuery
{
    private const int Most = 50;

    /// <summary>The newest incidents of a feature that touch a span.</summary>
    public static async Task<List<IncidentMark>> OfAsync(
        NpgsqlDataSource source, int feature, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand($"""
            select i.id, i.starts, i.ends, i.severity, i.status, i.kind, i.fault
            from drift.incident_feature x join drift.incident i on i.id = x.incident_id
            where x.feature_id = $1 and i.starts < $3 and i.ends > $2 order by i.starts desc, i.id desc limit {Most}
            """);
        command.Parameters.Add(new() { Value = feature });
        command.Parameters.Add(new() { Value = from.ToUniversalTime() });
        command.Parameters.Add(new() { Value = to.ToUniversalTime() });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var marks = new List<IncidentMark>();
        while (await reader.ReadAsync(cancellation))
        {
            marks.Add(new(reader.GetInt32(0), reader.GetFieldValue<DateTimeOffset>(1), reader.GetFieldValue<DateTimeOffset>(2),
                Words.Of((Severity)reader.GetInt16(3)),
                Words.Of((IncidentStatus)reader.GetInt16(4)), Words.Of((ChangeKind)reader.GetInt16(5)),
                reader.IsDBNull(6) ? null : Words.Of((Fault)reader.GetInt16(6))));
        }

        return marks;
    }
}
