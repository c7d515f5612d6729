using FeatureGovernance.Contracts;
using FeatureGovernance.Contracts.Capacity;
using FeatureGovernance.Core.Capacity;
using FeatureGovernance.Server.Audit;
using FeatureGovernance.Server.Http;
using FeatureGovernance.Server.Storage;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;
using NpgsqlTypes;

namespace FeatureGovernance.Server.Capacity;

internal static class SupplyEndpoints
{
    private const int LongestLead = 3_650;
    private const int MostOfPool = 1_000;
    private static readonly DateOnly LastDay = new(2200, 1, 1);

    public static async Task<Results<Ok<SupplyView>, Created<SupplyView>, Refused>> Put(
        string pool, string name, SupplyDefinition body, HttpContext context, WriteTransaction write, CancellationToken cancellation)
    {
        if (await Pools.FindAsync(write.Connection, pool, cancellation) is not { } owner)
            return (Refused)Pools.Unknown(pool);
        var before = await SupplyStore.FindAsync(write.Connection, pool, name, cancellation);
        var today = DateOnly.FromDateTime(write.Now.UtcDateTime);
        var faults = new FieldFaults();
        faults.Slug("name", name);
        var kind = faults.Word<SupplyKind>("kind", body.Kind);
        faults.Check(body.Kind is not null, "kind", "The field is required.", "Say delivery, commitment or retirement.");
        faults.Check(body.Amount is not null, "amount", "The field is required.", "Give an amount over 0 in the pool's unit.");
        faults.Check(body.Amount is null or > 0, "amount", $"{body.Amount} is not over 0.", "What leaves is a retirement, with an amount over 0.");
        faults.Number("amount", body.Amount, 0, Observations.LargestAmount);
        faults.Text("note", body.Note, FieldFaults.LongText);
        var due = Due(body, before?.View, today, faults);
        var slip = Slip(body.Slip, faults);
        if (faults.Refusal is { } refusal)
            return (Refused)refusal;
        if (context.Precondition(before?.View.Revision) is { } stale)
            return (Refused)stale;

        var after = new SupplyView
        {
            Pool = pool, Name = name, Kind = Core.Words.Of(kind!.Value), Amount = body.Amount, Due = due, OrderBy = body.OrderBy, LeadTimeDays = body.LeadTimeDays,
            DoneOn = body.DoneOn, Slip = slip, Note = body.Note, Revision = (before?.View.Revision ?? 0) + 1,
        };
        if (before is { } present && present.View with { Revision = after.Revision } == after)
        {
            context.SetRevision(present.View.Revision);
            return TypedResults.Ok(present.View);
        }

        if (before is null && await SupplyStore.CountAsync(write.Connection, owner.Id, cancellation) >= MostOfPool)
            return (Refused)Problems.Malformed("pool", $"The pool has {MostOfPool:N0} entries already.", "Take back those long past.");
        var id = await SupplyStore.SaveAsync(write.Connection, owner.Id, kind.Value, after, cancellation);
        write.Record(NewEvent.Of(before is null ? "capacity.supply-registered" : "capacity.supply-changed", "supply", id, $"{pool}/{name}", before?.View, after));
        context.SetRevision(after.Revision);
        return before is null ? TypedResults.Created($"/api/v1/capacity/pools/{pool}/supply/{name}", after) : TypedResults.Ok(after);
    }

    public static async Task<Results<NoContent, Refused>> Delete(
        string pool, string name, HttpContext context, WriteTransaction write, CancellationToken cancellation)
    {
        if (await SupplyStore.FindAsync(write.Connection, pool, name, cancellation) is not { } found)
            return (Refused)Problems.NotFound("supply", FieldFaults.Printable(name));
        if (context.Precondition(found.View.Revision) is { } stale)
            return (Refused)stale;
        await using var command = new NpgsqlCommand("delete from capacity.supply where id = $1", write.Connection);
        command.Parameters.AddWithValue(found.Id);
        await command.ExecuteNonQueryAsync(cancellation);
        write.Record(NewEvent.Of("capacity.supply-withdrawn", "supply", found.Id, $"{pool}/{name}", found.View, null));
        return TypedResults.NoContent();
    }

