using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using FeatureGovernance.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

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

internal static class Paging
{
    /// <summary>A page of a list that has no filters.</summary>
    /// <param name="sort">What the list is sorted by, as its cursors say.</param>
    /// <param name="read">Reads on from where the last page ended, at most so many rows.</param>
    /// <param name="end">Where a page ends that ends with this row.</param>
    /// <param name="view">What is told of a row.</param>
    public static async Task<Results<Ok<Page<TView>>, Refused>> PageAsync<TRow, TView>(
        this NpgsqlDataSource source, string sort, int? limit, string? cursor,
        Func<NpgsqlConnection, Cursor?, int, Task<List<TRow>>> read, Func<TRow, (string? Last, long Id)> end, Func<TRow, TView> view,
        CancellationToken cancellation)
    {
        var faults = new FieldFaults();
        var size = Limits.Page(limit, faults);
        var after = Cursor.Decode(cursor, sort, faults);
        if (faults.Refusal is { } refusal)
            return (Refused)refusal;
        await using var connection = await source.OpenConnectionAsync(cancellation);
        // One row more than the page holds tells that another page follows.
        var found = await read(connection, after, size + 1);
        var next = found.Count > size ? end(found[size - 1]) : ((string?, long)?)null;
        return TypedResults.Ok(new Page<TView>([.. found.Take(size).Select(view)], next is var (last, id) ? new Cursor(sort, last, id).Encode() : null));
    }
}
