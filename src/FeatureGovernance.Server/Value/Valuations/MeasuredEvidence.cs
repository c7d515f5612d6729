using System.Text;
using FeatureGovernance.Contracts.Telemetry;
using FeatureGovernance.Server.Http;
using FeatureGovernance.Server.Telemetry;
using FeatureGovernance.Valuation;

namespace FeatureGovernance.Server.Value.Valuations;

/// <summary>What was measured, as evidence like any that teams report. Its time is that of the request, so that it replaces itself when it lands twice.</summary>
internal static class MeasuredEvidence
{
    public static async Task<(long? Batch, IReadOnlyList<string> Notes)> LandAsync(
        StoredValuation valuation, MeasuredValue measured, IReadOnlyDictionary<string, string> keys, ImportanceBatch batch, Ingest ingest,
        CancellationToken cancellation)
    {
        // A suspected leak has no share, and must not take one as evidence.
        if (measured.Features.Any(f => f.Reasons.Any(r => r.Code == MeasuredValue.NotMeasured)))
            return (null, ["Not every feature was shuffled in the time allowed, so no evidence was kept: shares of a report add up to 1."]);
        ValuedFeature[] judged = [.. measured.Features.Where(f => f.Reasons.All(r => r.Code != "leak"))];
        if (judged.All(f => f.Permutation <= 0))
            return (null, ["Nothing was worth anything, so no evidence was kept."]);
        var reports = new List<ImportanceReport> { Report("permutation", judged.Select(f => (f.Feature, f.Permutation, (double?)f.PermutationStandardError))) };
        if (judged.Any(f => f.Shap > 0))
            reports.Add(Report("shap", judged.Select(f => (f.Feature, f.Shap!.Value, f.ShapStandardError))));
        var notes = new List<string>();
        // Training without one of several look-alikes loses nothing, which does not say that they are worth nothing.
        ValuedFeature[] alone = [.. judged.GroupBy(f => f.Cluster).Where(c => c.Count() == 1).Select(c => c.Single()).Where(f => f.Ablation is not null)];
        if (alone.Length > 1 && alone.Any(f => f.Ablation > 0))
            reports.Add(Report("ablation", alone.Select(f => (f.Feature, f.Ablation!.Value, f.AblationStandardError))));
        if (alone.Length < judged.Length)
            notes.Add($"Ablations of {alone.Length} of {judged.Length} features are evidence: look-alikes and what was not ablated are left out.");

        var (result, refused) = await ingest.RunAsync(batch, OnError.Fail, (sink, _) =>
        {
            foreach (var (report, line) in reports.Select((report, i) => (report, i + 1)))
                sink.Add(Encoding.UTF8.GetBytes(Json.Text(report)), line);
            return Task.CompletedTask;
        }, cancellation);
        return refused is null ? (result!.Batch, notes) : throw new SampleException($"The evidence was refused: {refused.Detail}");

        ImportanceReport Report(string method, IEnumerable<(string Feature, double Value, double? Error)> values) => new()
        {
            Model = valuation.Question.Model!,
            Version = valuation.Question.Version,
            Method = method,
            EvaluatedAt = valuation.View.RequestedAt,
            Metric = MetricOf(valuation, measured),
            Values = [.. values.Select(v => new ImportanceValue { Feature = keys[v.Feature], Value = v.Value, StandardError = v.Error })],
        };
    }

    /// <summary>The measure of quality by its name in telemetry.</summary>
    public static string MetricOf(StoredValuation valuation, MeasuredValue measured) => valuation.Question.Metric ?? MetricName(measured.Metric);

    // A telemetry metric is a name without blanks.
    private static string MetricName(string metric) =>
        metric.StartsWith("log loss", StringComparison.Ordinal) ? "logloss" : metric == "R²" ? "r2" : metric.ToLowerInvariant();
}