    public static async Task<Results<Ok<Page<SupplyView>>, Refused>> List(
        string pool, NpgsqlDataSource source, int? limit, string? cursor, CancellationToken cancellation)
    {
        var faults = new FieldFaults();
        var size = Limits.Page(limit, faults);
        var after = Cursor.Decode(cursor, "supply", faults);
        if (faults.Refusal is { } refusal)
            return (Refused)refusal;
        await using var connection = await source.OpenConnectionAsync(cancellation);
        if (await Pools.FindAsync(connection, pool, cancellation) is null)
            return (Refused)Pools.Unknown(pool);
        var found = await SupplyStore.ListAsync(connection, pool, after?.Last ?? "", size + 1, cancellation);
        var page = found.Take(size).Select(one => one.View).ToList();
        return TypedResults.Ok(new Page<SupplyView>(page, found.Count > size ? new Cursor("supply", page[^1].Name, 0).Encode() : null));
    }

    private static DateOnly? Due(SupplyDefinition body, SupplyView? before, DateOnly today, FieldFaults faults)
    {
        faults.Check(body.LeadTimeDays is null or (>= 0 and <= LongestLead), "leadTimeDays", $"{body.LeadTimeDays} is out of range.", $"Use 0 to {LongestLead} days.");
        var due = body.Due ?? (body.OrderBy is { } order && body.LeadTimeDays is >= 0 and <= LongestLead && order <= LastDay ? order.AddDays(body.LeadTimeDays.Value) : null);
        faults.Check(due is not null, "due", "Nothing says when it is due.", "Give due, or orderBy with leadTimeDays.");
        faults.Check(due is null || due <= LastDay, "due", $"{due:yyyy-MM-dd} is too far.", $"Use a day up to {LastDay:yyyy-MM-dd}.");
        faults.Check(body.DoneOn is null || body.DoneOn <= today, "doneOn", $"{body.DoneOn:yyyy-MM-dd} is still to come.", "Report it once it has happened.");
        // One that was registered in time and is late now may still be corrected.
        faults.Check(due is null || due >= today || body.DoneOn is not null || before?.Due == due, "due", $"{due:yyyy-MM-dd} is past.",
            "Say with doneOn when it came, or give a day from today on.");
        return due;
    }

    private static SlipDefinition? Slip(SlipDefinition? slip, FieldFaults faults)
    {
        if (slip is null)
            return null;
        faults.Check(slip.Probability is not null, "slip.probability", "The field is required.", "Give a number from 0 to 1.");
        faults.Number("slip.probability", slip.Probability, 0, 1);
        faults.Check(slip.MedianDays is not null || slip.Probability == 0, "slip.medianDays", "The field is required.", "Give the median delay in days.");
        faults.Number("slip.medianDays", slip.MedianDays, 0.01, LongestLead);
        faults.Number("slip.spread", slip.Spread, 0, 3);
        return slip with { MedianDays = slip.MedianDays ?? 1, Spread = slip.Spread ?? SlipHistory.Assumed.Spread };
    }
}

/// <summary>A dated change of supply as kept.</summary>
internal sealed record StoredSupply(int Id, int PoolId, SupplyKind Kind, SupplyView View);

internal static class SupplyStore
{
    private const string Select = """
        select s.id, s.pool_id, p.name, s.name, s.kind, s.amount, s.due, s.order_by, s.lead_time_days, s.done_on, s.slip_probability, s.slip_median_days, s.slip_spread, s.note, s.revision
        from capacity.supply s join capacity.pool p on p.id = s.pool_id
        """;

    public static async Task<StoredSupply?> FindAsync(NpgsqlConnection connection, string pool, string name, CancellationToken cancellation) =>
        FieldFaults.IsSlug(pool) && FieldFaults.IsSlug(name)
        && await ReadAsync(connection, "where p.name = $1 and s.name = $2 for update of s", [pool, name], cancellation) is [var found] ? found : null;

    public static Task<List<StoredSupply>> ListAsync(NpgsqlConnection connection, string pool, string after, int count, CancellationToken cancellation) =>
        ReadAsync(connection, "where p.name = $1 and s.name > $2 order by s.name limit $3", [pool, after, count], cancellation);

