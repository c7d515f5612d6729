using FeatureGovernance.Core.Notifications;
using Npgsql;

namespace FeatureGovernance.Server.Notifications;

/// <summary>How notices are read.</summary>
internal static class NoticeQueries
{
    public const string Columns = "n.id, n.sequence, n.kind, n.at, n.actor, n.action, n.subject_kind, n.subject, n.title, n.body, n.path";

    /// <param name="from">The ordinal of the first of <see cref="Columns"/>.</param>
    public static NoticeRow Read(NpgsqlDataReader reader, int from = 0) => new(
        reader.GetInt64(from), reader.GetInt64(from + 1), (NoticeKind)reader.GetInt16(from + 2),
        reader.GetFieldValue<DateTimeOffset>(from + 3),
        reader.GetString(from + 4), reader.GetString(from + 5), reader.GetString(from + 6), reader.GetString(from + 7),
        reader.GetString(from + 8), reader.GetString(from + 9), reader.IsDBNull(from + 10) ? null : reader.GetString(from + 10));
}
