namespace FeatureGovernance.Contracts.Registry;

/// <summary>What a model is judged by.</summary>
public sealed record Metric
{
    /// <summary>For example <c>ndcg@10</c>, <c>auc</c>, <c>normalizedEntropy</c>.</summary>
    public string? Name { get; init; }

    /// <summary>False for losses.</summary>
    public bool? HigherIsBetter { get; init; }
}

/// <summary>What a team says of a model; the body of <c>PUT /models/{model}</c>.</summary>
public record ModelDefinition
{
    /// <summary>The owner team.</summary>
    public string? Team { get; init; }

    /// <summary><c>ranking</c>, <c>retrieval</c> or <c>other</c>.</summary>
    public string? Kind { get; init; }

    /// <summary>Where people meet the model's results, for example <c>home-feed</c>.</summary>
    public string? Surface { get; init; }

    /// <summary>What the model is judged by.</summary>
    public Metric? Metric { get; init; }

    /// <summary>Business weight relative to other models, 0 or more. Default 1.</summary>
    public double? Weight { get; init; }

    /// <summary>Requests per day.</summary>
    public double? TrafficPerDay { get; init; }

    /// <summary>What the model is for.</summary>
    public string? Description { get; init; }

    /// <summary>Free labels.</summary>
    public IReadOnlyDictionary<string, string>? Tags { get; init; }
}

/// <summary>A registered model.</summary>
public sealed record ModelView : ModelDefinition
{
    /// <summary>The model's name.</summary>
    public required string Model { get; init; }

    /// <summary>The version now live; null where none is.</summary>
    public string? LiveVersion { get; init; }

    /// <summary>Counts every change of the record; also the ETag.</summary>
    public required int Revision { get; init; }

    /// <summary>When the record last changed.</summary>
    public required DateTimeOffset UpdatedAt { get; init; }
}

/// <summary>The exact set of features that a model version reads; the body of <c>PUT /models/{model}/versions/{v}</c>.</summary>
public record Manifest
{
    /// <summary>The features, <c>group:name</c> for the current version or <c>group:name@n</c>.</summary>
    public IReadOnlyList<string>? Features { get; init; }

    /// <summary>The label that the version is trained on.</summary>
    public string? Label { get; init; }

    /// <summary>Whether this version now takes traffic; the version live before it retires. Default true.</summary>
    public bool? Live { get; init; }
}

/// <summary>A registered model version.</summary>
public sealed record ModelVersionView : Manifest
{
    /// <summary>The model.</summary>
    public required string Model { get; init; }

    /// <summary>The version's name.</summary>
    public required string Version { get; init; }

    /// <summary>When it was registered.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Features in the manifest for which the model has no approval.</summary>
    public IReadOnlyList<string>? Unapproved { get; init; }
}
