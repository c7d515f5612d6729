using System.Buffers;
using System.Globalization;
using System.Text.Json;

namespace FeatureGovernance.Core.Value.Importing;

/// <summary>Total gain from XGBoost: the sum over splits of the loss they save.</summary>
internal static class XgboostModel
{
    // A tree of depth d nests 2 d levels of JSON.
    private static readonly JsonDocumentOptions Deep = new() { MaxDepth = 2_000 };

    private static readonly HashSet<string> Lists = new(["loss_changes", "split_indices", "left_children"], StringComparer.Ordinal);

    public static ImportedEvidence Read(ReadOnlyMemory<byte> content)
    {
        using var document = Rows.Parse(Ubjson.IsObject(content.Span) ? Ubjson.ToJson(content, Lists) : WithoutBareNumbers(content), Deep);
        var sums = new Dictionary<string, double>(StringComparer.Ordinal);
        var root = document.RootElement;
        if (root.ValueKind == JsonValueKind.Array)
            ReadDump(root, sums);
        else if (root.TryGetProperty("learner", out var learner))
            ReadSaved(learner, sums);
        else
            ReadScores(root, sums);
        return new(EvidenceMethod.Gain, [.. sums.Select(sum => new ImportedValue(sum.Key, sum.Value, null))], OthersAreZero: true);
    }

    private static void ReadScores(JsonElement scores, Dictionary<string, double> sums)
    {
        foreach (var score in scores.EnumerateObject())
        {
            if (score.Value.ValueKind != JsonValueKind.Number)
            {
                throw new EvidenceFault(score.Name, "This is neither a dump, nor a saved model, nor scores by feature.",
                    "Send get_dump(dump_format='json', with_stats=True), a model saved as .json or .ubj, or get_score(importance_type='total_gain').");
            }

            sums[score.Name] = sums.GetValueOrDefault(score.Name) + score.Value.GetDouble();
        }
    }

    // Walked with a stack of its own, for trees may be deeper than the thread's.
    private static void ReadDump(JsonElement trees, Dictionary<string, double> sums)
    {
        var open = new Stack<JsonElement>();
        var (tree, withGain, splits) = (0, 0, 0);
        foreach (var root in trees.EnumerateArray())
        {
            open.Push(root);
            while (open.TryPop(out var node))
            {
                if (node.ValueKind != JsonValueKind.Object)
                    throw new EvidenceFault($"[{tree}]", "A node of the tree is not an object.",
                        "Send get_dump(dump_format='json', with_stats=True), joined as one array.");
                if (!node.TryGetProperty("split", out var split))
                    continue;
                splits++;
                if (node.TryGetProperty("gain", out var gain) && gain.ValueKind == JsonValueKind.Number)
                {
                    var name = split.ValueKind == JsonValueKind.String ? split.GetString()! : $"f{split}";
                    sums[name] = sums.GetValueOrDefault(name) + gain.GetDouble();
                    withGain++;
                }

                if (node.TryGetProperty("children", out var children) && children.ValueKind == JsonValueKind.Array)
                {
                    foreach (var child in children.EnumerateArray())
                        open.Push(child);
                }
            }

            tree++;
        }

        if (splits > 0 && withGain < splits)
            throw new EvidenceFault("gain", $"{splits - withGain} of {splits} splits have no gain.", "Dump with with_stats=True.");
    }

    private static void ReadSaved(JsonElement learner, Dictionary<string, double> sums)
    {
        if (!Find(learner, out var trees, "gradient_booster", "model", "trees") && !Find(learner, out trees, "gradient_booster", "gbtree", "model", "trees"))
            throw new EvidenceFault("learner.gradient_booster", "The model has no trees.",
                "Send a model of booster gbtree or dart; of a linear one send its coefficients.");
        string[] names = learner.TryGetProperty("feature_names", out var named) && named.ValueKind == JsonValueKind.Array
            ? [.. named.EnumerateArray().Select(name => name.ToString())]
            : [];
        var number = 0;
        foreach (var tree in trees.EnumerateArray())
        {
            var (gains, columns, left) = (Numbers(tree, "loss_changes", number), Numbers(tree, "split_indices", number), Numbers(tree, "left_children", number));
            if (gains.Length != columns.Length || gains.Length != left.Length)
                throw new EvidenceFault($"trees[{number}]", "loss_changes, split_indices and left_children differ in length.", "Save the model again.");
            for (var node = 0; node < gains.Length; node++)
            {
                if (left[node] < 0)
                    continue;
                var column = (int)columns[node];
                var name = column >= 0 && column < names.Length ? names[column] : string.Create(CultureInfo.InvariantCulture, $"f{column}");
                sums[name] = sums.GetValueOrDefault(name) + gains[node];
            }

            number++;
        }

        foreach (var name in names)
            sums.TryAdd(name, 0);
    }

    private static double[] Numbers(JsonElement tree, string name, int number) =>
        tree.ValueKind == JsonValueKind.Object && tree.TryGetProperty(name, out var list) && list.ValueKind == JsonValueKind.Array
            && list.EnumerateArray().All(one => one.ValueKind == JsonValueKind.Number)
            ? [.. list.EnumerateArray().Select(one => one.GetDouble())]
            : throw new EvidenceFault($"trees[{number}].{name}", "There is no list of numbers.", "Save the model as .json or .ubj with XGBoost 1.0 or later.");

    // XGBoost writes NaN and Infinity as bare words, the former wherever it splits on categories; null is JSON and no gain.
    private static ReadOnlyMemory<byte> WithoutBareNumbers(ReadOnlyMemory<byte> json)
    {
        var text = json.Span;
        if (!text.ContainsAny("NI"u8))
            return json;
        var clean = new ArrayBufferWriter<byte>(text.Length + (text.Length / 16));
        var (quoted, copied) = (false, 0);
        for (var at = 0; at < text.Length; at++)
        {
            if (text[at] == '\\' && quoted)
                at++;
            else if (text[at] == '"')
                quoted = !quoted;
            else if (!quoted && BareNumber(text[at..]) is > 0 and var length)
            {
                clean.Write(text[copied..at]);
                clean.Write("null"u8);
                copied = at + length;
                at = copied - 1;
            }
        }

        clean.Write(text[copied..]);
        return clean.WrittenMemory;
    }

    private static int BareNumber(ReadOnlySpan<byte> text) =>
        text.StartsWith("NaN"u8) ? 3 : text.StartsWith("Infinity"u8) ? 8 : text.StartsWith("-Infinity"u8) ? 9 : 0;

    private static bool Find(JsonElement from, out JsonElement found, params ReadOnlySpan<string> path)
    {
        found = from;
        foreach (var name in path)
        {
            if (found.ValueKind != JsonValueKind.Object || !found.TryGetProperty(name, out found))
                return false;
        }

        return found.ValueKind == JsonValueKind.Array;
    }
}
