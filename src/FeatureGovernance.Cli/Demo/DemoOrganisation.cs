using System.Globalization;
using FeatureGovernance.Contracts.Registry;

namespace FeatureGovernance.Cli.Demo;

/// <summary>A generated model.</summary>
/// <param name="Model">Its name.</param>
/// <param name="Definition">As it is registered.</param>
/// <param name="Shares">What each feature of its manifest truly contributes on the last day; sums to 1.</param>
internal sealed record DemoModel(string Model, ModelDefinition Definition, IReadOnlyDictionary<string, double> Shares);

/// <summary>
/// An organisation in which the truth is known. The same options and seed give the same one. Telemetry is made while it is sent, from
/// seeds drawn here, so that it is the same each time it is read.
/// </summary>
internal sealed record DemoOrganisation(
    IReadOnlyList<(string Team, TeamDefinition Definition)> Teams, IReadOnlyList<DemoFeature> Features, IReadOnlyList<DemoModel> Models,
    DemoTelemetry Telemetry,
    DemoValues Values)
{
    private static readonly string[] Surfaces = ["feed", "search", "shorts", "ads", "notifications", "market"];

    public static DemoOrganisation Generate(DemoOptions options, Random random)
    {
        var features = DemoFeatures.Generate(options, random);
        var models = ModelsOf(options, features, random);
        return new(
            [.. Enumerable.Range(0, options.Teams).Select(Team)], features, models, new(options, features, models, random.Next()),
            new(options, features, random.Next()));
    }

    public static string TeamName(int number) => string.Create(CultureInfo.InvariantCulture, $"team-{number + 1:00}");

    private static (string Team, TeamDefinition Definition) Team(int number)
    {
        var team = TeamName(number);
        return (team, new() { Name = $"Team {number + 1}", Leads = [$"{team}-lead"], Members = [$"{team}-engineer"] });
    }

    private static List<DemoModel> ModelsOf(DemoOptions options, List<DemoFeature> features, Random random)
    {
        var readers = Readers(options, features, random);
        return [.. Enumerable.Range(0, options.Models).Select(i => Model(i, readers[i], options, random))];
    }

    // Every feature has a reader, so that disuse is seen and not merely unheard of; twins are read where the original is.
    private static List<DemoFeature>[] Readers(DemoOptions options, List<DemoFeature> features, Random random)
    {
        var manifests = Enumerable.Range(0, options.Models).Select(_ => new List<DemoFeature>()).ToArray();
        var modelsOf = new Dictionary<string, HashSet<int>>(StringComparer.Ordinal);
        for (var i = 0; i < features.Count; i++)
        {
            var feature = features[i];
            if (feature.Twin is null || !modelsOf.TryGetValue(feature.Twin, out var models))
            {
                // Round robin first, so that no model is without a manifest; only a useful feature gives each of them something to share.
                models = [i % options.Models];
                while (feature.Class != TrueClass.Unused && models.Count < options.Models && random.NextDouble() < 0.55)
                    models.Add(random.Next(options.Models));
            }

            modelsOf[feature.Key] = models;
            foreach (var model in models.Order())
                manifests[model].Add(feature);
        }

        foreach (var manifest in manifests.Where(manifest => !manifest.Exists(feature => feature.Class == TrueClass.Useful)))
            manifest.Add(features.First(feature => feature.Class == TrueClass.Useful && !manifest.Contains(feature)));
        return manifests;
    }

    private static DemoModel Model(int number, List<DemoFeature> manifest, DemoOptions options, Random random)
    {
        var kind = (number % 20) switch { < 9 => "ranking", < 16 => "retrieval", _ => "other" };
        var surface = Surfaces[number % Surfaces.Length];
        var prefix = kind switch { "ranking" => "rank", "retrieval" => "retrieve", _ => "predict" };
        var worth = manifest.ToDictionary(feature => feature.Key, feature => feature.Worth * DemoFeatures.LogNormal(random, 0.3), StringComparer.Ordinal);
        var total = worth.Values.Sum();
        return new(
            string.Create(CultureInfo.InvariantCulture, $"{prefix}-{surface}-{number + 1:00}"),
            new()
            {
                Team = TeamName(number % options.Teams),
                Kind = kind,
                Surface = surface,
                Metric = new() { Name = kind switch { "ranking" => "ndcg@10", "retrieval" => "recall@100", _ => "auc" }, HigherIsBetter = true },
                Weight = Math.Round(DemoFeatures.LogNormal(random, 0.7), 2) + 0.1,
                TrafficPerDay = Math.Round(1e6 * DemoFeatures.LogNormal(random, 1)),
                Description = $"A generated {kind} model of {surface}.",
            },
            worth.ToDictionary(pair => pair.Key, pair => pair.Value / total, StringComparer.Ordinal));
    }
}
