using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using FeatureGovernance.Valuation;
using FeatureGovernance.Valuation.Reading;
using Spectre.Console;

namespace FeatureGovernance.Cli;

/// <summary><c>featgov label</c>: what the label of a local file is worth, without a server.</summary>
internal static class LabelCommand
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static Command Create()
    {
        var file = new Argument<string>("file") { Description = "Parquet, CSV, or LibSVM with a .query file beside it." };
        var label = new Option<string?>("--label") { Description = "The label's column (for LibSVM the first field is the label)." };
        var time = new Option<string?>("--time") { Description = "The column of the event's time, by which the base rate is followed." };
        var labelTime = new Option<string?>("--label-time") { Description = "The column of the time at which the label became known; with --time this gives the delay." };
        var group = new Option<string?>("--group") { Description = "The column of the query, or of rows that belong together." };
        var task = new Option<ValuationTask?>("--task") { Description = "ranking, classification or regression; inferred where not given." };
        var suspects = new Option<int>("--suspects") { Description = "The most rows told of as likely mislabelled.", DefaultValueFactory = _ => 50 };
        var seconds = new Option<int?>("--seconds") { Description = "The time allowed for models; what is left out is noted." };
        var seed = new Option<int>("--seed") { Description = "Same seed, same result.", DefaultValueFactory = _ => 1 };
        var json = new Option<bool>("--json") { Description = "One JSON object." };
        var command = new Command("label", "Measure a sample's label: coverage, delay, base rate, noise and leaks.")
        {
            file, label, time, labelTime, group, task, suspects, seconds, seed, json,
        };
        command.SetAction((parsed, stop) => Task.FromResult(Run(
            parsed.GetRequiredValue(file),
            new(parsed.GetValue(label), parsed.GetValue(group), parsed.GetValue(time), parsed.GetValue(task), parsed.GetValue(seed)) { LabelTime = parsed.GetValue(labelTime) },
            new()
            {
                Suspects = Math.Clamp(parsed.GetValue(suspects), 0, 1_000_000),
                Budget = parsed.GetValue(seconds) is { } allowed ? TimeSpan.FromSeconds(Math.Max(0, allowed)) : null,
                Seed = parsed.GetValue(seed),
            },
            parsed.GetValue(json),
            stop)));
        return command;
    }

    private static int Run(string file, SampleQuestion question, LabelOptions options, bool json, CancellationToken stop)
    {
        try
        {
            var measured = LabelEngine.Measure(SampleFile.Read(file, question), options, new ValueCommand.ProgressLine(), stop);
            ValueCommand.ProgressLine.Clear();
            foreach (var note in measured.Notes)
                Console.Error.WriteLine($"note: {note}");
            if (json)
                Console.Out.WriteLine(JsonSerializer.Serialize(Shown(measured), Json));
            else
                Write(measured);
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

    private static object Shown(MeasuredLabel measured) => new
    {
        measured.Label,
        Task = measured.Task.ToString().ToLowerInvariant(),
        measured.Coverage,
        measured.Delay,
        measured.BaseRate,
        measured.Noise,
        measured.Leaks,
        Worth = measured.Worth is { } worth ? new { worth.AtLeast, worth.AtMost } : null,
        measured.Notes,
    };

    private static void Write(MeasuredLabel measured)
    {
        if (Console.IsOutputRedirected)
            AnsiConsole.Profile.Width = 160;
        var (coverage, rate) = (measured.Coverage, measured.BaseRate);
        Say($"coverage   {coverage.Rate.Share:P1} of {coverage.Rows} rows ({coverage.Rate.Lower80:P1} to {coverage.Rate.Upper80:P1})");
        if (measured.Delay is { } delay)
            Say($"delay      median {delay.Median:0.##}, 90 % {delay.P90:0.##}, 99 % {delay.P99:0.##}, longest {delay.Longest:0.##} {delay.Unit}; {delay.Negative} before their event");
        Say($"base rate  {rate.Rate:0.####} ({rate.Lower80:0.####} to {rate.Upper80:0.####}) of {rate.Of}{Change(rate)}");
        if (measured.Noise is { } noise)
            Say($"noise      at most {noise.Rate:P1} ± {noise.StandardError:P1} wrong, {noise.Floor:P1} where models are surest");
        else
            Say($"noise      unknown");
        if (measured.Worth is { } worth)
            Say($"worth      {worth.AtLeast:P0} to {worth.AtMost:P0} of a complete and clean label");
        foreach (var leak in measured.Leaks)
            Say($"leak?      {leak.Column}: {leak.Sentence}");
        Tables(measured);
    }

    private static void Tables(MeasuredLabel measured)
    {
        if (measured.BaseRate.Windows.Length > 0)
        {
            var windows = new Table().Border(TableBorder.Simple).AddColumns("from", "rows", "coverage", "base rate", "80 %");
            foreach (var w in measured.BaseRate.Windows)
                windows.AddRow(Markup.Escape(w.From), Cell($"{w.Rows}"), Cell($"{w.Coverage:P1}"), Cell($"{w.Rate:0.####}"), w.Rate is null ? "" : Cell($"{w.Lower80:0.####}–{w.Upper80:0.####}"));
            AnsiConsole.Write(windows);
        }

        if (measured.Noise is { Suspects.Length: > 0 } noise)
        {
            var suspects = new Table().Border(TableBorder.Simple).AddColumns("row", "given", "suggested", "probability");
            foreach (var s in noise.Suspects)
                suspects.AddRow(Cell($"{s.Row}"), Markup.Escape(s.Given), Markup.Escape(s.Suggested), Cell($"{s.Probability:0.000}"));
            AnsiConsole.Write(suspects);
        }
    }

    private static string Change(BaseRate rate) => rate.HasChanged switch
    {
        null => "",
        true => string.Create(CultureInfo.InvariantCulture, $"; it changes by ± {rate.Spread:0.####} over time (p {rate.PValue:0.####})"),
        false => string.Create(CultureInfo.InvariantCulture, $"; steady over time (p {rate.PValue:0.###}, ± {rate.Spread:0.####})"),
    };

    private static void Say(FormattableString line) => Console.Out.WriteLine(line.ToString(CultureInfo.InvariantCulture));

    private static string Cell(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
