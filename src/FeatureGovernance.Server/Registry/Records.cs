using FeatureGovernance.Core.Lifecycle;
using FeatureGovernance.Core.Registry;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using NpgsqlTypes;

namespace FeatureGovernance.Server.Registry;

internal static class Schema
{
    public const string Name = "registry";

    /// <summary>Identity comes from our own sequences: bulk paths draw numbers ahead, and identity columns are awkward on distributed tables.</summary>
    public static void NumberedFrom<T>(this EntityTypeBuilder<T> builder, string sequence)
        where T : class =>
        builder.Property<int>("Id").HasDefaultValueSql($"nextval('{sequence}')").ValueGeneratedOnAdd();
}

internal sealed class Person
{
    public int Id { get; set; }
    public required string Handle { get; set; }

    internal sealed class Mapping : IEntityTypeConfiguration<Person>
    {
        public void Configure(EntityTypeBuilder<Person> builder)
        {
            builder.ToTable("person", Schema.Name);
            builder.HasIndex(person => person.Handle).IsUnique();
        }
    }
}

internal sealed class Team
{
    public int Id { get; set; }
    public required string Slug { get; set; }
    public required string Name { get; set; }
    public int? ParentId { get; set; }
    public Team? Parent { get; set; }
    public List<TeamMember> Members { get; } = [];
    public int Revision { get; set; }
    public DateTimeOffset UpdatedAt { get; set; }

    internal sealed class Mapping : IEntityTypeConfiguration<Team>
    {
        public void Configure(EntityTypeBuilder<Team> builder)
        {
            builder.ToTable("team", Schema.Name);
            builder.HasIndex(team => team.Slug).IsUnique();
            builder.Property(team => team.Revision).IsConcurrencyToken();
        }
    }
}

internal sealed class TeamMember
{
    public int TeamId { get; set; }
    public int PersonId { get; set; }
    public required Person Person { get; set; }
    public required bool IsLead { get; set; }

    internal sealed class Mapping : IEntityTypeConfiguration<TeamMember>
    {
        public void Configure(EntityTypeBuilder<TeamMember> builder)
        {
            builder.ToTable("team_member", Schema.Name);
            builder.HasKey(member => new { member.TeamId, member.PersonId });
            builder.HasIndex(member => member.PersonId);
        }
    }
}

internal sealed class Feature
{
    public int Id { get; set; }
    public required string Key { get; set; }
    public required int TeamId { get; set; }
    public Team Team { get; set; } = null!;
    public required FeatureKind Kind { get; set; }
    public Stage Stage { get; set; }
    public DateTimeOffset StageSince { get; set; }
    public string? Description { get; set; }
    public int? FreshnessSeconds { get; set; }
    public Sensitivity Sensitivity { get; set; }

    /// <summary>Declared cost, JSON; null where none is declared.</summary>
    public string? Cost { get; set; }

    /// <summary>JSON object of texts.</summary>
    public string Tags { get; set; } = "{}";

    public int? ReplacementId { get; set; }
    public Feature? Replacement { get; set; }
    public int CurrentVersion { get; set; }
    public int Revision { get; set; }
    public DateTimeOffset CreatedAt { get; set; }
    public DateTimeOffset UpdatedAt { get; set; }
    public string GroupName { get; set; } = "";
    public NpgsqlTsVector SearchText { get; set; } = null!;

