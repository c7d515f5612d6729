using FeatureGovernance.Core;
using FeatureGovernance.Core.Registry;
using FeatureGovernance.Server.Http;
using FeatureGovernance.Server.Registry;
using FeatureGovernance.Server.Telemetry;
using FeatureGovernance.Valuation;
using FeatureGovernance.Valuation.Reading;
using Npgsql;

namespace FeatureGovernance.Server.Value.Valuations;

/// <summary>What is asked of <c>POST /valuations</c> beside the body, which is the sample.</summary>
internal sealed record ValuationRequest(
    string? Label, string? Group, string? Time, string? Task, string? Model, string? Version, string? Metric, int? Ablations, long? Rows,
    int? Seconds, string? Path,
    string? LabelTime, string? LabelKey, string? Weight, string? Score)
{
    public ValuationQuestion ToQuestion() => new(Label ?? "label", Group, Time, Task, Model, Version, Metric, Ablations, Rows, Seconds)
    {
        LabelTime = LabelTime,
        LabelKey = LabelKey,
        Weight = Weight,
        Score = Score,
    };
}

/// <summary>Why a sample, or what is asked of it, is not taken.</summary>
internal static class ValuationRefusals
{
    private const int LongestName = 1_000;

    public static Refusal? Faults(ValuationRequest request)
    {
        var faults = new FieldFaults();
        // LibSVM has no names: its label is the first field.
        foreach (var (field, name) in new[]
        {
            ("label", request.Label), ("group", request.Group), ("time", request.Time), ("labelTime", request.LabelTime), ("labelKey", request.LabelKey),
            ("weight", request.Weight), ("score", request.Score),
        })
            faults.Text(field, name, LongestName);
        faults.Check(request.LabelTime is null || request.Time is not null, "labelTime", "The delay lies between two times.",
            "Name the column of the event's time too (time=).");
        faults.Word<ValuationTask>("task", request.Task);
        faults.Slug("model", request.Model, required: false);
        faults.Text("version", request.Version, 128);
        faults.Text("metric", request.Metric, 64);
        faults.Number("ablations", request.Ablations, 0, 10_000);
        faults.Number("rows", request.Rows, 50, int.MaxValue / 2);
        faults.Number("seconds", request.Seconds, 1, 86_400);
        faults.Check(request.Version is null || request.Model is not null, "version", "A version is one of a model.", "Name the model too.");
        return faults.Refusal;
    }

    public static async Task<Refusal?> UnknownModelAsync(NpgsqlConnection connection, ValuationRequest request, CancellationToken cancellation)
    {
        if (request.Model is null)
            return null;
        await using var command = new NpgsqlCommand("""
            select exists (select from registry.model_version v where v.model_id = m.id and v.name = $2) from registry.model m where m.name = $1
            """, connection);
        command.Parameters.AddWithValue(request.Model);
        command.Parameters.AddWithValue(request.Version ?? "");
        return await command.ExecuteScalarAsync(cancellation) switch
        {
            null => Broken("unknown-names", "model", $"There is no model '{request.Model}'.", "Register it first, or check the spelling."),
            false when request.Version is { } version => Broken(
                "unknown-names", "version", $"There is no version '{Problems.Shorten(FieldFaults.Printable(version))}' of '{request.Model}'.",
                "Register its manifest first."),
            _ => null,
        };
    }

    public static async Task<Refusal?> UnknownLabelAsync(NpgsqlConnection connection, ValuationRequest request, CancellationToken cancellation)
    {
        if (request.LabelKey is not { } key)
            return null;
        return await FeatureRow.FindAsync(connection, key, cancellation) is { Draft.Kind: FeatureKind.Label } ? null : Broken(
            "unknown-names", "labelKey", $"There is no label '{Problems.Shorten(FieldFaults.Printable(key))}'.",
            "Register it first, with kind label, or leave it out.");
    }

    public static async Task<Refusal?> UnusableAsync(NpgsqlConnection connection, string path, ValuationRequest request, CancellationToken cancellation)
    {
        if (request.Label is null && !SampleFile.IsLibSvm(path))
            return Problems.Malformed("label", "The value is missing.", "Name the label's column.");
        try
        {
            var question = request.ToQuestion().Sample() with { Label = request.Label };
            var columns = await Task.Run(() => SampleFile.Check(path, question), cancellation);
            if (request.Model is not { } model)
                return null;
            var named = await ImportanceImport.ResolveAsync(connection, model, request.Version, columns.Except(question.Others), cancellation);
            return named.Count > 0 ? null : Broken(
                "unknown-names", "model", $"No column of the sample is a feature that '{model}' reads.",
                "Name the columns as the features are, or group__name.");
        }
        catch (SampleException refusal)
        {
            return Broken("unusable-sample", "body", SampleStore.Discreet(refusal.Message, path),
                "Mend the sample, or the names of its columns, and send it again.");
        }
    }

    public static Refusal Broken(string code, string field, string message, string remedy) =>
        new(RefusalKind.BrokenRule, code, message, [new(field, message, remedy)]);
}
