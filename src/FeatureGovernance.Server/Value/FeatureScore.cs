using FeatureGovernance.Core.Value;
using FeatureGovernance.Server.Registry;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace FeatureGovernance.Server.Value;

/// <summary>The newest judgement of a feature. A null is unknown, never zero.</summary>
internal sealed class FeatureScore
{
    public int FeatureId { get; set; }
    public double? Value { get; set; }
    public double? Lower { get; set; }
    public double? Upper { get; set; }
    public double? Percentile { get; set; }
    public double? Usage { get; set; }
    public double? ReadsPerDay { get; set; }
    public double? ReadsPerDayUpperBound { get; set; }
    public double? CostPerDay { get; set; }
    public double? Efficiency { get; set; }
    public Recommendation Recommendation { get; set; }
    public short? PreviousRecommendation { get; set; }

    /// <summary>The surest class of debt, as a number of <see cref="DebtClass"/>.</summary>
    public short? Class { get; set; }

    public double Confidence { get; set; }
    public double? SavingPerDay { get; set; }

    /// <summary>JSON: classes, reasons with their numbers, unknowns.</summary>
    public string Judgement { get; set; } = "{}";

    public int RunId { get; set; }
    public DateTimeOffset ScoredAt { get; set; }

    internal sealed class Mapping : IEntityTypeConfiguration<FeatureScore>
    {
        public void Configure(EntityTypeBuilder<FeatureScore> builder)
        {
            builder.ToTable("feature_score", "value");
            builder.HasKey(score => score.FeatureId);
            builder.HasOne<Feature>().WithMany().HasForeignKey(score => score.FeatureId);
            builder.HasIndex(score => new { score.Recommendation, score.Value });
            // json: read back as a whole, never searched.
            builder.Property(score => score.Judgement).HasColumnType("json");
        }
    }
}