    internal sealed class Mapping : IEntityTypeConfiguration<Feature>
    {
        public void Configure(EntityTypeBuilder<Feature> builder)
        {
            builder.ToTable("feature", Schema.Name);
            builder.NumberedFrom("registry.feature_id");
            builder.HasIndex(feature => feature.Key).IsUnique();
            builder.HasIndex(feature => feature.SearchText).HasMethod("gin");
            builder.HasIndex(feature => new { feature.TeamId, feature.Key });
            builder.HasIndex(feature => new { feature.GroupName, feature.Key });
            builder.HasIndex(feature => new { feature.Stage, feature.Key });
            builder.HasIndex(feature => new { feature.UpdatedAt, feature.Id });
            // json where the text must come back as it was sent, jsonb where it is searched.
            builder.Property(feature => feature.Cost).HasColumnType("json");
            builder.Property(feature => feature.Tags).HasColumnType("jsonb");
            builder.Property(feature => feature.Revision).IsConcurrencyToken();
            builder.Property(feature => feature.GroupName).HasComputedColumnSql("split_part(key, ':', 1)", stored: true);
            // The parts of a name are words too: like_rate_7d is found by "like rate".
            builder.Property(feature => feature.SearchText).HasComputedColumnSql(
                "to_tsvector('simple', translate(key, ':_.-', '    ') || ' ' || coalesce(description, ''))", stored: true);
        }
    }
}

/// <summary>An immutable definition of a feature.</summary>
internal sealed class FeatureVersion
{
    public int FeatureId { get; set; }
    public int Number { get; set; }
    public DataType DataType { get; set; }
    public string? Entity { get; set; }
    public string? SourceSystem { get; set; }
    public string? SourceTable { get; set; }
    public string? SourceColumn { get; set; }
    public string? SourceExpression { get; set; }
    public string? Expected { get; set; }
    public string? DefaultValue { get; set; }
    public int[] DerivedFrom { get; set; } = [];
    public DateTimeOffset CreatedAt { get; set; }

    internal sealed class Mapping : IEntityTypeConfiguration<FeatureVersion>
    {
        public void Configure(EntityTypeBuilder<FeatureVersion> builder)
        {
            builder.ToTable("feature_version", Schema.Name);
            builder.HasKey(version => new { version.FeatureId, version.Number });
            builder.HasOne<Feature>().WithMany().HasForeignKey(version => version.FeatureId);
            builder.HasIndex(version => new { version.SourceTable, version.SourceColumn });
            builder.HasIndex(version => version.DerivedFrom).HasMethod("gin");
            builder.Property(version => version.Expected).HasColumnType("json");
            builder.Property(version => version.DefaultValue).HasColumnType("json");
        }
    }
}

/// <summary>A former key that still answers.</summary>
internal sealed class FeatureAlias
{
    public required string Key { get; set; }
    public int FeatureId { get; set; }
    public required Feature Feature { get; set; }

    internal sealed class Mapping : IEntityTypeConfiguration<FeatureAlias>
    {
        public void Configure(EntityTypeBuilder<FeatureAlias> builder)
        {
            builder.ToTable("feature_alias", Schema.Name);
            builder.HasKey(alias => alias.Key);
            builder.HasIndex(alias => alias.FeatureId);
        }
    }
}

internal sealed class Model
{
    public int Id { get; set; }
    public required string Name { get; set; }
    public required int TeamId { get; set; }
    public Team Team { get; set; } = null!;
    public ModelKind Kind { get; set; }
    public string? Surface { get; set; }
    public string? MetricName { get; set; }
    public bool MetricHigherIsBetter { get; set; }
    public double Weight { get; set; }
    public double? TrafficPerDay { get; set; }
    public string? Description { get; set; }
    public string Tags { get; set; } = "{}";
    public int? LiveVersionId { get; set; }
    public int Revision { get; set; }
    public DateTimeOffset UpdatedAt { get; set; }

    internal sealed class Mapping : IEntityTypeConfiguration<Model>
    {
        public void Configure(EntityTypeBuilder<Model> builder)
        {
            builder.ToTable("model", Schema.Name);
            builder.NumberedFrom("registry.model_id");
            builder.HasIndex(model => model.Name).IsUnique();
            builder.HasIndex(model => model.TeamId);
            builder.Property(model => model.Tags).HasColumnType("jsonb");
            builder.Property(model => model.Revision).IsConcurrencyToken();
        }
    }
}

