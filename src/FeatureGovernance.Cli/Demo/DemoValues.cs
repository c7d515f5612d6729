using System.Globalization;
using System.Text.Json;
using FeatureGovernance.Contracts.Drift;
using FeatureGovernance.Statistics.Sketches;

namespace FeatureGovernance.Cli.Demo;

/// <summary>Something that happens to the values of a generated feature.</summary>
/// <param name="What">The cause or fault, in the words of the server.</param>
/// <param name="From">Days ago, the first.</param>
/// <param name="To">Days ago, the last.</param>
internal sealed record DemoMishap(string What, int From, int To);

/// <summary>Profiles of the first useful features, day by day; some of them go wrong in known ways, and in three people change.</summary>
internal sealed class DemoValues(DemoOptions options, IReadOnlyList<DemoFeature> features, int seed)
{
    private const int MostFeatures = 24;
    private const int MostDays = 70;
    private const int Rows = 300;

    private static readonly ProfileShape Shape = new(128, 10, 6);

    private static readonly DemoMishap[] Mishaps =
    [
        new("missing", 5, 1), new("rescaled", 14, 8), new("defaultFilled", 9, 6), new("stuck", 4, 2), new("signFlip", 20, 17),
        new("behaviour", 25, 1), new("behaviour", 25, 1), new("behaviour", 25, 1),
    ];

    private readonly List<DemoFeature> watched = [.. features.Where(feature => feature.Class == TrueClass.Useful).Take(MostFeatures)];

    /// <summary>What happens to which feature.</summary>
    public IEnumerable<(string Feature, DemoMishap Mishap)> Truth => watched.Zip(Mishaps, (feature, mishap) => (feature.Key, mishap));

    public int Count => watched.Count * Days;

    private int Days => Math.Min(MostDays, options.Days);

    /// <summary>One profile a feature and day, up to yesterday.</summary>
    public IEnumerable<ProfileReport> Profiles()
    {
        for (var i = 0; i < watched.Count; i++)
        {
            var random = new Random(seed + i);
            var (level, spread) = (Math.Round(10 * DemoFeatures.LogNormal(random, 0.8), 3), 0.1 + (0.3 * random.NextDouble()));
            var mishap = i < Mishaps.Length ? Mishaps[i] : null;
            for (var daysAgo = Days; daysAgo >= 1; daysAgo--)
            {
                var day = options.LastDay.AddDays(1 - daysAgo);
                yield return new()
                {
                    Feature = watched[i].Key,
                    Window = "day",
                    Start = new(day, TimeOnly.MinValue, TimeSpan.Zero),
                    Profile = Profile(level, spread, day.DayOfWeek,
                        mishap is not null && daysAgo <= mishap.From && daysAgo >= mishap.To ? mishap : null, daysAgo, random),
                };
            }
        }
    }

    private static JsonElement Profile(double level, double spread, DayOfWeek weekday, DemoMishap? mishap, int daysAgo, Random random)
    {
        var profile = Statistics.Sketches.Profile.OfNumbers(Shape);
        var usual = level * (weekday is DayOfWeek.Saturday or DayOfWeek.Sunday ? 1.1 : 1) * DemoFeatures.LogNormal(random, 0.01);
        // What people change, they change little by little.
        var centre = mishap?.What == "behaviour" ? usual * (1 + (0.02 * (mishap.From - daysAgo))) : usual;
        for (var row = 0; row < Rows; row++)
        {
            var (chance, value) = (random.NextDouble(), Math.Round(centre * DemoFeatures.LogNormal(random, spread), 3));
            if (chance < (mishap?.What == "missing" ? 0.4 : 0.01))
                profile.UpdateNull();
            else if (mishap?.What == "defaultFilled" && chance < 0.3)
                profile.Update(0, isDefault: true);
            else
                profile.Update(mishap?.What switch { "rescaled" => value * 1.609344, "stuck" => level, "signFlip" => -value, _ => value });
        }

        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
            profile.WriteJson(json);
        using var document = JsonDocument.Parse(stream.ToArray());
        return document.RootElement.Clone();
    }

    public static string Written(DemoMishap mishap, DateOnly lastDay) => string.Create(
        CultureInfo.InvariantCulture, $"{mishap.What} from {lastDay.AddDays(1 - mishap.From):yyyy-MM-dd} to {lastDay.AddDays(1 - mishap.To):yyyy-MM-dd}");
}
