using FeatureGovernance.Core;
using FeatureGovernance.Server.Access;
using FeatureGovernance.Server.Audit;
using FeatureGovernance.Server.Http;
using FeatureGovernance.Server.Storage;
using Npgsql;

namespace FeatureGovernance.Server.Registry;

/// <summary>Filters of the catalogue under a name; each person sees his own.</summary>
/// <param name="Query">The filters, as an address would write them, without the question mark.</param>
public sealed record SavedView(int Id, string Name, string Query);

/// <summary>Keeps and forgets them.</summary>
internal static class SavedViews
{
    private const int Most = 50;
    private const int LongestName = 60;
    private const int LongestQuery = 2_000;

    public static async Task<List<SavedView>> OfAsync(NpgsqlDataSource source, Caller caller, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand("select id, name, query from registry.saved_view where owner = $1 order by name limit $2");
        command.Parameters.Add(new() { Value = caller.Actor });
        command.Parameters.Add(new() { Value = Most });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var views = new List<SavedView>();
        while (await reader.ReadAsync(cancellation))
            views.Add(new(reader.GetInt32(0), reader.GetString(1), reader.GetString(2)));
        return views;
    }

    /// <summary>Keeps filters under a name, in the place of what was kept under it; says why not where it may not.</summary>
    public static async Task<Refusal?> SaveAsync(WriteTransaction write, Caller caller, string? name, string query, CancellationToken cancellation)
    {
        var faults = new FieldFaults();
        faults.Text("name", name, LongestName, required: true);
        faults.Check(query.Length <= LongestQuery, "query", "The filters are too long to keep.", "Take some away.");
        if (faults.Refusal is { } malformed)
            return malformed;
        await using var count = new NpgsqlCommand("select count(*) from registry.saved_view where owner = $1 and name <> $2", write.Connection);
        count.Parameters.Add(new() { Value = caller.Actor });
        count.Parameters.Add(new() { Value = name });
        if (await count.ExecuteScalarAsync(cancellation) is long and >= Most)
            return new(RefusalKind.BrokenRule, "too-many-views", $"You keep {Most} views already.",
                [new("name", "There is no room for another.", "Forget one first.")]);
        await using var command = new NpgsqlCommand("""
            insert into registry.saved_view (owner, name, query, saved_at) values ($1, $2, $3, $4)
            on conflict (owner, name) do update set query = excluded.query, saved_at = excluded.saved_at returning id
            """, write.Connection);
        foreach (var value in (object[])[caller.Actor, name!, query, write.Now])
            command.Parameters.Add(new() { Value = value });
        var id = (int)(await command.ExecuteScalarAsync(cancellation))!;
        write.Record(NewEvent.Of<object>("view.saved", "saved-view", id, name!, null, new { Query = query }));
        return null;
    }

    /// <summary>Forgets one of the caller's own; says so where he has none of this number.</summary>
    public static async Task<Refusal?> ForgetAsync(WriteTransaction write, Caller caller, int id, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("delete from registry.saved_view where id = $1 and owner = $2 returning name, query", write.Connection);
        command.Parameters.Add(new() { Value = id });
        command.Parameters.Add(new() { Value = caller.Actor });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        if (!await reader.ReadAsync(cancellation))
            return Problems.NotFound("saved-view", $"{id}");
        write.Record(NewEvent.Of<object>("view.forgotten", "saved-view", id, reader.GetString(0), new { Query = reader.GetString(1) }, null));
        return null;
    }
}
