using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace FeatureGovernance.Server.Registry;

internal static class Schema
{
    public const string Name = "registry";

    /// <summary>Identity comes from our own sequences: bulk paths draw numbers ahead, and identity columns are awkward on distributed tables.</summary>
    public static void NumberedFrom<T>(this EntityTypeBuilder<T> builder, string sequence)
        where T : class =>
        builder.Property<int>("Id").HasDefaultValueSql($"nextval('{sequence}')").ValueGeneratedOnAdd();
}
