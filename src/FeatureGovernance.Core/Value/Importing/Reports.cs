using System.Text.Json;

namespace FeatureGovernance.Core.Value.Importing;

/// <summary>Reports that state an importance per feature.</summary>
internal static class Reports
{
    private static readonly string[] Intercepts = ["(intercept)", "intercept", "const", "bias"];

    /// <summary>Mean absolute Shapley values; a negative one was not made absolute.</summary>
    public static ImportedEvidence Shap(string text) => new(EvidenceMethod.Shap, [.. Rows.Of(text, "value").Rows.Select(row =>
    {
        var value = row.Required("value", "meanAbsShap", "meanAbs", "shap", "importance");
        return value < 0
            ? throw new EvidenceFault($"{row.Place}.value", $"{value} is negative, so it is no mean of absolute values.",
                "Send mean(|SHAP|) over the rows.", row.Line)
            : new ImportedValue(row.Feature(), value, row.Number("standardError", "se", "stderr"));
    })]);

    /// <summary>
    /// The loss of quality when a feature is shuffled. Besides rows, the arrays of scikit-learn's <c>permutation_importance</c> with
    /// <c>feature_names</c> are read. A standard deviation over n repeats becomes the standard error sd / √n; of an unknown number of
    /// repeats it tells nothing and is left out.
    /// </summary>
    public static ImportedEvidence Permutation(string text, string? metric, bool? higherIsBetter)
    {
        var (head, rows) = Rows.Of(text, "value");
        // A permutation report states a loss of quality already, unless it states the metric after shuffling beside that before.
        if (head.Find("importancesMean") is { ValueKind: JsonValueKind.Array } means)
            return new(EvidenceMethod.Permutation, [.. Arrays(head, means)]);
        var repeats = head.Number("nRepeats", "repeats");
        var common = head.Number("baseline", "with");
        return new(EvidenceMethod.Permutation, [.. rows.Select(row =>
        {
            var value = (row.Number("baseline", "with") ?? common) is { } before && row.Number("permuted", "shuffled") is { } shuffled
                ? AblationRuns.Sign(head, metric, higherIsBetter) * (before - shuffled)
                : row.Required("value", "importance", "importancesMean", "mean", "weight");
            var error = row.Number("standardError", "se", "stderr")
                ?? (row.Number("standardDeviation", "importancesStd", "std", "sd") is { } deviation && (row.Number("nRepeats", "repeats") ?? repeats) is >= 1 and var n ? deviation / Math.Sqrt(n) : null);
            return new ImportedValue(row.Feature(), value, error);
        })]);
    }

    /// <summary>
    /// |coefficient| · scale, the scale being the standard deviation of the feature in training. Coefficients of features on different
    /// scales cannot be compared, so a file without scales must say that it is standardised.
    /// </summary>
    public static ImportedEvidence Coefficients(string text)
    {
        var (head, rows) = Rows.Of(text, "coefficient");
        var standardised = head.Find("standardised", "standardized") is { ValueKind: JsonValueKind.True };
        var values = rows.Where(row => !Intercepts.Contains(row.Feature().ToLowerInvariant())).Select(row =>
        {
            var scale = row.Number("scale", "featureStandardDeviation", "featureSd",
                "sd") ?? (standardised || row.Find("standardisedCoefficient", "standardizedCoefficient") is not null ? 1.0 : null as double?)
                ?? throw new EvidenceFault($"{row.Place}.scale", "Coefficients on different scales cannot be compared.",
                    "Give the standard deviation of each feature as 'scale', or \"standardised\": true where the features were standardised.", row.Line);
            var coefficient = row.Required("coefficient", "standardisedCoefficient", "standardizedCoefficient", "estimate", "coef", "beta", "value");
            return new ImportedValue(row.Feature(), Math.Abs(coefficient) * scale, row.Number("standardError", "se", "stderr") * scale);
        });
        return new(EvidenceMethod.Coefficient, [.. values]);
    }

    private static IEnumerable<ImportedValue> Arrays(Row head, JsonElement means)
    {
        if (head.Find("featureNames") is not { ValueKind: JsonValueKind.Array } names || names.GetArrayLength() != means.GetArrayLength())
            throw new EvidenceFault("feature_names", "There is not one name for each importance.",
                "Add the list of feature names, in the order of the columns.");
        var repeats = head.Number("nRepeats", "repeats")
            ?? (head.Find("importances") is { ValueKind: JsonValueKind.Array } raw && raw.GetArrayLength() > 0 && raw[0].ValueKind == JsonValueKind.Array ? (double?)raw[0].GetArrayLength() : null);
        var deviations = head.Find("importancesStd") is { ValueKind: JsonValueKind.Array } list && list.GetArrayLength() == means.GetArrayLength() ? list : default(JsonElement?);
        for (var i = 0; i < means.GetArrayLength(); i++)
        {
            if (means[i].ValueKind != JsonValueKind.Number || deviations is { } d && d[i].ValueKind != JsonValueKind.Number)
                throw new EvidenceFault($"importances_mean[{i}]", "The value is not a number.", "Mend or leave out the feature.");
            double? error = deviations is { } spread && repeats is >= 1 and var n ? spread[i].GetDouble() / Math.Sqrt(n) : null;
            yield return new(names[i].ToString(), means[i].GetDouble(), error);
        }
    }
}
