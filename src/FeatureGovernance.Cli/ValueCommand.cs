using System.CommandLine;
using System.Text.Json;
using FeatureGovernance.Valuation;
using FeatureGovernance.Valuation.Reading;
using Spectre.Console;

namespace FeatureGovernance.Cli;

/// <summary><c>featgov value</c>: what each feature of a local file is worth, without a server.</summary>
internal static class ValueCommand
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static Command Create()
    {
        var file = new Argument<string>("file") { Description = "Parquet, CSV, or LibSVM with a .query file beside it." };
        var label = new Option<string?>("--label") { Description = "The label's column (for LibSVM the first field is the label)." };
        var group = new Option<string?>("--group") { Description = "The column of the query, or of rows that belong together." };
        var time = new Option<string?>("--time") { Description = "The column of the time; validation then never looks ahead." };
        var task = new Option<ValuationTask?>("--task") { Description = "ranking, classification or regression; inferred where not given." };
        var weight = new Option<string?>("--weight") { Description = "The column of the rows' weights." };
        var score = new Option<string?>("--score") { Description = "The column of what the model in production predicted; its quality is told beside." };
        var seconds = new Option<int?>("--seconds") { Description = "The time allowed; what is left out is noted." };
        var ablations = new Option<int>("--ablations") { Description = "The most features to train without, one by one.", DefaultValueFactory = _ => 40 };
        var seed = new Option<int>("--seed") { Description = "Same seed, same result.", DefaultValueFactory = _ => 1 };
        var json = new Option<bool>("--json") { Description = "One JSON object per feature and line." };
        var command = new Command("value", "Measure what each feature of a sample is worth.") { file, label, group, time, task, weight, score, ablations, seconds, seed, json };
        command.SetAction((parsed, stop) => Task.FromResult(Run(
            parsed.GetRequiredValue(file),
            new(parsed.GetValue(label), parsed.GetValue(group), parsed.GetValue(time), parsed.GetValue(task), parsed.GetValue(seed))
            {
                Weight = parsed.GetValue(weight),
                Score = parsed.GetValue(score),
            },
            new()
            {
                Ablations = parsed.GetValue(ablations),
                Budget = parsed.GetValue(seconds) is { } allowed ? TimeSpan.FromSeconds(Math.Max(0, allowed)) : null,
                Seed = parsed.GetValue(seed),
            },
            parsed.GetValue(json),
            stop)));
        return command;
    }

    private static int Run(string file, SampleQuestion question, ValuationOptions options, bool json, CancellationToken stop)
    {
        try
        {
            var measured = ValueEngine.Measure(SampleFile.Read(file, question), options, new ProgressLine(), stop);
            ProgressLine.Clear();
            foreach (var note in measured.Notes)
                Console.Error.WriteLine($"note: {note}");
            if (json)
                WriteJson(measured);
            else
                WriteTable(measured);
            return 0;
        }
        catch (SampleException refusal)
        {
            Console.Error.WriteLine($"error: {refusal.Message}");
            return 2;
        }
        catch (OperationCanceledException)
        {
            Console.Error.WriteLine("Stopped.");
            return 2;
        }
    }

    private static void WriteJson(MeasuredValue measured)
    {
        foreach (var f in measured.Features)
        {
            Console.Out.WriteLine(JsonSerializer.Serialize(
                new
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
                },
                Json));
        }
    }

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

        if (Console.IsOutputRedirected)
            AnsiConsole.Profile.Width = 160;
        AnsiConsole.Write(table);
        if (measured.ScoreQuality is { } score)
            Console.Out.WriteLine($"{measured.Metric}: {score.Mean:0.#####} ± {score.StandardError:0.#####} by the scores given, on the same rows.");
        Console.Out.WriteLine(
            $"{measured.Metric}: {measured.Quality:0.#####} ± {measured.QualityStandardError:0.#####} with all; without what is recommended away it loses {measured.RemovalLoss:0.#####} ± {measured.RemovalLossStandardError:0.#####}.");
        Console.Out.WriteLine($"{measured.Trainings} trainings of {measured.Iterations} iterations, {measured.TimeInTraining.TotalSeconds:0.0} s.");
    }

    internal sealed class ProgressLine : IProgress<ValuationProgress>
    {
        public void Report(ValuationProgress value)
        {
            if (!Console.IsErrorRedirected)
                Console.Error.Write($"\r\e[K{value.Done,4:P0} {value.Step}");
        }

        public static void Clear()
        {
            if (!Console.IsErrorRedirected)
                Console.Error.Write("\r\e[K");
        }
    }
}
