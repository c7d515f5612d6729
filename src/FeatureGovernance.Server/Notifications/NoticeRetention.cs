using Npgsql;

namespace FeatureGovernance.Server.Notifications;

/// <summary>Forgets what was delivered long ago, and notices and dead letters that nobody will read any more.</summary>
internal sealed class NoticeRetention(NpgsqlDataSource source, NoticeSettings settings, TimeProvider clock)
{
    private const int Batch = 10_000;

    public async Task RunAsync(CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        await DeleteAsync("""
            delete from notices.delivery where id in (select id from notices.delivery where state = 1 and settled_at < $1 limit $2)
            """, now.AddDays(-settings.RetentionDays), cancellation);
        await DeleteAsync("""
            delete from notices.delivery where id in (select id from notices.delivery where state = 2 and settled_at < $1 limit $2)
            """, now.AddDays(-settings.InboxDays), cancellation);
        await DeleteAsync("""
            delete from notices.notice where id in (
                select id from notices.notice n where n.at < $1
                  and not exists (select from notices.delivery_item i where i.notice_id = n.id) order by n.at limit $2)
            """, now.AddDays(-settings.InboxDays), cancellation);
    }

    // In parts, so that no lock is held for long.
    private async Task DeleteAsync(string sql, DateTimeOffset before, CancellationToken cancellation)
    {
        int deleted;
        do
        {
            await using var command = source.CreateCommand(sql);
            command.Parameters.Add(new() { Value = before });
            command.Parameters.Add(new() { Value = Batch });
            deleted = await command.ExecuteNonQueryAsync(cancellation);
        }
        while (deleted == Batch);
    }
}
