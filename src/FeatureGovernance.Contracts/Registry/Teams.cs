namespace FeatureGovernance.Contracts.Registry;

/// <summary>What is said of a team; the body of <c>PUT /teams/{team}</c>.</summary>
public record TeamDefinition
{
    /// <summary>The name shown to people; default the slug.</summary>
    public string? Name { get; init; }

    /// <summary>Handles of those who decide for the team.</summary>
    public IReadOnlyList<string>? Leads { get; init; }

    /// <summary>Handles of the other members.</summary>
    public IReadOnlyList<string>? Members { get; init; }

    /// <summary>The team this one belongs to; its leads act for this one too.</summary>
    public string? Parent { get; init; }
}

/// <summary>A registered team.</summary>
public sealed record TeamView : TeamDefinition
{
    /// <summary>The team's slug.</summary>
    public required string Team { get; init; }

    /// <summary>Counts every change of the record; also the ETag.</summary>
    public required int Revision { get; init; }
}

/// <summary>A person, known by handle.</summary>
public sealed record PersonView(string Handle, IReadOnlyList<string> Leads, IReadOnlyList<string> MemberOf);
