using FeatureGovernance.Core.Value;
using FeatureGovernance.Server.Registry;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace FeatureGovernance.Server.Value;

/// <summary>The newest judgement of a feature.</summary>
internal sealed class FeatureScore
{
    public int FeatureId { get; set; }
    public double Value { get; set; }
    public Recommendation Recommendation { get; set; }

    internal sealed class Mapping : IEntityTypeConfiguration<FeatureScore>
    {
        public void Configure(EntityTypeBuilder<FeatureScore> builder)
        {
            builder.ToTable("feature_score", "value");
            builder.HasKey(score => score.FeatureId);
            builder.HasOne<Feature>().WithMany().HasForeignKey(score => score.FeatureId);
            builder.HasIndex(score => new { score.Recommendation, score.Value });
        }
    }
}
