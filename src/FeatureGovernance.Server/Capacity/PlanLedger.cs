using FeatureGovernance.Contracts.Capacity;
using FeatureGovernance.Core;
using FeatureGovernance.Server.Http;
using FeatureGovernance.Server.Jobs;
using Npgsql;
using NpgsqlTypes;

namespace FeatureGovernance.Server.Capacity;

/// <summary>A plan as asked for.</summary>
internal sealed record StoredPlan(
    int Id, DateOnly AsOf, IReadOnlyList<ScenarioDefinition> Scenarios, int[]? Pools, string? Totals, PlanSummary View)
{
    public bool IsOpen => View.State is "queued" or "running";
}

/// <summary>The table of plans.</summary>
internal static class PlanLedger
{
    public static readonly RunTable Runs = new("capacity.plan", 0x46474350);

    private const string Columns = """
        id, as_of, scenarios::text, pools, totals::text, state, name, requested_by, requested_at, finished_at, progress, cancel_requested,
        planned, left_out, error
        """;

    public static async Task<int> AddAsync(
        NpgsqlConnection connection, string? name, DateOnly asOf, IReadOnlyList<ScenarioDefinition> scenarios, int[]? pools, string by, DateTimeOffset at,
        CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("""
            insert into capacity.plan (name, as_of, scenarios, pools, requested_by, requested_at) values ($1, $2, $3, $4, $5, $6) returning id
            """, connection);
        command.Parameters.AddWithValue(NpgsqlDbType.Text, (object?)name ?? DBNull.Value);
        command.Parameters.AddWithValue(asOf);
        command.Parameters.AddWithValue(NpgsqlDbType.Json, Json.Text(scenarios));
        command.Parameters.AddWithValue(NpgsqlDbType.Array | NpgsqlDbType.Integer, (object?)pools ?? DBNull.Value);
        command.Parameters.AddWithValue(by);
        command.Parameters.AddWithValue(at);
        return (int)(await command.ExecuteScalarAsync(cancellation))!;
    }

    public static async Task<StoredPlan?> FindAsync(NpgsqlConnection connection, int id, CancellationToken cancellation) =>
        await ReadAsync(connection, "where id = $1", [id], cancellation) is [var plan] ? plan : null;

    public static Task<List<StoredPlan>> ListAsync(NpgsqlConnection connection, long before, int count, CancellationToken cancellation) =>
        ReadAsync(connection, "where id < $1 order by id desc limit $2", [before, count], cancellation);

    /// <summary>Plans that are queued or running, the oldest first.</summary>
    public static Task<List<StoredPlan>> OpenAsync(NpgsqlConnection connection, CancellationToken cancellation) =>
        ReadAsync(connection, "where state in (0, 1) order by id limit 100", [], cancellation);

    /// <summary>Marks a plan as begun and forgets what an earlier attempt left; false where it is not to be worked on any more.</summary>
    public static async Task<bool> StartAsync(NpgsqlConnection connection, int id, DateTimeOffset at, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("""
            with begun as (
                update capacity.plan set
                    state = case when cancel_requested then 4 else 1 end, finished_at = case when cancel_requested then $2 end, progress = 0
                where id = $1 and state in (0, 1) returning cancel_requested),
            emptied as (delete from capacity.plan_pool where plan_id = $1 and exists (select from begun))
            select not cancel_requested from begun
            """, connection);
        command.Parameters.AddWithValue(id);
        command.Parameters.AddWithValue(at);
        return await command.ExecuteScalarAsync(cancellation) is true;
    }

    public static async Task ReportAsync(NpgsqlDataSource source, int id, double progress, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand("update capacity.plan set progress = $2 where id = $1 and state = 1");
        command.Parameters.AddWithValue(id);
        command.Parameters.AddWithValue(progress);
        await command.ExecuteNonQueryAsync(cancellation);
    }

    public static async Task SucceedAsync(
        NpgsqlConnection connection, int id, int planned, string[] leftOut, string totals, DateTimeOffset at, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("""
            update capacity.plan set state = 2, progress = 1, finished_at = $2, planned = $3, left_out = $4, totals = $5 where id = $1 and state = 1
            """, connection);
        command.Parameters.AddWithValue(id);
        command.Parameters.AddWithValue(at);
        command.Parameters.AddWithValue(planned);
        command.Parameters.AddWithValue(leftOut);
        command.Parameters.AddWithValue(NpgsqlDbType.Json, totals);
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>Ends a plan that has not ended, without a result.</summary>
    public static async Task EndAsync(
        NpgsqlConnection connection, int id, RunState state, DateTimeOffset at, string? error, CancellationToken cancellation)
    {
        await ForgetWorkAsync(connection, id, cancellation);
        await Runs.EndAsync(connection, id, state, at, error, cancellation);
    }

    /// <summary>Drops what was written of a plan that will not be finished.</summary>
    public static async Task ForgetWorkAsync(NpgsqlConnection connection, int id, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("delete from capacity.plan_pool where plan_id = $1", connection);
        command.Parameters.AddWithValue(id);
        await command.ExecuteNonQueryAsync(cancellation);
    }

    private static Task<List<StoredPlan>> ReadAsync(NpgsqlConnection connection, string where, object[] arguments, CancellationToken cancellation) =>
        Runs.ReadAsync(connection, Columns, where, arguments, Read, cancellation);

    private static StoredPlan Read(NpgsqlDataReader reader)
    {
        var scenarios = Json.Read<List<ScenarioDefinition>>(reader.GetString(2))!;
        var view = new PlanSummary
        {
            Id = reader.GetInt32(0),
            AsOf = reader.GetFieldValue<DateOnly>(1),
            Scenarios = [.. scenarios.Select(scenario => scenario.Name!)],
            State = Words.Of((RunState)reader.GetInt16(5)),
            Name = reader.GetValue(6) as string,
            RequestedBy = reader.GetString(7),
            RequestedAt = reader.GetFieldValue<DateTimeOffset>(8),
            FinishedAt = reader.IsDBNull(9) ? null : reader.GetFieldValue<DateTimeOffset>(9),
            Progress = reader.GetDouble(10),
            CancelRequested = reader.GetBoolean(11),
            Pools = reader.GetValue(12) as int?,
            LeftOut = reader.GetValue(13) as string[],
            Error = reader.GetValue(14) as string,
        };
        return new(view.Id, view.AsOf, scenarios, reader.GetValue(3) as int[], reader.GetValue(4) as string, view);
    }
}
