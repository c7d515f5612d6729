using FeatureGovernance.Contracts;
using FeatureGovernance.Contracts.Capacity;
using FeatureGovernance.Core.Capacity;
using FeatureGovernance.Server.Audit;
using FeatureGovernance.Server.Http;
using FeatureGovernance.Server.Storage;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace FeatureGovernance.Server.Capacity;

internal static class SupplyEndpoints
{
    private const int LongestLead = 3_650;
    private const int MostOfPool = 1_000;
    private static readonly DateOnly FirstDay = new(2000, 1, 1);
    private static readonly DateOnly LastDay = new(2200, 1, 1);
    private static readonly string InRange = $"Use a day from {FirstDay:yyyy-MM-dd} to {LastDay:yyyy-MM-dd}.";

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
            Pool = pool, Name = name, Kind = Core.Words.Of(kind!.Value), Amount = body.Amount, Due = due, OrderBy = body.OrderBy,
            LeadTimeDays = body.LeadTimeDays, DoneOn = body.DoneOn, Slip = slip, Note = body.Note, Revision = (before?.View.Revision ?? 0) + 1,
        };
        if (before is { } present && present.View with { Revision = after.Revision } == after)
            return context.Unchanged(present.View, present.View.Revision);

        if (before is null && await SupplyStore.CountAsync(write.Connection, owner.Id, cancellation) >= MostOfPool)
            return (Refused)Problems.Malformed("pool", $"The pool has {MostOfPool:N0} entries already.", "Take back those long past.");
        var id = await SupplyStore.SaveAsync(write.Connection, owner.Id, kind.Value, after, cancellation);
        write.Record(NewEvent.Of(before is null ? "capacity.supply-registered" : "capacity.supply-changed", "supply", id, $"{pool}/{name}",
            before?.View, after));
        return context.Written(after, after.Revision, $"pools/{pool}/supply/{name}");
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
        faults.Check(body.LeadTimeDays is null or (>= 0 and <= LongestLead), "leadTimeDays", $"{body.LeadTimeDays} is out of range.",
            $"Use 0 to {LongestLead} days.");
        var isOrdered = body.OrderBy is { } order && order >= FirstDay && order <= LastDay;
        faults.Check(body.OrderBy is null || isOrdered, "orderBy", $"{body.OrderBy:yyyy-MM-dd} is out of range.", InRange);
        DateOnly? reckoned = isOrdered && body.LeadTimeDays is >= 0 and <= LongestLead ? body.OrderBy!.Value.AddDays(body.LeadTimeDays.Value) : null;
        var due = body.Due ?? reckoned;
        faults.Check(due is not null || (body.OrderBy is not null && body.LeadTimeDays is not null), "due", "Nothing says when it is due.",
            "Give due, or orderBy with leadTimeDays.");
        faults.Check(due is null || reckoned is null || due == reckoned, "due",
            $"{due:yyyy-MM-dd} is not orderBy and leadTimeDays, which come to {reckoned:yyyy-MM-dd}.", "Give either, or what agrees.");
        faults.Check(due is null || (due >= FirstDay && due <= LastDay), "due", $"{due:yyyy-MM-dd} is out of range.", InRange);
        faults.Check(body.DoneOn is null || body.DoneOn >= FirstDay, "doneOn", $"{body.DoneOn:yyyy-MM-dd} is out of range.",
            $"Use a day from {FirstDay:yyyy-MM-dd} on.");
        faults.Check(body.DoneOn is null || body.DoneOn <= today, "doneOn", $"{body.DoneOn:yyyy-MM-dd} is still to come.", "Report it once it has happened.");
        // One that was registered in time and is late now may still be corrected.
        faults.Check(due is null || due < FirstDay || due >= today || body.DoneOn is not null || before?.Due == due, "due", $"{due:yyyy-MM-dd} is past.",
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
