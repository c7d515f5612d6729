using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using FeatureGovernance.Server.Registry;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace FeatureGovernance.Server.Access;

/// <summary>A bearer token, kept as the SHA-256 of its secret: 256 random bits need no slow hash.</summary>
internal sealed class Token
{
    public int Id { get; set; }
    public required string Name { get; set; }
    public required Role Role { get; set; }
    public int? PersonId { get; set; }
    public Person? Person { get; set; }
    public required byte[] Hash { get; set; }
    public required DateTimeOffset CreatedAt { get; set; }
    public DateTimeOffset? ExpiresAt { get; set; }
    public DateTimeOffset? RevokedAt { get; set; }

    public static string NewSecret() => "fg_" + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));

    public static byte[] HashOf(string secret) => SHA256.HashData(Encoding.UTF8.GetBytes(secret));

    internal sealed class Mapping : IEntityTypeConfiguration<Token>
    {
        public void Configure(EntityTypeBuilder<Token> builder)
        {
            builder.ToTable("token", "access");
            builder.HasIndex(token => token.Hash).IsUnique();
        }
    }
}

/// <summary>The remembered answer of a write, for a retry under the same Idempotency-Key.</summary>
internal sealed class RememberedAnswer
{
    public required string Actor { get; set; }
    public required string Key { get; set; }
    public required byte[] Fingerprint { get; set; }
    public DateTimeOffset At { get; set; }
    public short Status { get; set; }
    public string? ContentType { get; set; }
    public string? Etag { get; set; }
    public string? Location { get; set; }
    public byte[] Body { get; set; } = [];

    internal sealed class Mapping : IEntityTypeConfiguration<RememberedAnswer>
    {
        public void Configure(EntityTypeBuilder<RememberedAnswer> builder)
        {
            builder.ToTable("idempotency", "access");
            builder.HasKey(answer => new { answer.Actor, answer.Key });
            builder.Property(answer => answer.Status).HasDefaultValue((short)0);
            builder.Property(answer => answer.Body).HasDefaultValueSql("''::bytea");
            builder.HasIndex(answer => answer.At);
        }
    }
}
