using System.Text;
using FeatureGovernance.Contracts;
using FeatureGovernance.Contracts.Lifecycle;
using FeatureGovernance.Core;
using FeatureGovernance.Core.Lifecycle;
using FeatureGovernance.Core.Value;
using FeatureGovernance.Server.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace FeatureGovernance.Server.Lifecycle;

/// <summary>Drafts as they are read, with the newest scores of what is in them.</summary>
internal static class DraftQueries
{
    private const string Select = """
        select d.id, t.slug, d.state, d.revision, d.created_at, d.updated_at, d.decided_by, d.reason, d.proposal_id
        from lifecycle.draft d join registry.team t on t.id = d.team_id
        """;

    private const string Features = """
        select x.draft_id, f.key, s.value, s.lower, s.upper, s.cost_per_day, s.class, s.confidence
        from lifecycle.draft_feature x
        join registry.feature f on f.id = x.feature_id
        left join value.feature_score s on s.feature_id = x.feature_id
        where x.draft_id = any($1) order by x.draft_id, s.cost_per_day desc nulls last, f.key collate "C"
        """;

    public static async Task<Results<Ok<Page<DraftView>>, Refused>> List(
        NpgsqlDataSource source, string? team, string? state, int? limit, string? cursor, CancellationToken cancellation)
    {
        var faults = new FieldFaults();
        faults.Slug("team", team, required: false);
        var wanted = faults.Word<DraftState>("state", state);
        var size = Limits.Page(limit, faults);
        var after = Cursor.Decode(cursor, "-id", faults);
        if (faults.Refusal is { } refusal)
            return (Refused)refusal;
        var condition = new StringBuilder("where d.id < $1");
        var values = new List<object> { after?.Id ?? int.MaxValue };
        void Where(string column, object? value)
        {
            if (value is null)
                return;
            values.Add(value);
            condition.Append(" and ").Append(column).Append(" = $").Append(values.Count);
        }

        Where("t.slug", team);
        Where("d.state", (short?)wanted);
        await using var connection = await source.OpenConnectionAsync(cancellation);
        var found = await ReadAsync(connection, $"{condition} order by d.id desc limit {size + 1}", values, cancellation);
        return TypedResults.Ok(new Page<DraftView>([.. found.Take(size)], found.Count > size ? new Cursor("-id", null, found[size - 1].Id).Encode() : null));
    }

    public static async Task<Results<Ok<DraftView>, Refused>> Get(int id, HttpContext context, NpgsqlDataSource source, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        if (await FindAsync(connection, id, cancellation) is not { } draft)
            return (Refused)Problems.NotFound("draft", id.ToString());
        context.SetRevision(draft.Revision);
        return TypedResults.Ok(draft);
    }

    public static async Task<DraftView?> FindAsync(NpgsqlConnection connection, int id, CancellationToken cancellation) =>
        (await ReadAsync(connection, "where d.id = $1", [id], cancellation)).SingleOrDefault();

    private static async Task<List<DraftView>> ReadAsync(
        NpgsqlConnection connection, string condition, IEnumerable<object> values, CancellationToken cancellation)
    {
        var drafts = new List<DraftView>();
        await using (var command = new NpgsqlCommand($"{Select} {condition}", connection))
        {
            foreach (var value in values)
                command.Parameters.Add(new() { Value = value });
            await using var reader = await command.ExecuteReaderAsync(cancellation);
            while (await reader.ReadAsync(cancellation))
            {
                drafts.Add(new()
                {
                    Id = reader.GetInt32(0),
                    Team = reader.GetString(1),
                    State = Words.Of((DraftState)reader.GetInt16(2)),
                    Revision = reader.GetInt32(3),
                    CreatedAt = reader.GetFieldValue<DateTimeOffset>(4),
                    UpdatedAt = reader.GetFieldValue<DateTimeOffset>(5),
                    DecidedBy = reader.IsDBNull(6) ? null : reader.GetString(6),
                    Reason = reader.IsDBNull(7) ? null : reader.GetString(7),
                    Deprecation = reader.IsDBNull(8) ? null : reader.GetInt32(8),
                    Features = [],
                });
            }
        }

        var features = await FeaturesAsync(connection, [.. drafts.Select(draft => draft.Id)], cancellation);
        return [.. drafts.Select(draft => Summed(draft with { Features = [.. features[draft.Id]] }))];
    }

    private static async Task<ILookup<int, DraftedFeature>> FeaturesAsync(NpgsqlConnection connection, int[] drafts, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(Features, connection);
        command.Parameters.Add(new() { Value = drafts });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var found = new List<(int Draft, DraftedFeature Feature)>();
        while (await reader.ReadAsync(cancellation))
        {
            double? Number(int ordinal) => reader.IsDBNull(ordinal) ? null : reader.GetDouble(ordinal);
            var debt = reader.IsDBNull(6) ? null : Words.Of((DebtClass)reader.GetInt16(6));
            found.Add((reader.GetInt32(0), new(reader.GetString(1), Number(2), Number(3), Number(4), Number(5), debt, Number(7))));
        }

        return found.ToLookup(one => one.Draft, one => one.Feature);
    }

    // Readers and lineage are looked up when it is submitted; here only the sums of scores matter.
    private static DraftView Summed(DraftView draft)
    {
        var sum = Impact.Of([.. draft.Features.Select(one => new FeatureImpact(one.Feature, [], [], one.Value, one.ValueLower, one.ValueUpper, one.CostPerDay, null, []))]);
        return draft with { Value = sum.Value, ValueLower = sum.ValueLower, ValueUpper = sum.ValueUpper, SavingPerDay = sum.SavingPerDay };
    }
}
