using FeatureGovernance.Server.Storage.Postgres;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;
using Npgsql;

namespace FeatureGovernance.Server.Storage;

internal static class StorageSetup
{
    public const string ConnectionName = "FeatureGovernance";

    /// <summary>The configured server, or a private cluster in the data folder that lives and dies with this process.</summary>
    public static async Task<EmbeddedPostgres?> AddStorageAsync(this WebApplicationBuilder builder, CancellationToken cancellation = default)
    {
        EmbeddedPostgres? embedded = null;
        var connectionString = builder.Configuration.GetConnectionString(ConnectionName);
        if (string.IsNullOrWhiteSpace(connectionString))
        {
            using var logging = LoggerFactory.Create(logging => logging.AddConfiguration(builder.Configuration.GetSection("Logging")).AddSimpleConsole());
            embedded = await EmbeddedPostgres.StartAsync(new(DataFolder.Path(builder.Configuration)), logging.CreateLogger<EmbeddedPostgres>(), cancellation);
            connectionString = embedded.ConnectionString;
        }

        var source = DataSource(connectionString);
        // By a factory, so that the container closes its connections in the end.
        builder.Services.AddSingleton(_ => source);
        builder.Services.AddDbContext<GovernanceDb>(options => Configure(options, source));
        builder.Services.AddScoped<WriteTransaction>();
        builder.Services.AddHealthChecks().AddCheck<DatabaseHealth>("database", tags: ["ready"]);
        return embedded;
    }

    public static NpgsqlDataSource DataSource(string connectionString)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString);
        if (!settings.ContainsKey("Application Name"))
            settings.ApplicationName = "feature-governance";
        settings.MaxAutoPrepare = 64;
        // Over many partitions, compiling a statement takes seconds and running it milliseconds. What the administrator chose comes later and wins.
        settings.Options = $"-c jit=off {settings.Options}".TrimEnd();
        return new NpgsqlDataSourceBuilder(settings.ConnectionString).Build();
    }

    public static void Configure(DbContextOptionsBuilder options, NpgsqlDataSource source) => options
        .UseNpgsql(source, npgsql => npgsql.MigrationsHistoryTable("migration_history", "storage"))
        .UseSnakeCaseNamingConvention();
}

/// <summary>Lets <c>dotnet ef</c> build the model without a running server.</summary>
internal sealed class DesignTimeDb : IDesignTimeDbContextFactory<GovernanceDb>
{
    public GovernanceDb CreateDbContext(string[] args)
    {
        var options = new DbContextOptionsBuilder<GovernanceDb>();
        StorageSetup.Configure(options, StorageSetup.DataSource("Host=localhost;Database=design"));
        return new(options.Options);
    }
}
