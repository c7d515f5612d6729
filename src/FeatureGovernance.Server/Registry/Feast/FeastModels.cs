using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using FeatureGovernance.Core.Registry;

namespace FeatureGovernance.Server.Registry.Feast;

/// <summary>Maps feature services to models whose version is named by what it reads, so the same set is the same version.</summary>
internal static class FeastModels
{
    public static ImportedModel Map(
        FeastService service, string name, string team, FeastKeys keys, IReadOnlySet<FeatureKey> labels, List<ImportNote> notes)
    {
        var reader = $"feature service {service.Project}/{service.Name}";
        var read = service.Projections.SelectMany(projection => keys.Read(service.Project, projection, reader, notes))
            .Distinct()
            .OrderBy(key => key.ToString(), StringComparer.Ordinal)
            .ToList();
        var metric = FeastTags.First(service.Tags, "metric", "objective_metric", "objective");
        return new(
            name,
            service.Project,
            team,
            Kind(service.Tags),
            FeastTags.First(service.Tags, "surface"),
            metric,
            HigherIsBetter(service.Tags, metric),
            FeastTags.Number(service.Tags, "weight"),
            service.Description,
            service.Tags,
            Version(read),
            [.. read.Where(key => !labels.Contains(key))],
            [.. read.Where(labels.Contains)],
            Aliases(service, keys),
            service.Logging);
    }

    private static ImmutableArray<ImportedAlias> Aliases(FeastService service, FeastKeys keys) =>
    [
        .. from projection in service.Projections
           where projection.Alias is not null || !projection.JoinKeyMap.IsEmpty
           let @group = keys.Group(service.Project, projection.View)
           where @group is not null
           select new ImportedAlias(@group, projection.Alias, projection.JoinKeyMap),
    ];

    private static ModelKind Kind(ImmutableSortedDictionary<string, string> tags) =>
        FeastTags.First(tags, "model_kind", "model_type", "kind")?.ToLowerInvariant() switch
        {
            "ranking" or "ranker" => ModelKind.Ranking,
            "retrieval" or "candidate_generation" or "candidate-generation" => ModelKind.Retrieval,
            _ => ModelKind.Other,
        };

    private static bool? HigherIsBetter(ImmutableSortedDictionary<string, string> tags, string? metric)
    {
        if (FeastTags.First(tags, "higher_is_better") is not null)
            return FeastTags.IsSet(tags, "higher_is_better");

        var at = metric?.IndexOf('@', StringComparison.Ordinal) ?? -1;
        return (at < 0 ? metric : metric![..at])?.ToLowerInvariant() switch
        {
            "ne" or "logloss" or "log_loss" or "cross_entropy" or "rmse" or "mse" or "mae" or "mape" => false,
            "auc" or "roc_auc" or "pr_auc" or "ndcg" or "recall" or "precision" or "map" or "mrr" or "accuracy" or "f1" => true,
            _ => null,
        };
    }

    private static string Version(IEnumerable<FeatureKey> keys) =>
        $"feast-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', keys))))[..12]}";
}
