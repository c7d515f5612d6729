using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace FeatureGovernance.Server.Registry;

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
