using System.CommandLine;
using System.Text.Json;
using FeatureGovernance.Valuation;
using FeatureGovernance.Valuation.Reading;
using Spectre.Console;

namespace FeatureGovernance.Cli;

/// <summary>What the commands that measure a local sample have in common: their options, how they tell progress, and how they end.</summary>
internal sealed class SampleCommand
{
    private static readonly JsonSerializerOptions Web = new(JsonSerializerDefaults.Web) { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly Argument<string> file = new("file") { Description = "Parquet, CSV, or LibSVM with a .query file beside it." };
    private readonly Option<string?> label = new("--label") { Description = "The label's column (for LibSVM the first field is the label)." };
    private readonly Option<string?> group = new("--group") { Description = "The column of the query, or of rows that belong together." };
    private readonly Option<string?> time;
    private readonly Option<ValuationTask?> task = new("--task") { Description = "ranking, classification or regression; inferred where not given." };
    private readonly Option<int?> seconds;
    private readonly Option<int> seed = new("--seed") { Description = "Same seed, same result.", DefaultValueFactory = _ => 1 };
    private readonly Option<bool> json;

    /// <param name="command">To which the common options are added.</param>
    /// <param name="timeIs">What the column of time is for.</param>
    /// <param name="secondsAre">What the time allowed bounds.</param>
    /// <param name="jsonIs">What is written as JSON.</param>
    public SampleCommand(Command command, string timeIs, string secondsAre, string jsonIs)
    {
        (time, seconds, json) = (new("--time") { Description = timeIs }, new("--seconds") { Description = secondsAre }, new("--json") { Description = jsonIs });
        command.Add(file);
        foreach (var option in (Option[])[label, group, time, task, seconds, seed, json])
            command.Add(option);
    }

    public SampleQuestion Question(ParseResult parsed) =>
        new(parsed.GetValue(label), parsed.GetValue(group), parsed.GetValue(time), parsed.GetValue(task), parsed.GetValue(seed));

    public TimeSpan? Budget(ParseResult parsed) => parsed.GetValue(seconds) is { } allowed ? TimeSpan.FromSeconds(Math.Max(0, allowed)) : null;

    public int Seed(ParseResult parsed) => parsed.GetValue(seed);

    /// <summary>Reads the file, measures and writes; answers the exit code.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="question">What to read.</param>
    /// <param name="measure">Measures the sample.</param>
    /// <param name="notes">What a reader should know.</param>
    /// <param name="objects">What is written as JSON, one object a line.</param>
    /// <param name="write">Writes for a person.</param>
    public int Run<TMeasured>(
        ParseResult parsed, SampleQuestion question, Func<Sample, IProgress<ValuationProgress>, TMeasured> measure,
        Func<TMeasured, IEnumerable<string>> notes, Func<TMeasured, IEnumerable<object>> objects, Action<TMeasured> write)
    {
        try
        {
            var measured = measure(SampleFile.Read(parsed.GetRequiredValue(file), question), new ProgressLine());
            ProgressLine.Clear();
            foreach (var note in notes(measured))
                Console.Error.WriteLine($"note: {note}");
            if (parsed.GetValue(json))
            {
                foreach (var one in objects(measured))
                    Console.Out.WriteLine(JsonSerializer.Serialize(one, Web));
                return 0;
            }

            if (Console.IsOutputRedirected)
                AnsiConsole.Profile.Width = 160;
            write(measured);
            return 0;
        }
        catch (SampleException refusal)
        {
            ProgressLine.Clear();
            Console.Error.WriteLine($"error: {refusal.Message}");
            return 2;
        }
        catch (OperationCanceledException)
        {
            ProgressLine.Clear();
            Console.Error.WriteLine("Stopped.");
            return 2;
        }
    }

    private sealed class ProgressLine : IProgress<ValuationProgress>
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
