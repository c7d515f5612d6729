using System.Text.RegularExpressions;

namespace FeatureGovernance.Core.Value.Importing;

/// <summary>Whether more of a metric is better, by its name.</summary>
public static partial class MetricDirection
{
    /// <summary>True where higher is better, false where lower is; null for a name that does not tell.</summary>
    /// <param name="metric">For example <c>ndcg@10</c>, <c>NE</c>, <c>log loss</c>; case, blanks, '_' and '-' do not matter.</param>
    public static bool? Of(string metric)
    {
        var name = Separators().Replace(metric.ToLowerInvariant(), "");
        var stem = name.Split('@')[0];
        return stem switch
        {
            "ne" or "normalizedentropy" or "normalisedentropy" or "logloss" or "binarylogloss" or "multilogloss" or "crossentropy" or "entropy"
                or "rmse" or "mse" or "mae" or "mape" or "smape" or "error" or "errorrate" or "brier" or "brierscore" or "loss" or "perplexity" => false,
            "auc" or "rocauc" or "prauc" or "aucpr" or "gauc" or "ndcg" or "dcg" or "recall" or "precision" or "hitrate" or "hit" or "map" or "mrr"
                or "accuracy" or "f1" or "r2" or "r²" or "loglikelihood" or "gini" or "ap" or "averageprecision" => true,
            _ => null,
        };
    }

    [GeneratedRegex("[ _-]")]
    private static partial Regex Separators();
}
