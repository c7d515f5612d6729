using System.CommandLine;
using System.Globalization;
using FeatureGovernance.Cli.Forecasting;
using FeatureGovernance.Statistics.Forecasting;

namespace FeatureGovernance.Cli;

/// <summary>`featgov forecast`: forecasts every series of a long CSV file, on this machine, without a server.</summary>
internal static class ForecastCommand
{
    public static Command Create()
    {
        var file = new Argument<FileInfo>("file") { Description = "Long CSV, plain or .gz: series, period, frequency, part, index, value (other columns are ignored)." };
        var horizon = new Option<int?>("--horizon") { Description = "Steps ahead; without it, as many as the series has test rows." };
        var output = new Option<FileInfo?>("--out") { Description = "Where to write the forecasts; without it, standard output." };
        var accuracy = new Option<bool>("--accuracy") { Description = "Compare with the test rows and print sMAPE, MASE and coverage by period to standard error." };
        var command = new Command("forecast", "Forecast the series of a file with 80 % and 95 % intervals.") { file, horizon, output, accuracy };
        command.SetAction(parsed => Run(parsed.GetRequiredValue(file), parsed.GetValue(horizon), parsed.GetValue(output), parsed.GetValue(accuracy)));
        return command;
    }

    private const int LongestHorizon = 10_000;

    private static int Run(FileInfo file, int? horizon, FileInfo? output, bool accuracy)
    {
        if (horizon is < 1 or > LongestHorizon) return Fail($"--horizon must be from 1 to {LongestHorizon}.");
        if (output?.Directory is { Exists: false } folder) return Fail($"--out: there is no folder {folder.FullName}.");
        IReadOnlyList<LongSeries> series;
        try
        {
            series = LongSeriesFile.Read(file.FullName);
        }
        catch (FormatException problem)
        {
            return Fail($"{file.Name}: {problem.Message}");
        }
        catch (Exception problem) when (problem is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            return Fail($"{file.Name}: {problem.Message}");
        }
        foreach (var one in series)
        {
            if (!one.Train.Any(double.IsFinite)) return Fail($"{file.Name}: series {one.Name} has no train row with a value.");
            if (horizon is null && one.Test.Count == 0) return Fail($"{file.Name}: series {one.Name} has no test rows; give --horizon.");
            if (horizon is null && one.Test.Count > LongestHorizon) return Fail($"{file.Name}: series {one.Name} has more than {LongestHorizon} test rows; give --horizon.");
        }

        var forecasts = new SeriesForecast[series.Count];
        foreach (var kind in series.Select((one, at) => (one, at)).GroupBy(pair => (pair.one.Kind, pair.one.Frequency)))
        {
            var members = kind.ToList();
            var inputs = members.ConvertAll(pair => new SeriesInput(pair.one.Train, pair.one.Frequency, horizon ?? pair.one.Test.Count));
            var results = EnsembleForecaster.ForecastPool(inputs, Environment.ProcessorCount);
            for (var i = 0; i < members.Count; i++) forecasts[members[i].at] = results[i];
        }
        try
        {
            if (output is null) Write(Console.Out, series, forecasts);
            else Save(output, writer => Write(writer, series, forecasts));
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            return Fail(problem.Message);
        }
        if (accuracy) ForecastAccuracy.Print(Console.Error, series, forecasts);
        return 0;
    }

    /// <summary>Writes beside the file and renames, so that a run that fails leaves what was there before and no half of a file.</summary>
    private static void Save(FileInfo output, Action<TextWriter> write)
    {
        // A link stays one, and devices such as /dev/stdout cannot be replaced by a file.
        var path = (output.Exists ? output.ResolveLinkTarget(returnFinalTarget: true) : null)?.FullName ?? output.FullName;
        var direct = path.StartsWith("/dev/", StringComparison.Ordinal) || path.StartsWith("/proc/", StringComparison.Ordinal);
        var fresh = direct ? path : $"{path}.{Environment.ProcessId}";
        try
        {
            using (var writer = new StreamWriter(fresh)) write(writer);
            if (!direct) File.Move(fresh, path, overwrite: true);
        }
        catch when (!direct)
        {
            File.Delete(fresh);
            throw;
        }
    }

    private static void Write(TextWriter writer, IReadOnlyList<LongSeries> series, SeriesForecast[] forecasts)
    {
        writer.Write("series,step,mean,lower80,upper80,lower95,upper95\n");
        for (var i = 0; i < series.Count; i++)
            for (var h = 0; h < forecasts[i].Steps.Count; h++)
            {
                var step = forecasts[i].Steps[h];
                writer.Write(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{LongSeriesFile.Quote(series[i].Name)},{h + 1},{step.Mean:G10},{step.Lower80:G10},{step.Upper80:G10},{step.Lower95:G10},{step.Upper95:G10}\n"));
            }
        writer.Flush();
    }

    private static int Fail(string message)
    {
        Console.Error.WriteLine(message);
        return 2;
    }
}
