using FeatureGovernance.Contracts.Telemetry;

namespace FeatureGovernance.Cli.Demo;

/// <summary>What the generated organisation's pipelines report: the planted truth, with noise.</summary>
internal sealed class DemoTelemetry(DemoOptions options, IReadOnlyList<DemoFeature> features, IReadOnlyList<DemoModel> models, int seed)
{
    private const int TrainingEvery = 7;
    private const int EvaluationEvery = 30;

    // Methods differ in unit and in how exact they are; the direct ones know their error.
    private static readonly (string Method, double Scale, double Noise, bool KnowsError)[] Methods =
        [("permutation", 0.05, 0.15, true), ("shap", 1, 0.2, false), ("gain", 10_000, 0.35, false)];

    private readonly Dictionary<string, DemoFeature> byKey = features.ToDictionary(feature => feature.Key, StringComparer.Ordinal);

    private IEnumerable<(DemoModel Model, DemoFeature Feature)> Pairs =>
        models.SelectMany(model => model.Shares.Keys.Select(key => (model, byKey[key])));

    public int UsageCount => Pairs.Count() * (options.Days + ((options.Days + TrainingEvery - 1) / TrainingEvery));

    public int CostCount => features.Count * (options.Days + ((options.Days + TrainingEvery - 1) / TrainingEvery));

    /// <summary>Serving every day; training every week.</summary>
    public IEnumerable<UsageReport> Usage()
    {
        var random = new Random(seed);
        foreach (var (model, feature) in Pairs.OrderBy(pair => pair.Feature.Key, StringComparer.Ordinal))
        {
            var traffic = model.Definition.TrafficPerDay!.Value;
            for (var daysAgo = options.Days - 1; daysAgo >= 0; daysAgo--)
            {
                yield return Report(model, feature, daysAgo, "serving", traffic, random);
                if (daysAgo % TrainingEvery == 0)
                    yield return Report(model, feature, daysAgo, "training", traffic / 10, random);
            }
        }
    }

    /// <summary>Monthly evaluations by several methods; a third of the models are measured by ablation once.</summary>
    public IEnumerable<ImportanceReport> Importance()
    {
        var random = new Random(seed + 1);
        for (var m = 0; m < models.Count; m++)
        {
            for (var daysAgo = 0; daysAgo < options.Days; daysAgo += EvaluationEvery)
            {
                foreach (var (method, scale, noise, knowsError) in Methods)
                    yield return Evaluate(models[m], daysAgo, method, scale, noise, knowsError, random);
            }

            if (m % 3 == 0)
                yield return Evaluate(models[m], 0, "ablation", 0.03, 0.1, true, random);
        }
    }

    /// <summary>Computing every day; storage every week.</summary>
    public IEnumerable<CostReport> Costs()
    {
        var random = new Random(seed + 2);
        foreach (var feature in features)
        {
            for (var daysAgo = options.Days - 1; daysAgo >= 0; daysAgo--)
            {
                var day = options.LastDay.AddDays(-daysAgo);
                yield return new() { Feature = feature.Key, Day = day, Resource = ComputeResource, Amount = Round(feature.CostPerDay * DemoFeatures.LogNormal(random, 0.1)), Unit = ComputeUnit };
                if (daysAgo % TrainingEvery == 0)
                    yield return new() { Feature = feature.Key, Day = day, Resource = StorageResource, Amount = Round(20 * feature.CostPerDay), Unit = StorageUnit };
            }
        }
    }

    public const string ComputeResource = "feature-compute";
    public const string ComputeUnit = "cpu-hour";
    public const string StorageResource = "feature-storage";
    public const string StorageUnit = "gigabyte";

    private UsageReport Report(DemoModel model, DemoFeature feature, int daysAgo, string environment, double traffic, Random random)
    {
        var requests = (long)(traffic * DemoFeatures.LogNormal(random, 0.05));
        // At its beginning a decaying feature was read by all requests.
        var read = feature.Class == TrueClass.Unused ? 0 : feature.Trend(daysAgo) / feature.Trend(options.Days - 1);
        return new() { Feature = feature.Key, Model = model.Model, Day = options.LastDay.AddDays(-daysAgo), Environment = environment, Reads = (long)(requests * read), Requests = requests };
    }

    private ImportanceReport Evaluate(DemoModel model, int daysAgo, string method, double scale, double noise, bool knowsError, Random random)
    {
        var worth = model.Shares.Select(pair => (pair.Key, Worth: pair.Value * byKey[pair.Key].Trend(daysAgo))).ToList();
        var total = worth.Sum(feature => feature.Worth);
        return new()
        {
            Model = model.Model,
            Method = method,
            EvaluatedAt = new(options.LastDay.AddDays(-daysAgo), new TimeOnly(6, 0), TimeSpan.Zero),
            Metric = model.Definition.Metric!.Name!,
            Values = [.. worth.Select(feature => new ImportanceValue
            {
                Feature = feature.Key,
                Value = Round(scale * feature.Worth / total * DemoFeatures.LogNormal(random, noise)),
                StandardError = knowsError ? Round(scale * noise * ((feature.Worth / total) + (0.01 / worth.Count))) : null,
            })],
        };
    }

    private static double Round(double value) => Math.Round(value, 9);
}