internal sealed class ModelVersion
{
    public int Id { get; set; }
    public required int ModelId { get; set; }
    public Model Model { get; set; } = null!;
    public required string Name { get; set; }
    public int? LabelId { get; set; }
    public Feature? Label { get; set; }
    public DateTimeOffset CreatedAt { get; set; }

    internal sealed class Mapping : IEntityTypeConfiguration<ModelVersion>
    {
        public void Configure(EntityTypeBuilder<ModelVersion> builder)
        {
            builder.ToTable("model_version", Schema.Name);
            builder.NumberedFrom("registry.model_version_id");
            builder.HasIndex(version => new { version.ModelId, version.Name }).IsUnique();
        }
    }
}

/// <summary>One feature that a model version reads.</summary>
internal sealed class ManifestEntry
{
    public int ModelVersionId { get; set; }
    public int FeatureId { get; set; }
    public int FeatureVersion { get; set; }

    internal sealed class Mapping : IEntityTypeConfiguration<ManifestEntry>
    {
        public void Configure(EntityTypeBuilder<ManifestEntry> builder)
        {
            builder.ToTable("manifest_entry", Schema.Name);
            builder.HasKey(entry => new { entry.ModelVersionId, entry.FeatureId });
            builder.HasIndex(entry => entry.FeatureId);
            builder.HasOne<ModelVersion>().WithMany().HasForeignKey(entry => entry.ModelVersionId);
            builder.HasOne<Feature>().WithMany().HasForeignKey(entry => entry.FeatureId);
        }
    }
}

/// <summary>What is known of a group of features as a whole, in Feast a feature view.</summary>
internal sealed class FeatureGroup
{
    public int Id { get; set; }
    public required string Name { get; set; }
    public string? Project { get; set; }
    public string? Kind { get; set; }
    public string[] Entities { get; set; } = [];
    public string[] Sources { get; set; } = [];
    public int? FreshnessSeconds { get; set; }
    public bool? Online { get; set; }
    public string? Owner { get; set; }
    public string? Description { get; set; }
    public string Tags { get; set; } = "{}";

    internal sealed class Mapping : IEntityTypeConfiguration<FeatureGroup>
    {
        public void Configure(EntityTypeBuilder<FeatureGroup> builder)
        {
            builder.ToTable("feature_group", Schema.Name);
            builder.HasIndex(group => group.Name).IsUnique();
            builder.Property(group => group.Tags).HasColumnType("jsonb");
        }
    }
}

/// <summary>What features describe: a user, an item, a zip code.</summary>
internal sealed class Entity
{
    public int Id { get; set; }
    public required string Name { get; set; }
    public string? Project { get; set; }
    public string[] JoinKeys { get; set; } = [];
    public DataType DataType { get; set; }
    public string? Owner { get; set; }
    public string? Description { get; set; }
    public string Tags { get; set; } = "{}";

    internal sealed class Mapping : IEntityTypeConfiguration<Entity>
    {
        public void Configure(EntityTypeBuilder<Entity> builder)
        {
            builder.ToTable("entity", Schema.Name);
            builder.HasIndex(entity => new { entity.Project, entity.Name }).IsUnique();
            builder.Property(entity => entity.Tags).HasColumnType("jsonb");
        }
    }
}

/// <summary>A table, topic, file or request that values come from.</summary>
internal sealed class DataSource
{
    public int Id { get; set; }
    public required string Name { get; set; }
    public string? Project { get; set; }
    public required string System { get; set; }
    public string? Location { get; set; }
    public string? TimestampColumn { get; set; }
    public string? CreatedColumn { get; set; }
    public string? Owner { get; set; }
    public string? Description { get; set; }
    public string Tags { get; set; } = "{}";

    internal sealed class Mapping : IEntityTypeConfiguration<DataSource>
    {
        public void Configure(EntityTypeBuilder<DataSource> builder)
        {
            builder.ToTable("data_source", Schema.Name);
            builder.HasIndex(source => new { source.Project, source.Name }).IsUnique();
            builder.Property(source => source.Tags).HasColumnType("jsonb");
        }
    }
}
