using FeatureGovernance.Contracts;
using FeatureGovernance.Contracts.Lifecycle;
using FeatureGovernance.Contracts.Registry;

namespace FeatureGovernance.Client;

public sealed partial class GovernanceClient
{
    /// <summary>All teams by name.</summary>
    public IAsyncEnumerable<TeamView> TeamsAsync(CancellationToken cancellation = default) => ListAsync<TeamView>("teams", cancellation);

    /// <summary>Registers or changes a team.</summary>
    public Task<TeamView> PutTeamAsync(string team, TeamDefinition definition, int? revision = null, CancellationToken cancellation = default) =>
        PutAsync<TeamView>(Paths.Of("teams", team), definition, revision, cancellation);

    /// <summary>Features by key; narrow with <c>"features".With(("team", …))</c> through <see cref="ListAsync{T}"/>.</summary>
    public IAsyncEnumerable<FeatureSummary> FeaturesAsync(CancellationToken cancellation = default) => ListAsync<FeatureSummary>("features", cancellation);

    /// <summary>One feature, by its key or a former key.</summary>
    public Task<FeatureView> FeatureAsync(string key, CancellationToken cancellation = default) =>
        GetAsync<FeatureView>(Paths.Of("features", key), cancellation);

    /// <summary>Registers or changes a feature; a changed definition makes a new version.</summary>
    public Task<FeatureView> PutFeatureAsync(string key, FeatureDefinition definition, int? revision = null, CancellationToken cancellation = default) =>
        PutAsync<FeatureView>(Paths.Of("features", key), definition, revision, cancellation);

    /// <summary>Registers many features in one transaction; faulty lines are reported and the others land.</summary>
    /// <param name="progress">Hears the number of features sent so far.</param>
    public Task<BulkResult> PutFeaturesAsync(IEnumerable<BulkFeature> features, IProgress<long>? progress = null, CancellationToken cancellation = default) =>
        UploadLinesAsync<BulkResult, BulkFeature>("features/bulk", features, progress, cancellation);

    /// <summary>Takes many features to other stages in one transaction; what is refused is reported and the rest lands.</summary>
    /// <param name="progress">Hears the number of steps sent so far.</param>
    public Task<BulkTransitionResult> MoveFeaturesAsync(
        IEnumerable<BulkTransition> steps, IProgress<long>? progress = null, CancellationToken cancellation = default) =>
        UploadLinesAsync<BulkTransitionResult, BulkTransition>("features/transitions", steps, progress, cancellation);

    /// <summary>Gives a feature a new key; the old one still answers.</summary>
    public Task<FeatureView> RenameFeatureAsync(string key, string to, CancellationToken cancellation = default) =>
        PostAsync<FeatureView>(Paths.Of("features", key, "rename"), new Rename { To = to }, cancellation);

    /// <summary>Every change of a feature, newest first.</summary>
    public IAsyncEnumerable<HistoryEntry> FeatureHistoryAsync(string key, CancellationToken cancellation = default) =>
        ListAsync<HistoryEntry>(Paths.Of("features", key, "history"), cancellation);

    /// <summary>Models and features that read a feature.</summary>
    public Task<Dependants> DependantsAsync(string key, CancellationToken cancellation = default) =>
        GetAsync<Dependants>(Paths.Of("features", key, "dependants"), cancellation);

    /// <summary>From source columns to features to models to surfaces.</summary>
    public Task<Lineage> LineageAsync(string key, CancellationToken cancellation = default) =>
        GetAsync<Lineage>(Paths.Of("features", key, "lineage"), cancellation);

    /// <summary>Registers or changes a model.</summary>
    public Task<ModelView> PutModelAsync(string model, ModelDefinition definition, int? revision = null, CancellationToken cancellation = default) =>
        PutAsync<ModelView>(Paths.Of("models", model), definition, revision, cancellation);

    /// <summary>Registers what a model version reads; a manifest once registered does not change.</summary>
    public Task<ModelVersionView> PutManifestAsync(string model, string version, Manifest manifest, CancellationToken cancellation = default) =>
        PutAsync<ModelVersionView>(Paths.Of("models", model, "versions", version), manifest, null, cancellation);
}
