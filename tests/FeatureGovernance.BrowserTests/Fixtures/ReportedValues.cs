using System.Globalization;
using System.Text;
using System.Text.Json;
using FeatureGovernance.ServerTests.Fixtures;
using FeatureGovernance.Statistics.Sketches;

namespace FeatureGovernance.BrowserTests.Fixtures;

/// <summary>Profiles of values that a feature would have sent: weekly ups and downs, and at the end something happens to them.</summary>
internal static class ReportedValues
{
    private const int Rows = 240;

    /// <summary>Numbers of two countries for two months; in the last five days a quarter of them is missing, and one day was never sent.</summary>
    public static async Task NumbersAsync(this Api api, string feature, DateOnly today)
    {
        var lines = new StringBuilder();
        var random = new Random(11);
        foreach (var (country, level) in new[] { ("country=de", 20.0), ("country=no", 34.0) })
        {
            for (var ago = 60; ago >= 1; ago--)
            {
                if (ago == 24)
                    continue;
                var profile = Profile.OfNumbers(new());
                for (var i = 0; i < Rows; i++)
                {
                    if (ago <= 5 && i % 4 == 0)
                        profile.UpdateNull();
                    else
                        profile.Update(Math.Round(level * (1 + (0.2 * Math.Sin(ago * Math.Tau / 7))) * Math.Exp(0.5 * ((random.NextDouble() * 2) - 1 + random.NextDouble() - 0.5)), 2));
                }

                lines.AppendLine(Line(feature, today.AddDays(-ago), country, profile));
            }
        }

        (await api.SendTextAsync(HttpMethod.Post, "telemetry/profiles", lines.ToString(), "application/x-ndjson")).Expect(200);
    }

    /// <summary>Words, of which one takes the others' place.</summary>
    public static async Task WordsAsync(this Api api, string feature, DateOnly today)
    {
        var lines = new StringBuilder();
        string[] words = ["phone", "tablet", "desktop", "television", ""];
        for (var ago = 30; ago >= 1; ago--)
        {
            var profile = Profile.OfTexts(new());
            for (var i = 0; i < Rows; i++)
                profile.Update(words[i % 7 < (ago < 10 ? 4 : 2) ? 0 : i % words.Length]);
            lines.AppendLine(Line(feature, today.AddDays(-ago), null, profile));
        }

        (await api.SendTextAsync(HttpMethod.Post, "telemetry/profiles", lines.ToString(), "application/x-ndjson")).Expect(200);
    }

    /// <summary>Embeddings that come late in the last four days; ten days ago some began to have more dimensions, and a few are incomplete or all zero.</summary>
    public static async Task EmbeddingsAsync(this Api api, string feature, DateOnly today)
    {
        var lines = new StringBuilder();
        var random = new Random(12);
        for (var ago = 60; ago >= 1; ago--)
        {
            var profile = Profile.OfEmbeddings(new());
            for (var i = 0; i < Rows; i++)
                profile.Update(i % 60 == 0 ? new(ago < 20 ? double.NaN : 0, 64) : new(Math.Exp(0.3 * (random.NextDouble() + random.NextDouble() - 1)),
                    ago <= 10 && i % 3 == 0 ? 96 : 64));
            lines.AppendLine(Line(feature, today.AddDays(-ago), null, profile, (ago <= 4 ? 30_000 : 5_400) * (1 + (0.1 * random.NextDouble()))));
        }

        (await api.SendTextAsync(HttpMethod.Post, "telemetry/profiles", lines.ToString(), "application/x-ndjson")).Expect(200);
    }

    /// <summary>Looks for what changed, and waits for the end of it.</summary>
    public static async Task DetectAsync(this Api api)
    {
        var id = (await api.PostAsync("drift/runs", new { })).Expect(202).Number("id");
        (await api.EndOfAsync($"drift/runs/{id}")).ExpectState("succeeded");
    }

    private static string Line<T>(string feature, DateOnly day, string? segment, Profile<T> profile, double? lagSeconds = null)
        where T : notnull
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
            profile.WriteJson(json);
        var start = day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) + "T00:00:00Z";
        return JsonSerializer.Serialize(new Dictionary<string, object?>
        {
            ["feature"] = feature, ["window"] = "day", ["start"] = start, ["site"] = "serving", ["segment"] = segment, ["lagSeconds"] = lagSeconds,
            ["profile"] = JsonDocument.Parse(stream.ToArray()).RootElement,
        }.Where(one => one.Value is not null).ToDictionary());
    }
}
