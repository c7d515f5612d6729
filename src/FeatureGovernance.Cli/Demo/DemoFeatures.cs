using System.Text.Json;
using FeatureGovernance.Contracts.Registry;

namespace FeatureGovernance.Cli.Demo;

/// <summary>A generated feature and the truth about it.</summary>
/// <param name="Definition">As it is registered.</param>
/// <param name="Stage">Where it stands in its life.</param>
/// <param name="Class">What it truly is.</param>
/// <param name="Twin">The feature it repeats or precedes; null for the other classes.</param>
/// <param name="Worth">What it contributes to a model that reads it, relative to an even share.</param>
/// <param name="CostPerDay">In cpu-hours.</param>
internal sealed record DemoFeature(BulkFeature Definition, string Stage, TrueClass Class, string? Twin, double Worth, double CostPerDay)
{
    /// <summary>The worth of a decaying feature falls to a fifth over this many days.</summary>
    private const double DecayDays = 60;

    public string Key => Definition.Key!;

    /// <summary>What is left of reads and worth, relative to the last day, so many days before it.</summary>
    public double Trend(int daysAgo) => Class == TrueClass.Decaying ? Math.Pow(5, daysAgo / DecayDays) : 1;
}

/// <summary>Invents features: names, definitions, and what each is truly worth.</summary>
internal static class DemoFeatures
{
    private static readonly string[] Entities = ["user", "item", "author", "session", "query", "device"];
    private static readonly string[] Topics = ["watch", "click", "search", "share", "purchase", "follow", "comment", "dwell", "hide", "save"];
    private static readonly string[] Measures = ["count", "rate", "mean", "trend", "recency", "entropy", "share_of_day", "distinct", "max", "streak"];
    private static readonly string[] Windows = ["1h", "6h", "1d", "7d", "28d", "90d"];
    private static readonly (TrueClass Class, double Part)[] Faults =
    [
        (TrueClass.Unused, 0.08), (TrueClass.Decaying, 0.05), (TrueClass.Overpriced, 0.05), (TrueClass.Epsilon, 0.12), (TrueClass.Redundant, 0.06),
        (TrueClass.Legacy, 0.04),
    ];

    public static List<DemoFeature> Generate(DemoOptions options, Random random)
    {
        var counts = Faults.ToDictionary(fault => fault.Class, fault => Math.Max(1, (int)(options.Features * fault.Part)));
        var originals = options.Features - counts[TrueClass.Redundant] - counts[TrueClass.Legacy];
        var classes = new TrueClass[originals];
        var at = 0;
        foreach (var fault in (TrueClass[])[TrueClass.Unused, TrueClass.Decaying, TrueClass.Overpriced, TrueClass.Epsilon])
        {
            Array.Fill(classes, fault, at, counts[fault]);
            at += counts[fault];
        }

        random.Shuffle(classes);
        var features = Enumerable.Range(0, originals).Select(i => Original(i, classes[i], options, random)).ToList();
        var useful = Enumerable.Range(0, originals).Where(i => classes[i] == TrueClass.Useful).ToArray();
        random.Shuffle(useful);
        for (var i = 0; i < options.Features - originals; i++)
        {
            var twin = features[useful[i]];
            if (i < counts[TrueClass.Redundant])
            {
                features[useful[i]] = twin with { Worth = twin.Worth / 2 };
                features.Add(Twin(twin, "_copy", TrueClass.Redundant, twin.Worth / 2, options, random));
            }
            else
            {
                features.Add(Twin(twin, "_old", TrueClass.Legacy, twin.Worth / 10, options, random));
            }
        }

        return features;
    }

    private static DemoFeature Original(int number, TrueClass kind, DemoOptions options, Random random)
    {
        var groups = Math.Clamp(options.Features / 30, 1, Entities.Length * Topics.Length);
        var (group, place) = (number % groups, number / groups);
        var (entity, topic) = (Entities[group % Entities.Length], Topics[group / Entities.Length % Topics.Length]);
        var (measure, window) = (Measures[place % Measures.Length], Windows[place / Measures.Length % Windows.Length]);
        var round = place / (Measures.Length * Windows.Length);
        var name = round == 0 ? $"{measure}_{window}" : $"{measure}_{window}_{round + 1}";
        var isCount = measure is "count" or "distinct" or "streak";
        var definition = new BulkFeature
        {
            Key = $"{entity}_{topic}:{name}",
            Team = DemoOrganisation.TeamName(group % options.Teams),
            Kind = "feature",
            Entity = entity,
            DataType = isCount ? "int64" : "double",
            Description = $"The {measure.Replace('_', ' ')} of {topic} events of one {entity} over the last {window}.",
            Source = new() { System = "hive", Table = $"events.{entity}_{topic}_daily", Column = name },
            Freshness = window is "1h" or "6h" ? "PT1H" : "P1D",
            Expected = new() { Min = measure == "trend" ? null : 0, Max = measure is "rate" or "share_of_day" ? 1 : null, MaxNullRate = 0.05 },
            Default = JsonSerializer.SerializeToElement(0),
            Tags = new Dictionary<string, string> { ["window"] = window },
        };
        var worth = kind switch
        {
            TrueClass.Unused => 0,
            TrueClass.Epsilon => 0.002,
            TrueClass.Overpriced => 0.2 * LogNormal(random, 0.2),
            TrueClass.Decaying => 0.3 * LogNormal(random, 0.3),
            _ => LogNormal(random, 0.8),
        };
        var stage = kind == TrueClass.Useful && random.NextDouble() < 0.1 ? "experimental" : "adopted";
        return new(definition, stage, kind, null, worth, LogNormal(random, 0.5) * (kind == TrueClass.Overpriced ? 50 : 1));
    }

    private static DemoFeature Twin(DemoFeature of, string suffix, TrueClass kind, double worth, DemoOptions options, Random random) => new(
        of.Definition with
        {
            Key = of.Key + suffix,
            Team = DemoOrganisation.TeamName(random.Next(options.Teams)),
            Description = $"{of.Definition.Description} Computed by another pipeline.",
            Source = of.Definition.Source! with { Expression = $"cast({of.Definition.Source!.Column} as double)" },
            DataType = "double",
        },
        "adopted", kind, of.Key, worth, LogNormal(random, 0.5));

    public static double LogNormal(Random random, double sigma) => Math.Exp(sigma * Normal(random));

    private static double Normal(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
