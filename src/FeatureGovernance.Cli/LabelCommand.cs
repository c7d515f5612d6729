using System.CommandLine;
using System.Globalization;
using FeatureGovernance.Valuation;
using Spectre.Console;

namespace FeatureGovernance.Cli;

/// <summary><c>featgov label</c>: what the label of a local file is worth, without a server.</summary>
internal static class LabelCommand
{
    public static Command Create()
    {
        var command = new Command("label", "Measure a sample's label: coverage, delay, base rate, noise and leaks.");
        var common = new SampleCommand(
            command, "The column of the event's time, by which the base rate is followed.", "The time allowed for models; what is left out is noted.",
            "One JSON object.");
        var labelTime = new Option<string?>("--label-time") { Description = "The column of the time at which the label became known; with --time this gives the delay." };
        var suspects = new Option<int>("--suspects") { Description = "The most rows told of as likely mislabelled.", DefaultValueFactory = _ => 50 };
        command.Add(labelTime);
        command.Add(suspects);
        command.SetAction((parsed, stop) =>
        {
            var options = new LabelOptions
            {
                Suspects = Math.Clamp(parsed.GetValue(suspects), 0, 1_000_000),
                Budget = common.Budget(parsed),
                Seed = common.Seed(parsed),
            };
            return Task.FromResult(common.Run(
                parsed, common.Question(parsed) with { LabelTime = parsed.GetValue(labelTime) },
                (sample, progress) => LabelEngine.Measure(sample, options, progress, stop), m => m.Notes, m => [Shown(m)], Write));
        });
        return command;
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
                windows.AddRow(Markup.Escape(w.From), Cell($"{w.Rows}"), Cell($"{w.Coverage:P1}"), Cell($"{w.Rate:0.####}"),
                    w.Rate is null ? "" : Cell($"{w.Lower80:0.####}–{w.Upper80:0.####}"));
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
