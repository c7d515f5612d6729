using FeatureGovernance.Core.Registry;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace FeatureGovernance.Server.Registry;

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
