using System.Buffers.Text;
using System.Text;
using System.Text.Json;

namespace FeatureGovernance.Server.Http;

/// <summary>Where a page ended: the sort it was made for, the last row's sort value and its tie-breaking id.</summary>
internal sealed record Cursor(string Sort, string? Last, long Id)
{
    public string Encode() => Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(this, Json.Options));

    /// <summary>Null text means the first page; anything not made by <see cref="Encode"/> for the same sort is refused.</summary>
    public static Cursor? Decode(string? text, string sort, FieldFaults faults)
    {
        if (text is null)
            return null;
        try
        {
            if (text.Length <= 2_000
                && JsonSerializer.Deserialize<Cursor>(Base64Url.DecodeFromChars(text), Json.Options) is { } cursor
                && cursor.Sort == sort)
                return cursor;
        }
        catch (Exception exception) when (exception is FormatException or JsonException or DecoderFallbackException)
        {
        }

        faults.Add("cursor", "The cursor was not given out for this list.", "Leave it out to begin again, with the same filters and sort.");
        return null;
    }
}

internal static class Limits
{
    public const int DefaultPage = 50;
    public const int LargestPage = 1_000;

    public static int Page(int? limit, FieldFaults faults)
    {
        faults.Check(limit is null or (>= 1 and <= LargestPage), "limit", $"{limit} is out of range.", $"Use 1 to {LargestPage}.");
        return limit ?? DefaultPage;
    }
}
