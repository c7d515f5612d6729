using FeatureGovernance.Core.Lifecycle;
using FeatureGovernance.Core.Registry;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using NpgsqlTypes;

namespace FeatureGovernance.Server.Registry;

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
