using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql;

namespace FeatureGovernance.Server.Storage;

/// <summary>Brings the schema up to date. Several processes may start at once: an advisory lock lets one work while the others wait.</summary>
internal static class Migrator
{
    private const long Lock = 0x6665_6174_676f_7601;

    public static async Task MigrateAsync(NpgsqlDataSource source, ILogger log, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        var options = new DbContextOptionsBuilder<GovernanceDb>();
        StorageSetup.Configure(options, source);
        await using var db = new GovernanceDb(options.Options);
        var known = db.Database.GetMigrations().ToList();
        if (await IsCurrentAsync(connection, known, cancellation))
            return;

        await ExecuteAsync(connection, "select pg_advisory_lock($1)", Lock, cancellation);
        try
        {
            var pending = (await db.Database.GetPendingMigrationsAsync(cancellation)).ToList();
            if (pending.Count == 0)
                return;
            log.LogInformation("Applying {Count} migrations, the last {Migration}", pending.Count, pending[^1]);
            await db.Database.MigrateAsync(cancellation);
        }
        finally
        {
            await ExecuteAsync(connection, "select pg_advisory_unlock($1)", Lock, CancellationToken.None);
        }
    }

    public static string Script(NpgsqlDataSource source)
    {
        var options = new DbContextOptionsBuilder<GovernanceDb>();
        StorageSetup.Configure(options, source);
        using var db = new GovernanceDb(options.Options);
        return db.GetService<IMigrator>()
            .GenerateScript(options: MigrationsSqlGenerationOptions.Idempotent);
    }

    // The usual case costs one query: nothing to do.
    private static async Task<bool> IsCurrentAsync(NpgsqlConnection connection, List<string> known, CancellationToken cancellation)
    {
        await using var exists = new NpgsqlCommand("select to_regclass('storage.migration_history') is not null", connection);
        if (await exists.ExecuteScalarAsync(cancellation) is not true)
            return false;
        // All of them, not the newest alone: one that was merged later may be dated earlier.
        await using var applied = new NpgsqlCommand("select count(*) = $2 from storage.migration_history where migration_id = any($1)", connection);
        applied.Parameters.Add(new() { Value = known.ToArray() });
        applied.Parameters.Add(new() { Value = (long)known.Count });
        return await applied.ExecuteScalarAsync(cancellation) is true;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, long argument, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 600 };
        command.Parameters.Add(new() { Value = argument });
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
