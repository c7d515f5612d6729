using System.Text;
using System.Text.Json;
using FeatureGovernance.ServerTests.Fixtures;
using FeatureGovernance.ServerTests.Telemetry;

namespace FeatureGovernance.ServerTests.Drift;

/// <summary>What the values of a day are like; a test changes one thing of it.</summary>
internal sealed record Day(double Mean = 100, double Deviation = 10, double NullRate = 0.01, double DefaultRate = 0, int Rows = 300);

/// <summary>Histories of values, day by day up to yesterday, reported as a pipeline would.</summary>
internal static class ValueHistory
{
    public static readonly DateOnly Today = DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime);

    /// <summary>Reports days of a feature.</summary>
    /// <param name="from">Days ago, the first.</param>
    /// <param name="to">Days ago, the last.</param>
    /// <param name="day">What the values are like, by days ago.</param>
    public static async Task ValuesAsync(
        this ApiServer server, string feature, int from, int to, Func<int, Day> day, string site = "serving", string segment = "", double? lagSeconds = null)
    {
        var lines = new StringBuilder();
        for (var ago = from; ago >= to; ago--)
        {
            var line = new Dictionary<string, object?>
            {
                ["feature"] = feature,
                ["window"] = "day",
                ["start"] = $"{Today.AddDays(-ago):yyyy-MM-dd}T00:00:00Z",
                ["site"] = site,
                ["lagSeconds"] = lagSeconds,
                ["profile"] = Profile(day(ago), (1_009 * ago) + feature.Sum(c => c) + (31 * site.Length) + segment.Sum(c => c)),
            };
            if (segment.Length > 0)
                line["segment"] = segment;
            lines.AppendLine(JsonSerializer.Serialize(line.Where(field => field.Value is not null).ToDictionary()));
        }

        (await server.Admin.ReportAsync("profiles", lines.ToString())).Expect(200);
    }

    /// <summary>Runs detection and waits for its end.</summary>
    public static async Task<Answer> DetectAsync(this ApiServer server)
    {
        var id = (await server.Admin.PostAsync("drift/runs", new { })).Expect(202).Number("id");
        return (await server.Admin.EndOfAsync($"drift/runs/{id}")).ExpectState("succeeded");
    }

    public static async Task<JsonElement[]> IncidentsAsync(this ApiServer server, string query) =>
        (await server.Admin.GetAsync($"incidents?{query}")).Expect(200).Items();

    private static JsonElement Profile(Day day, int seed)
    {
        var random = new Random(seed);
        var profile = Statistics.Sketches.Profile.OfNumbers(new());
        for (var i = 0; i < day.Rows; i++)
        {
            var chance = random.NextDouble();
            if (chance < day.NullRate)
                profile.UpdateNull();
            else if (chance < day.NullRate + day.DefaultRate)
                profile.Update(-1, isDefault: true);
            else
                profile.Update(day.Mean + (day.Deviation * Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble())));
        }

        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
            profile.WriteJson(json);
        return JsonDocument.Parse(stream.ToArray()).RootElement;
    }
}
