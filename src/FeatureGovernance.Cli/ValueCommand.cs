using System.CommandLine;
using FeatureGovernance.Valuation;
using Spectre.Console;

namespace FeatureGovernance.Cli;

/// <summary><c>featgov value</c>: what each feature of a local file is worth, without a server.</summary>
internal static class ValueCommand
{
    public static Command Create()
    {
        var command = new Command("value", "Measure what each feature of a sample is worth.");
        var common = new SampleCommand(
            command, "The column of the time; validation then never looks ahead.", "The time allowed; what is left out is noted.",
            "One JSON object per feature and line.");
        var weight = new Option<string?>("--weight") { Description = "The column of the rows' weights." };
        var score = new Option<string?>("--score") { Description = "The column of what the model in production predicted; its quality is told beside." };
        var ablations = new Option<int>("--ablations") { Description = "The most features to train without, one by one.", DefaultValueFactory = _ => 40 };
        foreach (var option in (Option[])[weight, score, ablations])
            command.Add(option);
        command.SetAction((parsed, stop) =>
        {
            var options = new ValuationOptions { Ablations = parsed.GetValue(ablations), Budget = common.Budget(parsed), Seed = common.Seed(parsed) };
            return Task.FromResult(common.Run(
                parsed, common.Question(parsed) with { Weight = parsed.GetValue(weight), Score = parsed.GetValue(score) },
                (sample, progress) => ValueEngine.Measure(sample, options, progress, stop), m => m.Notes, m => m.Features.Select(Shown), WriteTable));
        });
        return command;
    }

    private static object Shown(ValuedFeature f) => new
    {
        f.Feature,
        f.Permutation,
        f.PermutationStandardError,
        f.Ablation,
        f.AblationStandardError,
        f.Share,
        f.Lower80,
        f.Upper80,
        f.Cluster,
        Recommendation = f.Recommendation.ToString().ToLowerInvariant(),
        Reasons = f.Reasons.Select(r => new { r.Code, r.Sentence, r.Confidence, Numbers = r.Numbers.ToDictionary(n => n.Name, n => n.Value) }),
        f.Shap,
        f.ShapStandardError,
    };

    private static void WriteTable(MeasuredValue measured)
    {
        var table = new Table().Border(TableBorder.Simple)
            .AddColumns("feature", "share", "80 %", "permutation", "ablation", "cluster", "do", "why");
        foreach (var f in measured.Features)
        {
            table.AddRow(
                Markup.Escape(f.Feature),
                $"{f.Share:P1}",
                $"{f.Lower80:P1}–{f.Upper80:P1}",
                $"{f.Permutation:0.#####} ± {f.PermutationStandardError:0.#####}",
                f.Ablation is { } ablation ? $"{ablation:0.#####} ± {f.AblationStandardError:0.#####}" : "not measured",
                f.Cluster == f.Feature ? "" : Markup.Escape(f.Cluster),
                f.Recommendation.ToString().ToLowerInvariant(),
                f.Reasons[0].Code);
        }

        AnsiConsole.Write(table);
        if (measured.ScoreQuality is { } score)
            Console.Out.WriteLine($"{measured.Metric}: {score.Mean:0.#####} ± {score.StandardError:0.#####} by the scores given, on the same rows.");
        Console.Out.WriteLine(
            $"{measured.Metric}: {measured.Quality:0.#####} ± {measured.QualityStandardError:0.#####} with all; "
            + $"without what is recommended away it loses {measured.RemovalLoss:0.#####} ± {measured.RemovalLossStandardError:0.#####}.");
        Console.Out.WriteLine($"{measured.Trainings} trainings of {measured.Iterations} iterations, {measured.TimeInTraining.TotalSeconds:0.0} s.");
    }
}
