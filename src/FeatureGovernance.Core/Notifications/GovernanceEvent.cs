using System.Text.Json;

namespace FeatureGovernance.Core.Notifications;

/// <summary>One entry of the audit trail, as far as notices need it.</summary>
/// <param name="Sequence">Its number.</param>
/// <param name="At">When.</param>
/// <param name="Actor">Who did it; <c>system:job</c> for the clock.</param>
/// <param name="Action">What was done, for example <c>deprecation.submitted</c>.</param>
/// <param name="SubjectKind">What kind of thing it was done to.</param>
/// <param name="SubjectId">The number of the thing; that of the model for adoptions.</param>
/// <param name="Subject">Its name.</param>
/// <param name="Reason">Why.</param>
/// <param name="Before">The thing before; null where it is new.</param>
/// <param name="After">The thing after; null where it is gone.</param>
public sealed record GovernanceEvent(
    long Sequence, DateTimeOffset At, string Actor, string Action, string SubjectKind, int SubjectId, string Subject, string? Reason,
    JsonElement? Before, JsonElement? After);

/// <summary>Reads documents whose shape is somebody else's: what is not there, or is something else, is null or empty.</summary>
internal static class Documents
{
    public static string? Text(this JsonElement? thing, string name) =>
        thing.Part(name) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;

    public static JsonElement? Part(this JsonElement? thing, string name) =>
        thing is { ValueKind: JsonValueKind.Object } some && some.TryGetProperty(name, out var part) ? part : null;

    public static IEnumerable<JsonElement?> Parts(this JsonElement? thing, string name) =>
        thing.Part(name) is { ValueKind: JsonValueKind.Array } list ? list.EnumerateArray().Select(item => (JsonElement?)item) : [];

    public static IEnumerable<string> Texts(this JsonElement? thing, string name) =>
        thing.Parts(name).Where(item => item!.Value.ValueKind == JsonValueKind.String).Select(item => item!.Value.GetString()!);
}
