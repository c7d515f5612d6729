using FeatureGovernance.Server.Access;
using FeatureGovernance.Server.Audit;
using FeatureGovernance.Server.Lifecycle;
using FeatureGovernance.Server.Registry;
using Microsoft.EntityFrameworkCore;

namespace FeatureGovernance.Server.Storage;

/// <summary>The one database. Each slice maps its own tables beside its code; facts are written by COPY and read by SQL, not through here.</summary>
internal sealed class GovernanceDb(DbContextOptions<GovernanceDb> options) : DbContext(options)
{
    public DbSet<Team> Teams => Set<Team>();
    public DbSet<TeamMember> TeamMembers => Set<TeamMember>();
    public DbSet<Person> People => Set<Person>();
    public DbSet<Feature> Features => Set<Feature>();
    public DbSet<FeatureVersion> FeatureVersions => Set<FeatureVersion>();
    public DbSet<FeatureAlias> FeatureAliases => Set<FeatureAlias>();
    public DbSet<FeatureGroup> FeatureGroups => Set<FeatureGroup>();
    public DbSet<Entity> Entities => Set<Entity>();
    public DbSet<DataSource> DataSources => Set<DataSource>();
    public DbSet<Model> Models => Set<Model>();
    public DbSet<ModelVersion> ModelVersions => Set<ModelVersion>();
    public DbSet<ManifestEntry> ManifestEntries => Set<ManifestEntry>();
    public DbSet<AdoptionRecord> Adoptions => Set<AdoptionRecord>();
    public DbSet<Token> Tokens => Set<Token>();
    public DbSet<StoredEvent> AuditEvents => Set<StoredEvent>();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.HasPostgresExtension("pg_trgm");
        modelBuilder.HasSequence<int>("feature_id", "registry");
        modelBuilder.HasSequence<int>("model_id", "registry");
        modelBuilder.HasSequence<int>("model_version_id", "registry");
        modelBuilder.ApplyConfigurationsFromAssembly(typeof(GovernanceDb).Assembly);
    }

    protected override void ConfigureConventions(ModelConfigurationBuilder configuration) =>
        configuration.Properties<Enum>().HaveConversion<short>();
}
