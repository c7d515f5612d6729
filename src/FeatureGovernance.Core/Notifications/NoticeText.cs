using System.Text;
using System.Text.Json;

namespace FeatureGovernance.Core.Notifications;

/// <summary>A notice in words: plain text, no markup.</summary>
/// <param name="Title">One line.</param>
/// <param name="Body">A few lines.</param>
/// <param name="Path">Where the API shows the thing, below its root; null where it has no place of its own.</param>
public sealed record NoticeText(string Title, string Body, string? Path)
{
    private const int MostFeatures = 5;
    private const int LongestReason = 1_000;

    /// <summary>Puts an event into words.</summary>
    public static NoticeText Of(NoticeKind kind, GovernanceEvent happened)
    {
        // An announcement keeps what it is about beside its recipients.
        var thing = happened.After.Part("data") ?? happened.After ?? happened.Before;
        var what = What(happened, thing);
        var title = kind switch
        {
            NoticeKind.ReviewRequested => $"Review wanted: {what}",
            NoticeKind.ReviewReminder => $"Still waiting for your review: {what}",
            NoticeKind.ReviewEscalated => $"Escalated, review overdue: {what}",
            NoticeKind.ReviewGiven when Last(happened.Action) == "silence-consented" => $"The silence of {thing.Text("team")} agrees to {what}",
            NoticeKind.ReviewGiven => $"{happened.Actor} {Verb(happened.Action)} {what}",
            NoticeKind.ProposalMoved => $"{Capital(what)} is now {State(thing) ?? Last(happened.Action)}",
            NoticeKind.BrownoutAborted => $"Brownout stopped: {what}",
            NoticeKind.AdoptionRequested => $"{thing.Text("model") ?? "A model"} asks for your features: {what}",
            NoticeKind.AdoptionDecided => $"{Capital(what)} was {Last(happened.Action)}",
            NoticeKind.FeatureMoved => $"{happened.Subject} is now {thing.Text("stage") ?? Last(happened.Action)}",
            NoticeKind.FeatureChanged => $"{happened.Subject} has a new definition{Version(thing)}",
            NoticeKind.Commented => $"{happened.Actor} on {happened.Subject}",
            NoticeKind.Incident => $"Values went wrong: {Features(thing, 3)}",
            NoticeKind.Other => $"{Capital(happened.Action.Replace('.', ' ').Replace('-', ' '))}: {happened.Subject}",
        };
        return new(OneLine(title), Lines(happened, thing), Where(happened, thing));
    }

    private static string Lines(GovernanceEvent happened, JsonElement? thing)
    {
        var body = new StringBuilder($"{happened.Action} by {happened.Actor} at {happened.At:yyyy-MM-dd HH:mm} UTC.");
        if (Features(thing) is { Length: > 0 } features)
            body.Append($"\nFeatures: {features}");
        if (thing.Text("replacement") is { } replacement)
            body.Append($"\nReplacement: {replacement}");
        if (thing.Text("text") is { Length: > 0 } said)
            body.Append($"\n{(said.Length > LongestReason ? said[..LongestReason] + "…" : said)}");
        if (happened.Reason is { Length: > 0 } reason)
            body.Append($"\nReason: {(reason.Length > LongestReason ? reason[..LongestReason] + "…" : reason)}");
        return body.ToString();
    }

    private static string What(GovernanceEvent happened, JsonElement? thing) =>
        Features(thing, 1) is { Length: > 0 } features ? $"{happened.Subject} ({features})" : happened.Subject;

    private static string Features(JsonElement? thing, int most = MostFeatures)
    {
        // A proposal's feature is a bare key where it has no replacement.
        var keys = thing.Parts("features").Select(one => one is { ValueKind: JsonValueKind.String } bare ? bare.GetString()
            : one.Text("key") ?? one.Text("feature"))
            .OfType<string>().ToList();
        return string.Join(", ", keys.Take(most)) + (keys.Count > most ? $" and {keys.Count - most} more" : "");
    }

    private static string? Where(GovernanceEvent happened, JsonElement? thing) => happened.SubjectKind switch
    {
        "feature" => $"/api/v1/features/{Uri.EscapeDataString(happened.Subject)}",
        "deprecation" => $"/api/v1/deprecations/{happened.SubjectId}",
        "adoption" when thing.Part("id") is { ValueKind: JsonValueKind.Number } id => $"/api/v1/adoptions/{id.GetRawText()}",
        "incident" => $"/api/v1/incidents/{happened.SubjectId}",
        "model" => $"/api/v1/models/{Uri.EscapeDataString(happened.Subject)}",
        _ => null,
    };

    private static string Verb(string action) => Last(action) switch
    {
        "approve" => "approved",
        "object" => "objected to",
        "abstain" => "abstained on",
        "objection-resolved" => "resolved an objection to",
        var other => $"did {other} on",
    };

    private static string? State(JsonElement? thing) => thing.Text("state") switch
    {
        "notice" => "on notice",
        "brownout" => "in brownout",
        "rolledBack" => "rolled back",
        var state => state,
    };

    private static string Version(JsonElement? thing) =>
        thing.Part("version") is { ValueKind: JsonValueKind.Number } number ? $", version {number.GetRawText()}" : "";

    private static string Last(string action) => action[(action.LastIndexOf('.') + 1)..];

    private static string Capital(string text) => text.Length == 0 ? text : char.ToUpperInvariant(text[0]) + text[1..];

    // A line break in a subject would begin a new header.
    private static string OneLine(string text)
    {
        var line = string.Concat(text.Select(character => char.IsControl(character) ? ' ' : character));
        return line.Length <= 200 ? line : line[..199] + "…";
    }
}
