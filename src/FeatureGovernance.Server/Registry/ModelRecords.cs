using FeatureGovernance.Core.Registry;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace FeatureGovernance.Server.Registry;

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
