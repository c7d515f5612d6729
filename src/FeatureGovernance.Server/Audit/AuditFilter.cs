using FeatureGovernance.Server.Http;
using Npgsql;

namespace FeatureGovernance.Server.Audit;

/// <summary>Which events are wanted, from the query of a request.</summary>
internal sealed record AuditFilter(
    string? Actor, string? Action, string? SubjectKind, string? Subject, DateTimeOffset? From, DateTimeOffset? To, long After)
{
    /// <param name="actor">Only what this one did.</param>
    /// <param name="action">Only this action.</param>
    /// <param name="subjectKind">Only what was done to things of this kind.</param>
    /// <param name="subject">Only what was done to the thing of this name.</param>
    /// <param name="from">Only what happened at this moment or later.</param>
    /// <param name="to">Only what happened before this moment.</param>
    /// <param name="after">Only events of a greater number.</param>
    public static AuditFilter Read(
        string? actor, string? action, string? subjectKind, string? subject, string? from, string? to, long? after, FieldFaults faults)
    {
        foreach (var (field, text) in (ReadOnlySpan<(string, string?)>)[("actor", actor), ("action", action), ("subjectKind", subjectKind),
            ("subject", subject)])
            faults.Check(text is null || !text.Contains('\0', StringComparison.Ordinal), field, "The text has a NUL character.",
                "Remove it.");
        return new(actor, action, subjectKind, subject, Moments.Read("from", from, faults), Moments.Read("to", to, faults), after ?? 0);
    }

    /// <summary>The events from the oldest to the newest, with exactly the texts that were hashed.</summary>
    public NpgsqlCommand Command(NpgsqlConnection connection)
    {
        // One statement is one snapshot, however long the receiver takes.
        var command = new NpgsqlCommand("", connection) { CommandTimeout = 0 };
        var conditions = new List<string>();
        void Where(string condition, object? value)
        {
            if (value is null)
                return;
            command.Parameters.Add(new() { Value = value });
            conditions.Add($"{condition} ${command.Parameters.Count}");
        }

        Where("sequence >", After);
        Where("actor =", Actor);
        Where("action =", Action);
        Where("subject_kind =", SubjectKind);
        Where("subject =", Subject);
        Where("at >=", From);
        Where("at <", To);
        command.CommandText = $"""
            select sequence, at, actor, action, subject_kind, subject_id, subject, reason, request_id, address, before::text, after::text, hash
            from audit.event where {string.Join(" and ", conditions)} order by sequence
            """;
        return command;
    }
}

/// <summary>Moments in queries.</summary>
internal static class Moments
{
    /// <summary>Reads an ISO 8601 instant; UTC where it names no offset.</summary>
    public static DateTimeOffset? Read(string field, string? text, FieldFaults faults)
    {
        if (text is null)
            return null;
        if (DateTimeOffset.TryParse(text, System.Globalization.CultureInfo.InvariantCulture,
            System.Globalization.DateTimeStyles.AssumeUniversal | System.Globalization.DateTimeStyles.AdjustToUniversal, out var moment)
            && text.Length >= 10 && char.IsAsciiDigit(text[0]))
            return moment;
        faults.Add(field, $"'{Problems.Shorten(FieldFaults.Printable(text))}' is no moment.",
            "Use ISO 8601, for example 2026-01-31T12:00:00Z.");
        return null;
    }
}
