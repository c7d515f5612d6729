using System.Collections.Immutable;

namespace FeatureGovernance.Core.Drift.Profiles;

/// <summary>What people have made of an incident.</summary>
public enum IncidentStatus
{
    /// <summary>Nobody has dealt with it.</summary>
    Open,

    /// <summary>Somebody looks at it.</summary>
    Acknowledged,

    /// <summary>Put off until a day.</summary>
    Snoozed,

    /// <summary>Over.</summary>
    Resolved,

    /// <summary>As it should be.</summary>
    Expected,
}

/// <summary>An incident as it is stored.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Start">Of its first window.</param>
/// <param name="End">Of its last window.</param>
/// <param name="Cause">Why, as far as was known.</param>
/// <param name="Fault">What was wrong with the data.</param>
/// <param name="Features">The features it shows in.</param>
public sealed record KnownIncident(int Id, DateTime Start, DateTime End, Cause Cause, Fault? Fault, ImmutableArray<int> Features);

/// <summary>Decides which found incidents are known ones.</summary>
public static class IncidentIdentity
{
    /// <summary>
    /// A found incident is a known one where they share a feature and their windows overlap or touch. Of several, those that share most
    /// belong together: features in common times windows in common, twice as much where cause and fault are the same; each is matched once.
    /// </summary>
    /// <param name="known">Those of the same length of window.</param>
    /// <param name="found">Start, end, cause, fault and features of each.</param>
    /// <param name="window">The length of a window.</param>
    /// <returns>For each found one, the number of the known one; null where it is new.</returns>
    public static int?[] Match(IReadOnlyList<KnownIncident> known, IReadOnlyList<KnownIncident> found, TimeSpan window)
    {
        ArgumentNullException.ThrowIfNull(known);
        ArgumentNullException.ThrowIfNull(found);
        var byFeature = known.SelectMany(one => one.Features.Select(feature => (feature, one))).ToLookup(pair => pair.feature, pair => pair.one);
        var pairs = new List<(double Weight, KnownIncident Known, int Found)>();
        for (var i = 0; i < found.Count; i++)
        {
            foreach (var shared in found[i].Features.SelectMany(feature => byFeature[feature]).GroupBy(one => one.Id))
            {
                var one = shared.First();
                var windows = ((found[i].End < one.End ? found[i].End : one.End) - (found[i].Start > one.Start ? found[i].Start : one.Start)) / window;
                if (windows >= -0.01)
                    pairs.Add(((windows + 0.5) * shared.Count() * (one.Cause == found[i].Cause && one.Fault == found[i].Fault ? 2 : 1), one, i));
            }
        }

        var matches = new int?[found.Count];
        var taken = new HashSet<int>();
        foreach (var (_, one, i) in pairs.OrderByDescending(pair => pair.Weight).ThenBy(pair => pair.Known.Id).ThenBy(pair => pair.Found))
        {
            if (matches[i] is null && taken.Add(one.Id))
                matches[i] = one.Id;
        }

        return matches;
    }
}

/// <summary>The rules of dealing with incidents.</summary>
public static class IncidentHandling
{
    /// <summary>For how long an incident may be put off.</summary>
    public static readonly TimeSpan LongestSnooze = TimeSpan.FromDays(90);

    /// <summary>How long after its last window an incident that nobody touched counts as over.</summary>
    public static readonly TimeSpan OverAfter = TimeSpan.FromDays(14);

    /// <summary>Why an incident cannot be put into a status; null where it can.</summary>
    /// <param name="present">Its status.</param>
    /// <param name="wanted">What is asked for.</param>
    /// <param name="until">Until when, of <see cref="IncidentStatus.Snoozed"/>.</param>
    /// <param name="reason">What was said with it.</param>
    /// <param name="now">The present.</param>
    public static Refusal? Refuses(IncidentStatus present, IncidentStatus wanted, DateTimeOffset? until, string? reason, DateTimeOffset now)
    {
        if (wanted == IncidentStatus.Snoozed && (until is null || until <= now || until > now + LongestSnooze))
        {
            return new(RefusalKind.Malformed, "malformed-request", "until: The instant is missing or not within 90 days from now.",
                [new("until", "The instant is missing or not within 90 days from now.", "Say until when the incident is put off.")]);
        }

        if (wanted != IncidentStatus.Snoozed && until is not null)
        {
            return new(RefusalKind.Malformed, "malformed-request", "until: Only a snoozed incident has an end.",
                [new("until", "Only a snoozed incident has an end.", "Leave it out, or set status to snoozed.")]);
        }

        if (wanted != IncidentStatus.Acknowledged && string.IsNullOrWhiteSpace(reason))
        {
            return new(RefusalKind.Malformed, "malformed-request", "reason: The field is required.",
                [new("reason", "The field is required.", "Say why, for those who read it later.", "required-field")]);
        }

        var closed = present is IncidentStatus.Resolved or IncidentStatus.Expected;
        if (present == wanted && wanted != IncidentStatus.Snoozed)
            return new(RefusalKind.Conflict, "incident-is-so-already", $"The incident is {Words.Of(present)} already.");
        return closed && (wanted is IncidentStatus.Acknowledged or IncidentStatus.Snoozed)
            ? new(RefusalKind.Conflict, "incident-closed", $"The incident is {Words.Of(present)}; open it again first.")
            : null;
    }
}
