using FeatureGovernance.Server.Storage;
using Npgsql;

namespace FeatureGovernance.Server.Telemetry;

/// <summary>How one kind of fact is read and landed; <see cref="Ingest"/> drives it.</summary>
internal abstract class FactBatch<T>(WriteTransaction write, FactKind kind, string table)
    where T : struct, IFact<T>
{
    private readonly HashSet<int> months = [];

    public FactKind Kind => kind;

    public TelemetryNames Names { get; init; } = null!;

    public DayBounds Bounds { get; set; } = null!;

    protected NpgsqlConnection Connection => write.Connection;

    protected WriteTransaction Write => write;

    /// <summary>Reads one line or row into the segment: a fact or more, or faults.</summary>
    public abstract void Read(ReadOnlySpan<byte> line, int number, Segment<T> segment);

    /// <summary>What is known before the first line is read.</summary>
    public virtual Task PrepareAsync(CancellationToken cancellation) => Task.CompletedTask;

    /// <summary>Sends settled rows to the database.</summary>
    public abstract Task LandAsync(List<T> rows, CancellationToken cancellation);

    /// <summary>Brings in what waits in staging.</summary>
    public abstract Task MergeAsync(CancellationToken cancellation);

    /// <summary>
    /// Sees that there is a partition for each day. Those missing are made and committed on a connection of their own, so that no other
    /// batch waits for this one; an empty partition left by a batch that fails does no harm.
    /// </summary>
    public async Task EnsurePartitionsAsync(IReadOnlySet<int> days, NpgsqlDataSource source, CancellationToken cancellation)
    {
        var fresh = days.Select(DayBounds.Month).Where(months.Add).Select(DayBounds.Date).Order().ToArray();
        if (fresh.Length == 0)
            return;
        await using var check = new NpgsqlCommand(
            "select array(select m from unnest($1) m where to_regclass('telemetry.' || $2 || to_char(m, '_YYYY_MM')) is null order by m)", Connection);
        check.Parameters.Add(new() { Value = fresh });
        check.Parameters.Add(new() { Value = table });
        var missing = (DateOnly[])(await check.ExecuteScalarAsync(cancellation))!;
        if (missing.Length == 0)
            return;
        await using var create = source.CreateCommand("select telemetry.ensure_month($2, m) from unnest($1) m");
        create.Parameters.Add(new() { Value = missing });
        create.Parameters.Add(new() { Value = table });
        await create.ExecuteNonQueryAsync(cancellation);
    }

    protected async Task ExecuteAsync(string sql, CancellationToken cancellation, params object[] arguments)
    {
        await using var command = new NpgsqlCommand(sql, Connection) { CommandTimeout = 0 };
        foreach (var argument in arguments)
            command.Parameters.Add(new() { Value = argument });
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
