using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using FeatureGovernance.Valuation;
using FeatureGovernance.Valuation.Reading;

namespace FeatureGovernance.Cli.Drift;

/// <summary><c>featgov impact FILE</c>: what drifted values of a feature cost a model fitted on a local sample, without a server.</summary>
internal static class ImpactCommand
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static Command Create()
    {
        var file = new Argument<string>("file") { Description = "An evaluation sample with true values: Parquet, CSV, or LibSVM with a .query file beside it." };
        var label = new Option<string?>("--label") { Description = "The label's column (for LibSVM the first field is the label)." };
        var group = new Option<string?>("--group") { Description = "The column of the query, or of rows that belong together." };
        var time = new Option<string?>("--time") { Description = "The column of the time; validation then never looks ahead." };
        var feature = new Option<string>("--feature") { Description = "The feature whose values drifted.", Required = true };
        var drift = new Option<string>("--drift") { Description = "What became of them: missing, constant=V, scale=FACTOR or shift=ADDEND; scale=-1 turns the sign.", Required = true };
        var share = new Option<double>("--share") { Description = "The part of the values touched, above 0 up to 1.", DefaultValueFactory = _ => 1 };
        var seed = new Option<int>("--seed") { Description = "Same seed, same result.", DefaultValueFactory = _ => 1 };
        var json = new Option<bool>("--json") { Description = "One JSON object." };
        var command = new Command("impact",
            "Measure what drifted values of a feature cost a model fitted on a sample.") { file, label, group, time, feature, drift, share, seed, json };
        command.SetAction((parsed, stop) => Task.FromResult(Run(
            parsed.GetRequiredValue(file),
            new(parsed.GetValue(label), parsed.GetValue(group), parsed.GetValue(time), null, parsed.GetValue(seed)),
            parsed.GetRequiredValue(feature),
            Read(parsed.GetRequiredValue(drift), parsed.GetValue(share)),
            parsed.GetValue(json),
            parsed.InvocationConfiguration.Output,
            parsed.InvocationConfiguration.Error,
            stop)));
        return command;
    }

    /// <summary>The drift that a text names; null where it names none.</summary>
    internal static ValueDrift? Read(string text, double share)
    {
        var (word, number) = text.Split('=', 2) is [var before, var after] ? (before, after) : (text, null);
        var amount = double.TryParse(number, CultureInfo.InvariantCulture, out var read) && double.IsFinite(read) ? read : (double?)null;
        DriftedTo? to = word switch
        {
            "missing" when number is null => DriftedTo.Missing,
            "constant" when amount is not null => DriftedTo.Constant,
            "scale" when amount is not null => DriftedTo.Scaled,
            "shift" when amount is not null => DriftedTo.Shifted,
            _ => null,
        };
        return to is { } known && share is > 0 and <= 1 ? new(known, amount ?? 0, share) : null;
    }

    internal static int Run(
        string file, SampleQuestion question, string feature, ValueDrift? drift, bool json, TextWriter output, TextWriter errors, CancellationToken stop)
    {
        if (drift is null)
        {
            errors.WriteLine("error: --drift is missing, constant=V, scale=FACTOR or shift=ADDEND with a finite number, and --share above 0 and at most 1.");
            return 2;
        }

        try
        {
            using var replay = new Replay(SampleFile.Read(file, question), question.Seed, stop);
            var replayed = replay.Measure([new(feature, [drift])], 0, stop);
            output.WriteLine(json ? JsonSerializer.Serialize(replayed, Json) : Told(replayed));
            return 0;
        }
        catch (SampleException refusal)
        {
            errors.WriteLine($"error: {refusal.Message}");
            return 2;
        }
        catch (OperationCanceledException)
        {
            errors.WriteLine("Stopped.");
            return 2;
        }
    }

    private static string Told(ReplayedDrift replayed) => string.Create(
        CultureInfo.InvariantCulture,
        $"{replayed.Feature}: {replayed.Metric} {replayed.Quality:0.#####} loses {replayed.Loss:0.#####} ± {replayed.StandardError:0.#####} on {replayed.Rows} held-out rows or queries, in another period {replayed.Lower80:0.#####} to {replayed.Upper80:0.#####} (80 %); shuffling all its values loses {replayed.Shuffled:0.#####}.");
}
