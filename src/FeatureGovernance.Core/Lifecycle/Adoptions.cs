using System.Collections.Immutable;

namespace FeatureGovernance.Core.Lifecycle;

/// <summary>The relation of one model to one feature.</summary>
public sealed record Adoption
{
    /// <summary>The model.</summary>
    public required string Model { get; init; }

    /// <summary>The team that owns the model.</summary>
    public required string ModelTeam { get; init; }

    /// <summary>The feature's key.</summary>
    public required string Feature { get; init; }

    /// <summary>The team that owns the feature.</summary>
    public required string FeatureTeam { get; init; }

    /// <summary>Who asked.</summary>
    public required string Requester { get; init; }

    /// <summary>Why the model wants it.</summary>
    public required string Justification { get; init; }

    /// <summary>Where it stands.</summary>
    public required AdoptionState State { get; init; }

    /// <summary>Since when.</summary>
    public required DateTimeOffset StateSince { get; init; }

    /// <summary>Who decided the request; null while it waits.</summary>
    public string? DecidedBy { get; init; }

    /// <summary>What he said; null where nothing.</summary>
    public string? Comment { get; init; }
}

/// <summary>On whose side a step of an adoption lies.</summary>
public enum AdoptionSide
{
    /// <summary>A lead of the team that owns the feature, and not who asked.</summary>
    FeatureOwner,

    /// <summary>The team that owns the model.</summary>
    ModelOwner,
}

/// <summary>One legal step of an adoption.</summary>
/// <param name="Name">The verb for it.</param>
/// <param name="From">Where it stands.</param>
/// <param name="To">Where it goes.</param>
/// <param name="By">Whose step it is; an administrator may take any.</param>
public sealed record AdoptionStep(string Name, AdoptionState From, AdoptionState To, AdoptionSide By);

/// <summary>A wish to read features, and how it is decided.</summary>
public static class Adoptions
{
    /// <summary>Every legal step.</summary>
    public static ImmutableArray<AdoptionStep> Table { get; } =
    [
        new("approve", AdoptionState.Requested, AdoptionState.Approved, AdoptionSide.FeatureOwner),
        new("reject", AdoptionState.Requested, AdoptionState.Rejected, AdoptionSide.FeatureOwner),
        new("withdraw", AdoptionState.Requested, AdoptionState.Withdrawn, AdoptionSide.ModelOwner),
        new("try", AdoptionState.Approved, AdoptionState.Trial, AdoptionSide.ModelOwner),
        new("adopt", AdoptionState.Approved, AdoptionState.Adopted, AdoptionSide.ModelOwner),
        new("withdraw", AdoptionState.Approved, AdoptionState.Withdrawn, AdoptionSide.ModelOwner),
        new("adopt", AdoptionState.Trial, AdoptionState.Adopted, AdoptionSide.ModelOwner),
        new("withdraw", AdoptionState.Trial, AdoptionState.Withdrawn, AdoptionSide.ModelOwner),
        new("migrate", AdoptionState.Trial, AdoptionState.Migrated, AdoptionSide.ModelOwner),
        new("withdraw", AdoptionState.Adopted, AdoptionState.Withdrawn, AdoptionSide.ModelOwner),
        new("migrate", AdoptionState.Adopted, AdoptionState.Migrated, AdoptionSide.ModelOwner),
    ];