    public static async Task<long> CountAsync(NpgsqlConnection connection, int pool, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("select count(*) from capacity.supply where pool_id = $1", connection);
        command.Parameters.AddWithValue(pool);
        return (long)(await command.ExecuteScalarAsync(cancellation))!;
    }

    /// <summary>Those of many pools, by pool.</summary>
    public static async Task<ILookup<int, SupplyEvent>> EventsAsync(NpgsqlConnection connection, CancellationToken cancellation) =>
        (await ReadAsync(connection, "order by s.id", [], cancellation)).ToLookup(one => one.PoolId, Event);

    public static async Task<int> SaveAsync(
        NpgsqlConnection connection, int pool, SupplyKind kind, SupplyView supply, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("""
            insert into capacity.supply (pool_id, name, kind, amount, due, order_by, lead_time_days, done_on, slip_probability, slip_median_days, slip_spread, note, revision)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
            on conflict (pool_id, name) do update set kind = $3, amount = $4, due = $5, order_by = $6, lead_time_days = $7, done_on = $8,
                slip_probability = $9, slip_median_days = $10, slip_spread = $11, note = $12, revision = $13
            returning id
            """, connection);
        (object? Value, NpgsqlDbType Type)[] arguments =
        [
            (pool, NpgsqlDbType.Integer), (supply.Name, NpgsqlDbType.Text), ((short)kind, NpgsqlDbType.Smallint), (supply.Amount, NpgsqlDbType.Double),
            (supply.Due, NpgsqlDbType.Date), (supply.OrderBy, NpgsqlDbType.Date), (supply.LeadTimeDays, NpgsqlDbType.Integer), (supply.DoneOn, NpgsqlDbType.Date),
            (supply.Slip?.Probability, NpgsqlDbType.Double), (supply.Slip?.MedianDays, NpgsqlDbType.Double), (supply.Slip?.Spread, NpgsqlDbType.Double),
            (supply.Note, NpgsqlDbType.Text), (supply.Revision, NpgsqlDbType.Integer),
        ];
        foreach (var (value, type) in arguments)
            command.Parameters.Add(new() { Value = value ?? DBNull.Value, NpgsqlDbType = type });
        return (int)(await command.ExecuteScalarAsync(cancellation))!;
    }

    private static SupplyEvent Event(StoredSupply stored)
    {
        var view = stored.View;
        return new(stored.Id, stored.Kind, view.Amount!.Value, view.Due!.Value, view.DoneOn,
            view.Slip is { } slip ? new(slip.Probability!.Value, slip.MedianDays!.Value, slip.Spread!.Value) : null);
    }

    private static async Task<List<StoredSupply>> ReadAsync(
        NpgsqlConnection connection, string where, object[] arguments, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand($"{Select} {where}", connection);
        foreach (var argument in arguments)
            command.Parameters.Add(new() { Value = argument });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var found = new List<StoredSupply>();
        while (await reader.ReadAsync(cancellation))
        {
            found.Add(new(reader.GetInt32(0), reader.GetInt32(1), (SupplyKind)reader.GetInt16(4), new()
            {
                Pool = reader.GetString(2),
                Name = reader.GetString(3),
                Kind = Core.Words.Of((SupplyKind)reader.GetInt16(4)),
                Amount = reader.GetDouble(5),
                Due = reader.GetFieldValue<DateOnly>(6),
                OrderBy = Day(reader, 7),
                LeadTimeDays = reader.GetValue(8) as int?,
                DoneOn = Day(reader, 9),
                Slip = reader.IsDBNull(10) ? null : new() { Probability = reader.GetDouble(10), MedianDays = reader.GetDouble(11), Spread = reader.GetDouble(12) },
                Note = reader.GetValue(13) as string,
                Revision = reader.GetInt32(14),
            }));
        }

        return found;
    }

    private static DateOnly? Day(NpgsqlDataReader row, int ordinal) => row.IsDBNull(ordinal) ? null : row.GetFieldValue<DateOnly>(ordinal);
}
