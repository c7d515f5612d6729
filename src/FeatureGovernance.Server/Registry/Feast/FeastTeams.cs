using System.Collections.Immutable;

namespace FeatureGovernance.Server.Registry.Feast;

/// <summary>Finds the team that owns a thing, and remembers which teams were found.</summary>
internal sealed class FeastTeams
{
    private readonly Dictionary<string, string> projectOwners;
    private readonly string defaultTeam;
    private readonly SortedDictionary<string, SortedSet<string>> met = new(StringComparer.Ordinal);

    public FeastTeams(ImmutableArray<FeastProject> projects, string defaultTeam)
    {
        projectOwners = projects.GroupBy(project => project.Name, StringComparer.Ordinal)
            .ToDictionary(same => same.Key, same => Named(same.First().Owner, "", same.First().Tags), StringComparer.Ordinal);
        this.defaultTeam = defaultTeam;
    }

    /// <summary>The thing's own team, else its project's, else the default.</summary>
    public string Of(string project, string owner, string organisation, ImmutableSortedDictionary<string, string> tags)
    {
        var named = Named(owner, organisation, tags);
        if (named.Length == 0)
            named = projectOwners.GetValueOrDefault(project, "");
        var slug = named.Length == 0 ? defaultTeam : FeastNames.Team(named);
        if (!met.TryGetValue(slug, out var owners))
            met[slug] = owners = new(StringComparer.Ordinal);
        if (named.Length > 0)
            owners.Add(named);
        return slug;
    }

    public ImmutableArray<ImportedTeam> Met() => [.. met.Select(team => new ImportedTeam(team.Key, [.. team.Value]))];

    // What names a team comes before what names a person; a text of which no slug can be made names nothing.
    private static string Named(string owner, string organisation, ImmutableSortedDictionary<string, string> tags) =>
        new[] { tags.GetValueOrDefault("team", ""), organisation, owner, tags.GetValueOrDefault("owner", "") }
            .FirstOrDefault(name => FeastNames.Team(name).Length > 0, "");
}