    /// <summary>
    /// Asks for features for a model, each an adoption of its own, decided by its own owner. A feature that the model's own team owns
    /// is approved at once. Refused as a whole, naming each feature at fault.
    /// </summary>
    /// <param name="model">The model.</param>
    /// <param name="modelTeam">The team that owns it; the requester belongs to it or is an administrator.</param>
    /// <param name="features">The features asked for, as they stand.</param>
    /// <param name="present">The model's adoptions so far.</param>
    /// <param name="justification">Why; must not be blank.</param>
    /// <param name="requester">Who asks.</param>
    /// <param name="now">The present moment.</param>
    public static Decision<ImmutableArray<Adoption>> Request(
        string model,
        string modelTeam,
        ImmutableArray<FeatureFacts> features,
        ImmutableArray<Adoption> present,
        string justification,
        Actor requester,
        DateTimeOffset now)
    {
        if (!requester.BelongsTo(modelTeam) && !requester.IsAdmin)
            return new Refusal(RefusalKind.Forbidden, "not-your-model", $"Only team '{modelTeam}' or an administrator may ask for features for '{model}'.");
        if (string.IsNullOrWhiteSpace(justification))
            return Deprecation.Blank("justification", "A request says what the model wants the features for.");

        var live = present.Where(adoption => IsOpen(adoption.State)).Select(adoption => adoption.Feature).ToHashSet(StringComparer.Ordinal);
        var faults = ImmutableArray.CreateBuilder<FieldError>();
        for (var i = 0; i < features.Length; i++)
        {
            var feature = features[i];
            if (feature.Stage is not (Stage.Experimental or Stage.Adopted))
                faults.Add(new($"features[{i}]", $"'{feature.Key}' is {Words.Of(feature.Stage)}.",
                    feature.Replacement is { } replacement ? $"Ask for '{replacement.Key}' instead." : "Only experimental and adopted features can be asked for.", "not-adoptable"));
            if (!live.Add(feature.Key))
                faults.Add(new($"features[{i}]", $"'{feature.Key}' is already asked for or granted.", "Leave it out.", "already-requested"));
        }

        if (faults.Count > 0)
            return new Refusal(RefusalKind.BrokenRule, "unfit-adoption", $"{faults.Count} of the features cannot be asked for.", faults.ToImmutable());

        return features
            .Select(feature => new Adoption
            {
                Model = model,
                ModelTeam = modelTeam,
                Feature = feature.Key,
                FeatureTeam = feature.Team,
                Requester = requester.Id,
                Justification = justification,
                State = feature.Team == modelTeam ? AdoptionState.Approved : AdoptionState.Requested,
                StateSince = now,
                DecidedBy = feature.Team == modelTeam ? Actor.System.Id : null,
                Comment = feature.Team == modelTeam ? "The model's team owns the feature." : null,
            })
            .ToImmutableArray();
    }

    /// <summary>Decides whether an adoption takes a step; nobody approves or rejects what he asked for himself.</summary>
    public static Decision<Adoption> Decide(Adoption adoption, AdoptionState to, Actor actor, string? comment, DateTimeOffset now)
    {
        if (Table.FirstOrDefault(row => row.From == adoption.State && row.To == to) is not { } step)
            return new Refusal(RefusalKind.Conflict, "illegal-adoption-step", $"No step leads from {Words.Of(adoption.State)} to {Words.Of(to)}.");
        var owners = step.By == AdoptionSide.FeatureOwner;
        if (owners && actor.Id == adoption.Requester)
            return new Refusal(RefusalKind.Forbidden, "own-request", "Nobody decides their own request; another lead or an administrator must.");
        if (!actor.IsAdmin && !(owners ? actor.LeadsTeam(adoption.FeatureTeam) : actor.BelongsTo(adoption.ModelTeam)))
            return new Refusal(RefusalKind.Forbidden, "not-yours-to-decide", $"Only {Described(step.By)} may {step.Name} this adoption.");
        return adoption with
        {
            State = to,
            StateSince = now,
            DecidedBy = owners ? actor.Id : adoption.DecidedBy,
            Comment = comment ?? adoption.Comment,
        };
    }

    /// <summary>Whether the state lets the model read the feature.</summary>
    public static bool Grants(AdoptionState state) => state is AdoptionState.Approved or AdoptionState.Trial or AdoptionState.Adopted;

    internal static string Described(AdoptionSide side) => side switch
    {
        AdoptionSide.FeatureOwner => "another lead of the feature's team, or an administrator",
        AdoptionSide.ModelOwner => "the model's team, or an administrator",
        _ => throw new ArgumentOutOfRangeException(nameof(side), side, null),
    };

    private static bool IsOpen(AdoptionState state) => state == AdoptionState.Requested || Grants(state);
}
