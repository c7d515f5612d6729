using FeatureGovernance.Contracts;
using FeatureGovernance.Core;
using FeatureGovernance.Server.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace FeatureGovernance.Server.Capacity;

/// <summary>What one thing was by day, the last day first, page by page.</summary>
internal static class DayPages
{
    /// <param name="find">The number of the thing, or that it is unknown.</param>
    /// <param name="sql">Rows of thing <c>$1</c> before day <c>$2</c>, the last day first, at most <c>$3</c>.</param>
    public static async Task<Results<Ok<Page<T>>, Refused>> DaysAsync<T>(
        this NpgsqlDataSource source, int? limit, string? cursor, Func<NpgsqlConnection, Task<(int? Id, Refusal Unknown)>> find, string sql,
        Func<NpgsqlDataReader, T> read, Func<T, DateOnly?> day, CancellationToken cancellation)
    {
        var faults = new FieldFaults();
        var size = Limits.Page(limit, faults);
        var after = Cursor.Decode(cursor, "day", faults);
        faults.Check(after is null || (after.Id >= 0 && after.Id <= DateOnly.MaxValue.DayNumber), "cursor", "The cursor was not given out for this list.",
            "Leave it out to begin again.");
        if (faults.Refusal is { } refusal)
            return (Refused)refusal;
        await using var connection = await source.OpenConnectionAsync(cancellation);
        var (thing, unknown) = await find(connection);
        if (thing is not { } id)
            return (Refused)unknown;
        await using var command = new NpgsqlCommand(sql, connection);
        command.Parameters.AddWithValue(id);
        command.Parameters.AddWithValue(after is null ? DateOnly.MaxValue : DateOnly.FromDayNumber((int)after.Id));
        command.Parameters.AddWithValue(size + 1);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var items = new List<T>();
        while (await reader.ReadAsync(cancellation))
            items.Add(read(reader));
        var page = items.Take(size).ToList();
        return TypedResults.Ok(new Page<T>(page, items.Count > size ? new Cursor("day", null, day(page[^1])!.Value.DayNumber).Encode() : null));
    }
}
