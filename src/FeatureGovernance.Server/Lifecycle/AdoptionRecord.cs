using FeatureGovernance.Core.Lifecycle;
using FeatureGovernance.Server.Registry;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace FeatureGovernance.Server.Lifecycle;

/// <summary>Where one model stands to one feature. Millions of rows: narrow, and written by set.</summary>
internal sealed class AdoptionRecord
{
    public int FeatureId { get; set; }
    public int ModelId { get; set; }
    public AdoptionState State { get; set; }
    public DateTimeOffset Since { get; set; }
    public int? RequestId { get; set; }

    internal sealed class Mapping : IEntityTypeConfiguration<AdoptionRecord>
    {
        public void Configure(EntityTypeBuilder<AdoptionRecord> builder)
        {
            builder.ToTable("adoption", "lifecycle");
            builder.HasKey(adoption => new { adoption.FeatureId, adoption.ModelId });
            builder.HasIndex(adoption => new { adoption.ModelId, adoption.State });
            builder.HasOne<Feature>().WithMany().HasForeignKey(adoption => adoption.FeatureId);
            builder.HasOne<Model>().WithMany().HasForeignKey(adoption => adoption.ModelId);
        }
    }
}
