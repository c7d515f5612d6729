namespace FeatureGovernance.Core.Notifications;

/// <summary>When somebody wants to hear: his time zone, the hours he wants left quiet, and the hour of his digest.</summary>
/// <param name="Zone">The time zone in which the hours are meant.</param>
/// <param name="QuietFrom">When quiet begins; null where nothing is quiet.</param>
/// <param name="QuietTo">When quiet ends, on the same day or, where it is earlier than the beginning, on the next.</param>
/// <param name="DigestAt">When the daily digest goes out.</param>
public sealed record Rhythm(TimeZoneInfo Zone, TimeOnly? QuietFrom, TimeOnly? QuietTo, TimeOnly DigestAt)
{
    /// <summary>No quiet hours, and the digest at nine in the morning, UTC.</summary>
    public static Rhythm Default { get; } = new(TimeZoneInfo.Utc, null, null, new(9, 0));

    /// <summary>When a notice that arises now goes out; null where it does not.</summary>
    public DateTimeOffset? DueAt(DeliveryMode mode, DateTimeOffset now) => mode switch
    {
        DeliveryMode.Immediate => AfterQuiet(now),
        DeliveryMode.Digest => NextDigest(now),
        DeliveryMode.Off => null,
    };

    /// <summary>The moment itself, or the end of the quiet hours that it falls into.</summary>
    public DateTimeOffset AfterQuiet(DateTimeOffset moment)
    {
        if (QuietFrom is not { } from || QuietTo is not { } to || from == to)
            return moment;
        var local = TimeZoneInfo.ConvertTime(moment, Zone);
        // TimeOnly.IsBetween knows ranges that pass midnight.
        if (!TimeOnly.FromTimeSpan(local.TimeOfDay).IsBetween(from, to))
            return moment;
        var day = DateOnly.FromDateTime(local.Date);
        var end = Instant(day, to);
        return end > moment ? end : Instant(day.AddDays(1), to);
    }

    /// <summary>The first digest strictly after the moment.</summary>
    public DateTimeOffset NextDigest(DateTimeOffset moment)
    {
        var day = DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(moment, Zone).Date);
        while (true)
        {
            var at = Instant(day, DigestAt);
            if (at > moment)
                return at;
            day = day.AddDays(1);
        }
    }

    // A time that the clocks skip is taken to be as long after midnight as it would have been; of one that they repeat, the first.
    private DateTimeOffset Instant(DateOnly day, TimeOnly time)
    {
        var local = day.ToDateTime(time, DateTimeKind.Unspecified);
        if (Zone.IsInvalidTime(local))
            return new DateTimeOffset(local, Zone.GetUtcOffset(day.ToDateTime(TimeOnly.MinValue))).ToUniversalTime();
        var offset = Zone.IsAmbiguousTime(local) ? Zone.GetAmbiguousTimeOffsets(local).Max() : Zone.GetUtcOffset(local);
        return new DateTimeOffset(local, offset).ToUniversalTime();
    }
}
