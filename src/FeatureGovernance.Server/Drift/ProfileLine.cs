using System.Text.Json;
using FeatureGovernance.Contracts.Drift;
using FeatureGovernance.Core.Drift;
using FeatureGovernance.Profiling;
using FeatureGovernance.Server.Http;
using FeatureGovernance.Statistics.Sketches;

namespace FeatureGovernance.Server.Drift;

/// <summary>Where values were seen.</summary>
internal enum ProfileSite
{
    Training,
    Serving,
}

/// <summary>A line of a batch that could be read.</summary>
internal sealed record ProfileLine(
    long Number, string Feature, int? Version, ProfileSite Site, WindowLength Length, DateTime Start, string Segment, double? LagSeconds, StoredProfile Profile)
{
    private const int LongestSegment = 200;

    /// <summary>Reads a line; what is wrong with it goes to the faults.</summary>
    public static ProfileLine? Read(NdjsonLine line, DateTimeOffset now, FieldFaults faults)
    {
        if (line.Fault is not null)
        {
            faults.Add("line", line.Fault, "Send lines of at most 1 MB; smaller sketches do for most features.");
            return null;
        }

        ProfileReport? report;
        try
        {
            report = JsonSerializer.Deserialize<ProfileReport>(line.Text.Span, Json.Options);
        }
        catch (JsonException exception)
        {
            var fault = JsonFaults.Describe(exception);
            faults.Add(fault.Field, fault.Message, fault.Remedy);
            return null;
        }

        if (report is null)
        {
            faults.Add("line", "The line is null.", "Send a JSON object.");
            return null;
        }

        faults.Text("feature", report.Feature, required: true);
        faults.Check(report.Version is null or > 0, "version", "A version is a whole number from 1.");
        faults.Text("segment", report.Segment, LongestSegment);
        var site = faults.Word<ProfileSite>("site", report.Site, ProfileSite.Serving);
        var length = faults.Word<WindowLength>("window", report.Window);
        if (report.Window is null)
            faults.Add("window", "The field is required.", "Send hour, day or week.", "required-field");
        var start = report.Start?.UtcDateTime;
        if (start is null)
            faults.Add("start", "The field is required.", "Send the instant at which the window begins.", "required-field");
        else if (length is { } known && !IsBorder(start.Value, known))
            faults.Add("start", $"No {known.ToString().ToLowerInvariant()} begins at {start:yyyy-MM-ddTHH:mm:ssZ}.",
                "Windows begin on the hour, at midnight UTC, or on Monday at midnight UTC.");
        else
            faults.Check(start.Value.Year >= 2000 && start <= now.UtcDateTime.AddDays(1), "start",
                "The window does not lie between the year 2000 and tomorrow.");
        faults.Number("lagSeconds", report.LagSeconds, 0, 1e10);
        var profile = StoredProfile.Read(report.Profile, faults);
        return faults.Any
            ? null
            : new(line.Number, report.Feature!, report.Version, site!.Value, length!.Value, start!.Value, report.Segment ?? "", report.LagSeconds, profile!);
    }

    private static bool IsBorder(DateTime start, WindowLength length) => length switch
    {
        WindowLength.Hour => start.Ticks % TimeSpan.TicksPerHour == 0,
        WindowLength.Day => start.TimeOfDay == TimeSpan.Zero,
        WindowLength.Week => start.TimeOfDay == TimeSpan.Zero && start.DayOfWeek == DayOfWeek.Monday,
    };
}

/// <summary>A profile of numbers, texts or embeddings, packed, with what the columns beside it hold.</summary>
internal sealed record StoredProfile(short Kind, ProfileCounts Counts, Moments Moments, ProfileSummary Summary, byte[] Content)
{
    public const short Numbers = 1;
    public const short Texts = 2;
    public const short Embeddings = 3;

    /// <summary>The smallest number; null of other kinds.</summary>
    public double? Least { get; private init; }

    /// <summary>The largest number; null of other kinds.</summary>
    public double? Most { get; private init; }

    public static StoredProfile Of(Profile<double> numbers) =>
        Of(Numbers, numbers, ProfileSummary.Of(numbers)) with { Least = numbers.Minimum, Most = numbers.Maximum };

    public static StoredProfile Of(Profile<string> texts) => Of(Texts, texts, ProfileSummary.Of(texts));

    public static StoredProfile Of(Profile<Embedding> embeddings) => Of(Embeddings, embeddings, ProfileSummary.Of(embeddings));

    public static StoredProfile Of(ColumnProfile profile) =>
        profile.Numbers is { } numbers ? Of(numbers) : profile.Texts is { } texts ? Of(texts) : Of(profile.Embeddings!);

    public static StoredProfile? Read(JsonElement? json, FieldFaults faults)
    {
        const string Remedy = "Send the object that a profile writes: values, k, lgK, lgFrequent, counts, moments and three sketches in base64.";
        if (json is not { ValueKind: JsonValueKind.Object } body)
        {
            faults.Add("profile", "The profile is not an object.", Remedy);
            return null;
        }

        try
        {
            return (body.TryGetProperty("values", out var values) && values.ValueKind == JsonValueKind.String ? values.GetString() : null) switch
            {
                "texts" => Of(Statistics.Sketches.Profile.ReadTexts(body)),
                "embeddings" => Of(Statistics.Sketches.Profile.ReadEmbeddings(body)),
                _ => Of(Statistics.Sketches.Profile.ReadNumbers(body)),
            };
        }
        catch (FormatException refused)
        {
            // The message begins with the name of the field.
            var colon = refused.Message.IndexOf(": ", StringComparison.Ordinal);
            var field = colon > 0 && !refused.Message.AsSpan(0, colon).Contains(' ') ? $"profile.{refused.Message[..colon]}" : "profile";
            faults.Add(field, colon > 0 ? refused.Message[(colon + 2)..] : refused.Message, Remedy);
            return null;
        }
        catch (ArgumentException refused)
        {
            faults.Add("profile", refused.Message.Split('\n')[0], Remedy);
            return null;
        }
    }

    private static StoredProfile Of<T>(short kind, Profile<T> profile, ProfileSummary summary)
        where T : notnull => new(kind, profile.Counts, profile.Moments, summary, PackedContent.Pack(profile.ToBytes()));
}
