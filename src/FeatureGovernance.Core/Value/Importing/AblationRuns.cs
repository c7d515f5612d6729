using System.Text.Json;

namespace FeatureGovernance.Core.Value.Importing;

/// <summary>
/// Runs with all features and without each. The contribution is the quality lost, so the metric's direction decides the sign; errors of
/// the two sides add in squares. A side is a number, with its standard error beside it, or the list of its runs.
/// </summary>
internal static class AblationRuns
{
    private readonly record struct Side(double Mean, double? StandardError);

    public static ImportedEvidence Read(string text, string? metric, bool? higherIsBetter)
    {
        var (head, rows) = Rows.Of(text, "without");
        var sign = Sign(head, metric, higherIsBetter);
        var common = SideOf(head, "baseline", "baselineStandardError") ?? SideOf(head, "with", "withStandardError");
        return new(EvidenceMethod.Ablation, [.. rows.Select(row =>
        {
            var with = SideOf(row, "with", "withStandardError") ?? common
                ?? throw new EvidenceFault($"{row.Place}.with", "The metric with the feature is missing.",
                    "Give 'with' in each row, or one 'baseline' beside the rows.", row.Line);
            var without = SideOf(row, "without", "withoutStandardError")
                ?? throw new EvidenceFault($"{row.Place}.without", "The metric without the feature is missing.",
                    "Give a number, or the list of its runs.", row.Line);
            // A stated error of the difference knows more than the two sides: runs are often paired.
            var error = row.Number("standardError", "se", "stderr")
                ?? (with.StandardError is { } a && without.StandardError is { } b ? Math.Sqrt((a * a) + (b * b)) : null);
            return new ImportedValue(row.Feature(), sign * (with.Mean - without.Mean), error);
        })]);
    }

    /// <summary>1 where higher is better, −1 where lower is.</summary>
    public static int Sign(Row head, string? metric, bool? higherIsBetter)
    {
        var stated = head.Find("higherIsBetter") switch
        {
            { ValueKind: JsonValueKind.True } => true,
            { ValueKind: JsonValueKind.False } => false,
            _ => (bool?)null,
        };
        var name = head.Find("metric") is { ValueKind: JsonValueKind.String } told ? told.GetString() : metric;
        var direction = stated ?? (name is null ? null : MetricDirection.Of(name)) ?? higherIsBetter
            ?? throw new EvidenceFault("higherIsBetter", $"Whether more of '{name}' is better is not known.",
                "Say \"higherIsBetter\": true or false in the file, or register the model's metric.");
        return direction ? 1 : -1;
    }

    private static Side? SideOf(Row row, string name, string error)
    {
        if (row.Find(name) is not { } found)
            return null;
        if (found.ValueKind == JsonValueKind.Array)
            return OfRuns(found, $"{row.Place}.{name}", row.Line);
        if (found.ValueKind == JsonValueKind.Object)
        {
            var inner = new Row($"{row.Place}.{name}", row.Line, Rows.Fields(found));
            return inner.Find("runs") is { ValueKind: JsonValueKind.Array } runs
                ? OfRuns(runs, $"{row.Place}.{name}.runs", row.Line)
                : new(inner.Required("value", "mean"), inner.Number("standardError", "se"));
        }

        return new(row.Required(name), row.Number(error));
    }

    private static Side OfRuns(JsonElement runs, string place, long? line)
    {
        if (runs.GetArrayLength() == 0 || runs.EnumerateArray().Any(run => run.ValueKind != JsonValueKind.Number))
            throw new EvidenceFault(place, "The runs are not a list of numbers.", "Give the metric of each run.", line);
        double[] values = [.. runs.EnumerateArray().Select(run => run.GetDouble())];
        var mean = values.Average();
        return new(mean, values.Length < 2 ? null : Math.Sqrt(values.Sum(v => (v - mean) * (v - mean)) / (values.Length - 1) / values.Length));
    }
}
