using System.CommandLine;
using System.Text.Json;
using FeatureGovernance.Cli.Running;
using FeatureGovernance.Client;
using FeatureGovernance.Contracts.Registry;
using FeatureGovernance.Core;

namespace FeatureGovernance.Cli.Demo;

/// <summary><c>featgov demo</c>: fills a server with an organisation in which the truth is known.</summary>
internal static class DemoCommand
{
    public static Command Create(Surroundings surroundings)
    {
        var features = Size("--features", 2_000, DemoOptions.FewestFeatures, 100_000, "How many features.");
        var models = Size("--models", 40, 1, 1_000, "How many models.");
        var teams = Size("--teams", 12, 1, 500, "How many teams.");
        var days = Size("--days", 120, 1, 1_000, "How many days of telemetry, up to yesterday.");
        var seed = new Option<int>("--seed") { Description = "The same seed and sizes give the same organisation.", DefaultValueFactory = _ => 1 };
        var truth = new Option<string?>("--truth") { Description = "Where to write, as JSON, what each feature truly is and contributes." };
        var force = new Option<bool>("--force") { Description = "Fill a server that has features already." };
        return new Command("demo", "Fill an empty server with a generated organisation in which the truth is known.") { features, models, teams, days, seed, truth, force }
            .Runs(surroundings, async call =>
            {
                if (!call.Get(force) && await call.Client.ListAsync<FeatureSummary>("features".With(("limit", 1)), call.Cancellation).AnyAsync(call.Cancellation))
                    throw new UsageException("The server has features already.", "Use an empty one, or --force to mix generated features with them.");
                var yesterday = DateOnly.FromDateTime(surroundings.Clock.GetUtcNow().UtcDateTime).AddDays(-1);
                var options = new DemoOptions(call.Get(features), call.Get(models), call.Get(teams), call.Get(days), yesterday);
                var organisation = DemoOrganisation.Generate(options, new Random(call.Get(seed)));
                if (call.Get(truth) is { } file)
                    await File.WriteAllTextAsync(file, JsonSerializer.Serialize(Truth(organisation, options), ClientJson.Indented), call.Cancellation);
                var sent = await new DemoUpload(call, options, organisation, $"demo-{call.Get(seed)}").RunAsync();
                call.Screen.Fields(sent, ("teams", sent.Teams), ("features", sent.Features), ("models", sent.Models),
                    ("days", $"{sent.FirstDay:yyyy-MM-dd} to {sent.LastDay:yyyy-MM-dd}"),
                    ("usage lines", sent.Usage), ("importance reports", sent.Importance), ("cost lines", sent.Costs),
                    ("profiles", sent.Profiles), ("capacity lines", sent.Capacity));
            });
    }

    private static object Truth(DemoOrganisation organisation, DemoOptions options) => new
    {
        Features = organisation.Features.ToDictionary(feature => feature.Key, feature => new { Class = Words.Of(feature.Class), feature.Twin }),
        Models = organisation.Models.ToDictionary(model => model.Model, model => model.Shares),
        Incidents = organisation.Values.Truth.ToDictionary(one => one.Feature, one => DemoValues.Written(one.Mishap, options.LastDay)),
    };

    private static Option<int> Size(string name, int usual, int least, int most, string description)
    {
        var option = new Option<int>(name) { Description = description, DefaultValueFactory = _ => usual };
        option.Validators.Add(result =>
        {
            // Text that is no number is a fault of its own, told by the parser.
            if (result.Tokens is [var token] && int.TryParse(token.Value, out var size) && (size < least || size > most))
                result.AddError($"{name}: {size} is out of range; use {least:N0} to {most:N0}.");
        });
        return option;
    }
}
