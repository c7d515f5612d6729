using FeatureGovernance.Contracts;
using FeatureGovernance.Contracts.Lifecycle;
using FeatureGovernance.Core;
using FeatureGovernance.Core.Standards;
using FeatureGovernance.Server.Audit;
using FeatureGovernance.Server.Http;
using FeatureGovernance.Server.Standards;
using FeatureGovernance.Server.Storage;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;
using NpgsqlTypes;

namespace FeatureGovernance.Server.Adopting;

/// <summary>Trials end: each has a last day, and what has shown no value by then is flagged for withdrawal.</summary>
internal sealed class Trials(IServiceScopeFactory scopes, StandardShelf shelf)
{
    private const string Flag = """
        with ended as (
            select t.feature_id, t.model_id, p.share
            from standards.trial t
            join lifecycle.adoption a on a.feature_id = t.feature_id and a.model_id = t.model_id and a.state = 2
            left join value.pair_share p on p.feature_id = t.feature_id and p.model_id = t.model_id and p.methods > 0
            where t.flagged_at is null and t.ends_on < $1),
        seen as (
            update standards.trial t set share = e.share, flagged_at = case when coalesce(e.share, 0) < $2 then $3 end
            from ended e where t.feature_id = e.feature_id and t.model_id = e.model_id
            returning t.feature_id, t.model_id, t.request_id, t.ends_on, t.share, t.flagged_at)
        select s.model_id, s.request_id, f.key, m.name, s.ends_on, s.share
        from seen s join registry.feature f on f.id = s.feature_id join registry.model m on m.id = s.model_id
        where s.flagged_at is not null order by s.model_id, f.key
        """;

    public static Refusal? Refuse(DateOnly? endsOn, TrialPolicy policy, DateTimeOffset now)
    {
        var today = DateOnly.FromDateTime(now.UtcDateTime);
        return endsOn is { } day && (day <= today || day > today.AddDays(policy.Days))
            ? Problems.Malformed("endsOn", $"A trial that begins today may last until {today.AddDays(policy.Days):yyyy-MM-dd}.",
                "Give a later day up to that one, or none.")
            : null;
    }

    /// <summary>For every pair of the request that is on trial from this write on.</summary>
    public static async Task BeginAsync(WriteTransaction write, int request, DateOnly? endsOn, TrialPolicy policy, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("""
            insert into standards.trial (feature_id, model_id, request_id, began, ends_on)
            select feature_id, model_id, request_id, since, $3 from lifecycle.adoption where request_id = $1 and state = 2 and since = $2
            on conflict (feature_id, model_id) do update
                set request_id = excluded.request_id, began = excluded.began, ends_on = excluded.ends_on, share = null, flagged_at = null
                where standards.trial.began <> excluded.began
            """, write.Connection);
        command.Parameters.Add(new() { Value = request });
        command.Parameters.Add(new() { Value = write.Now });
        command.Parameters.Add(new() { Value = endsOn ?? DateOnly.FromDateTime(write.Now.UtcDateTime).AddDays(policy.Days) });
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>Flags what is over and has shown no value; run daily, safe to run again.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        await using var scope = scopes.CreateAsyncScope();
        var write = scope.ServiceProvider.GetRequiredService<WriteTransaction>();
        write.Origin = Origin.System("trials");
        await write.BeginAsync(cancellation);
        var policy = (await shelf.OpenAsync(write.Connection, write.Now, cancellation)).Adoption.Trial;
        await using (var command = new NpgsqlCommand(Flag, write.Connection))
        {
            command.Parameters.Add(new() { Value = DateOnly.FromDateTime(write.Now.UtcDateTime) });
            command.Parameters.Add(new() { Value = policy.MinimumShare });
            command.Parameters.Add(new() { Value = write.Now });
            await using var reader = await command.ExecuteReaderAsync(cancellation);
            while (await reader.ReadAsync(cancellation))
            {
                var flagged = new { feature = reader.GetString(2), model = reader.GetString(3), endsOn = reader.GetFieldValue<DateOnly>(4), share = reader.IsDBNull(5) ? (double?)null : reader.GetDouble(5) };
                write.Record(NewEvent.Of<object>("adoption.trial-flagged", "adoption", reader.GetInt32(0), $"adoption {reader.GetInt32(1)}", null, flagged,
                    $"The trial is over and shows no share of at least {policy.MinimumShare:0.######}."));
            }
        }

        await write.CommitAsync(cancellation);
    }

    public static async Task<Results<Ok<Page<TrialView>>, Refused>> List(
        NpgsqlDataSource source, bool? flagged, string? team, string? model, int? limit, string? cursor, CancellationToken cancellation)
    {
        var faults = new FieldFaults();
        var size = Limits.Page(limit, faults);
        var after = Cursor.Decode(cursor, "trial", faults);
        faults.Slug("team", team, required: false);
        faults.Slug("model", model, required: false);
        if (faults.Refusal is { } refusal)
            return (Refused)refusal;
        await using var command = source.CreateCommand("""
            select f.key, m.name, o.slug, t.request_id, t.began, t.ends_on, coalesce(p.share, t.share), t.flagged_at, t.model_id
            from standards.trial t
            join lifecycle.adoption a on a.feature_id = t.feature_id and a.model_id = t.model_id and a.state = 2
            join registry.feature f on f.id = t.feature_id
            join registry.model m on m.id = t.model_id
            join registry.team o on o.id = m.team_id
            left join value.pair_share p on p.feature_id = t.feature_id and p.model_id = t.model_id and p.methods > 0
            where ($1 is null or (t.flagged_at is not null) = $1) and ($2 is null or o.slug = $2) and ($3 is null or m.name = $3)
              and (t.model_id, f.key) > ($4, $5 collate "C")
            order by t.model_id, f.key collate "C" limit $6
            """);
        command.Parameters.Add(new() { Value = (object?)flagged ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Boolean });
        command.Parameters.Add(new() { Value = (object?)team ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
        command.Parameters.Add(new() { Value = (object?)model ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
        command.Parameters.Add(new() { Value = (int)(after?.Id ?? 0) });
        command.Parameters.Add(new() { Value = after?.Last ?? "" });
        command.Parameters.Add(new() { Value = size + 1 });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var items = new List<TrialView>();
        Cursor? end = null;
        while (items.Count < size && await reader.ReadAsync(cancellation))
        {
            items.Add(new(reader.GetString(0), reader.GetString(1), reader.GetString(2), reader.GetInt32(3), reader.GetFieldValue<DateTimeOffset>(4),
                reader.GetFieldValue<DateOnly>(5), reader.IsDBNull(6) ? null : reader.GetDouble(6),
                    reader.IsDBNull(7) ? null : reader.GetFieldValue<DateTimeOffset>(7)));
            end = new("trial", items[^1].Feature, reader.GetInt32(8));
        }

        var more = items.Count == size && await reader.ReadAsync(cancellation);
        return TypedResults.Ok(new Page<TrialView>(items, more ? end!.Encode() : null));
    }
}
