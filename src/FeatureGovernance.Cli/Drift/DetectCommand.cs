using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using FeatureGovernance.Core;
using FeatureGovernance.Core.Drift;

namespace FeatureGovernance.Cli.Drift;

/// <summary><c>featgov detect FILE…</c>: what changed in the values of a file over time, and why, without a server.</summary>
internal static class DetectCommand
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        DefaultIgnoreCondition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull,
    };

    public static Command Create()
    {
        var files = new Argument<string[]>("FILE") { Description = "CSV or Parquet with a column of times and columns of values.", Arity = ArgumentArity.OneOrMore };
        var time = new Option<string?>("--time") { Description = "The column of times; found by itself where there is one." };
        var window = new Option<string?>("--window") { Description = "hour, day or week; chosen by the times where not given." };
        window.AcceptOnlyFromAmong("hour", "day", "week");
        var holidays = new Option<string?>("--holidays") { Description = "us (the default), none, or a file of days: '2026-05-01 Labour Day', or '05-01 Labour Day' for every year." };
        var json = new Option<bool>("--json") { Description = "One JSON object per incident and line." };
        var command = new Command("detect", "Find what changed in the values of a file over time, and why.") { files, time, window, holidays, json };
        command.SetAction(parsed => Run(
            parsed.GetRequiredValue(files),
            parsed.GetValue(time),
            Words<WindowLength>.TryParse(parsed.GetValue(window), out var length) ? length : null,
            parsed.GetValue(holidays),
            parsed.GetValue(json),
            parsed.InvocationConfiguration.Output,
            parsed.InvocationConfiguration.Error));
        return command;
    }

    private const int MostWindows = 100_000;

    internal static int Run(IReadOnlyList<string> files, string? time, WindowLength? window, string? holidays, bool json, TextWriter output, TextWriter errors)
    {
        Func<int, int, HolidayCalendar> calendar;
        try
        {
            calendar = HolidayCalendar.Named(holidays, File.ReadAllLines);
        }
        catch (Exception refused) when (refused is FormatException or IOException or UnauthorizedAccessException)
        {
            errors.WriteLine($"--holidays {holidays}: {refused.Message} Give us, none, or a file of days.");
            return 2;
        }

        var exitCode = 0;
        foreach (var file in files)
        {
            try
            {
                var table = TimedFile.Read(file, time);
                RefuseFar(table.Times, window ?? WindowLength.Day);
                var options = new DetectionOptions(window ?? Detector.SuitableWindow(table.Times), DetectionOptions.UsualDiscovery,
                    calendar(table.Times[0].Year, table.Times[^1].Year));
                foreach (var incident in Detector.Detect(table, options))
                    output.WriteLine(json ? ToJson(incident, files.Count > 1 ? file : null) : ToText(incident));
            }
            catch (Exception refused) when (refused is TimedFileException or IOException or UnauthorizedAccessException)
            {
                errors.WriteLine($"{file}: {refused.Message}");
                exitCode = 2;
            }
        }

        return exitCode;
    }

    // A single time far away would make windows without end.
    private static void RefuseFar(DateTime[] times, WindowLength window)
    {
        var most = window == WindowLength.Hour ? TimeSpan.FromHours(MostWindows) : TimeSpan.FromDays(MostWindows);
        if (times.Length > 0 && times[^1] - times[0] > most)
            throw new TimedFileException($"Its times run from {Written(times[0])} to {Written(times[^1])}, more than {MostWindows} windows; leave out times that are wrong, or give longer windows.");
    }

    private static string ToJson(FeatureIncident incident, string? file) => JsonSerializer.Serialize(
        new
        {
            file,
            incident.Feature,
            Start = Written(incident.Start),
            End = Written(incident.End),
            Score = Math.Round(incident.Score, 2),
            Kind = Words.Of(incident.Kind),
            Cause = Words.Of(incident.Verdict.Cause),
            CauseProbability = Math.Round(incident.Verdict.Probability, 4),
            Fault = incident.Verdict.Fault is { } fault ? Words.Of(fault) : null,
            Causes = incident.Verdict.Causes.ToDictionary(c => Words.Of(c.Key), c => Math.Round(c.Value, 4)),
            Evidence = incident.Verdict.Evidence.Select(e => e.Words),
        },
        Json);

    private static string ToText(FeatureIncident incident) => string.Create(
        CultureInfo.InvariantCulture,
        $"{incident.Feature}  {Written(incident.Start)} to {Written(incident.End)}  {Words.Of(incident.Kind)}: {Words.Of(incident.Verdict.Cause)}"
        + $"{(incident.Verdict.Fault is { } fault ? $" ({Words.Of(fault)})" : "")}, {100 * incident.Verdict.Probability:0} % likely\n")
        + string.Join('\n', incident.Verdict.Evidence.Select(e => $"    {e.Words}"));

    private static string Written(DateTime time) => time.ToString("yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture);
}
