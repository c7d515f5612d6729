using FeatureGovernance.Server.Audit;
using FeatureGovernance.Server.Notifications;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;

namespace FeatureGovernance.Server.Storage;

/// <summary>
/// One write: the changes, their audit events with what people are to be told of, and whatever must follow the commit. Requests get theirs from <see cref="Http.Mutations"/>;
/// jobs begin and commit their own. What is recorded here is appended to the audit trail last, so that the trail's lock is held briefly.
/// </summary>
internal sealed class WriteTransaction(GovernanceDb db, TimeProvider clock) : IAsyncDisposable
{
    private readonly List<NewEvent> events = [];
    private readonly List<Action> afterCommit = [];
    private IDbContextTransaction? transaction;

    public GovernanceDb Db => db;

    /// <summary>When the write began, as PostgreSQL can keep it: to the microsecond, and the same throughout the write.</summary>
    public DateTimeOffset Now { get; private set; } = Truncate(clock.GetUtcNow());

    /// <summary>The audit sequence after the commit, which is the registry version that contains this write; 0 before it.</summary>
    public long CommittedSequence { get; private set; }

    public Origin Origin { get; set; } = Origin.System("server");

    public NpgsqlConnection Connection => (NpgsqlConnection)db.Database.GetDbConnection();

    public NpgsqlTransaction Transaction => (NpgsqlTransaction)(transaction ?? throw new InvalidOperationException("Begin first.")).GetDbTransaction();

    public async Task BeginAsync(CancellationToken cancellation)
    {
        Now = Truncate(clock.GetUtcNow());
        transaction = await db.Database.BeginTransactionAsync(cancellation);
    }

    public void Record(NewEvent change) => events.Add(change);

    /// <summary>For work that must not begin before others can see this write, such as queueing a job.</summary>
    public void AfterCommit(Action action) => afterCommit.Add(action);

    /// <summary>Saves, appends the audit events and commits.</summary>
    /// <param name="last">A last step inside the transaction, after everything else.</param>
    public async Task CommitAsync(CancellationToken cancellation, Func<Task>? last = null)
    {
        await db.SaveChangesAsync(cancellation);
        if (last is not null)
            await last();
        var sequence = await AuditTrail.AppendAsync(Connection, Transaction, events, Origin, Now, cancellation);
        await Outbox.AddAsync(Connection, Transaction, events, sequence, cancellation);
        await Transaction.CommitAsync(cancellation);
        CommittedSequence = sequence;
        events.Clear();
        foreach (var action in afterCommit)
            action();
        afterCommit.Clear();
    }

    public async Task RollbackAsync()
    {
        events.Clear();
        afterCommit.Clear();
        if (transaction is not null)
            await transaction.RollbackAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (transaction is not null)
            await transaction.DisposeAsync();
    }

    public static DateTimeOffset Truncate(DateTimeOffset instant) => new(instant.UtcTicks - (instant.UtcTicks % TimeSpan.TicksPerMicrosecond), TimeSpan.Zero);
}
