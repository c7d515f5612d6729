using System.Globalization;

namespace FeatureGovernance.Core.Value.Importing;

/// <summary>
/// Total split gain from a LightGBM text model. It is summed from each tree's <c>split_gain</c>: the importances printed at the end of the
/// file are counts of splits by default, hold only features that were split on, and may be absent.
/// </summary>
internal static class LightGbmModel
{
    public static ImportedEvidence Read(string text)
    {
        string[]? names = null;
        double[] gains = [];
        string? features = null;
        var (tree, number, trees) = (-1, 0L, 0);
        foreach (var range in text.AsSpan().Split('\n'))
        {
            number++;
            var line = text.AsSpan(range).Trim();
            var at = line.IndexOf('=');
            if (at < 0)
            {
                if (line is "end of trees")
                    break;
                continue;
            }

            var value = line[(at + 1)..];
            switch (line[..at])
            {
                case "feature_names":
                    names = value.ToString().Split(' ', StringSplitOptions.RemoveEmptyEntries);
                    gains = new double[names.Length];
                    break;
                case "Tree":
                    if (features is not null)
                        throw NoGain(tree, number);
                    tree = trees++;
                    break;
                case "split_feature" when tree >= 0:
                    features = value.ToString();
                    break;
                case "split_gain" when tree >= 0 && features is not null:
                    Add(features, value.ToString(), names, gains, tree, number);
                    features = null;
                    break;
            }
        }

        if (features is not null)
            throw NoGain(tree, number);
        if (names is null)
            throw new EvidenceFault("body", "There is no line 'feature_names='.", "Send the text that LightGBM's save_model writes, not a pickle.");
        if (trees == 0)
            throw new EvidenceFault("body", "The model has no trees.", "Send a model that was trained.");
        return new(EvidenceMethod.Gain, [.. names.Select((name, i) => new ImportedValue(name, gains[i], null))]);
    }

    private static void Add(string features, string gains, string[]? names, double[] sums, int tree, long line)
    {
        var (columns, values) = (Words(features), Words(gains));
        if (columns.Length != values.Length)
        {
            throw new EvidenceFault("split_gain", $"Tree {tree} has {columns.Length} split features and {values.Length} gains.",
                "The file is cut or edited; save the model again.", line);
        }

        for (var i = 0; i < columns.Length; i++)
        {
            if (!int.TryParse(columns[i], NumberStyles.None, CultureInfo.InvariantCulture, out var column) || names is null || column >= names.Length)
                throw new EvidenceFault("split_feature", $"Tree {tree} splits on feature {columns[i]}, and feature_names has {names?.Length ?? 0}.",
                    "Save the model again.", line);
            if (!double.TryParse(values[i], NumberStyles.Float, CultureInfo.InvariantCulture, out var gain) || !double.IsFinite(gain))
                throw new EvidenceFault("split_gain", $"Tree {tree} has the gain '{values[i]}', which is not a finite number.",
                    "Train and save the model again.", line);
            sums[column] += gain;
        }
    }

    private static EvidenceFault NoGain(int tree, long line) =>
        new("split_gain", $"Tree {tree} has no split_gain.", "Save the model with LightGBM 2.0 or later.", line);

    private static string[] Words(string text) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
