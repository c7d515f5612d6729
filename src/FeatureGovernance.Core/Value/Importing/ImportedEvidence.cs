using System.Collections.Immutable;
using System.Text;

namespace FeatureGovernance.Core.Value.Importing;

/// <summary>A file from which importance can be read.</summary>
public enum EvidenceFormat
{
    /// <summary>A model as LightGBM's <c>save_model</c> writes it.</summary>
    Lightgbm,

    /// <summary>XGBoost: a JSON dump with statistics, a model saved as JSON or UBJSON, or the scores of <c>get_score</c>.</summary>
    Xgboost,

    /// <summary>Mean absolute Shapley values.</summary>
    Shap,

    /// <summary>A permutation report.</summary>
    Permutation,

    /// <summary>Metrics with all features and without each.</summary>
    Ablation,

    /// <summary>Coefficients of a linear model.</summary>
    Coefficients,
}

/// <summary>What a file says of one feature, by the name it has there.</summary>
/// <param name="Name">As in the file.</param>
/// <param name="Value">The contribution; larger is better.</param>
/// <param name="StandardError">From 0; null where the file does not tell.</param>
public readonly record struct ImportedValue(string Name, double Value, double? StandardError);

/// <summary>One evaluation, read from a file.</summary>
/// <param name="Method">How it was measured.</param>
/// <param name="Values">At least one.</param>
/// <param name="OthersAreZero">True where the file leaves out what the model has no use for, so that what it names not is worth nothing.</param>
public sealed record ImportedEvidence(EvidenceMethod Method, ImmutableArray<ImportedValue> Values, bool OthersAreZero = false);

/// <summary>A file that cannot be read as evidence. Caught at the edge of <see cref="EvidenceFile"/>, where it becomes a refusal.</summary>
internal sealed class EvidenceFault(string field, string message, string remedy, long? line = null) : Exception(message)
{
    public FieldError Error { get; } = new(field, message, remedy, null, line);
}

/// <summary>Reads importance from what libraries and experiments write.</summary>
public static class EvidenceFile
{
    /// <param name="format">The file's form.</param>
    /// <param name="content">Its bytes; text is in UTF-8.</param>
    /// <param name="metric">The name of the metric, as told beside the file; a file may name its own.</param>
    /// <param name="higherIsBetter">The direction of a metric whose name does not tell; null where unknown.</param>
    /// <returns>The evidence, or why there is none.</returns>
    public static (ImportedEvidence? Evidence, Refusal? Refusal) Read(EvidenceFormat format, ReadOnlyMemory<byte> content, string? metric, bool? higherIsBetter)
    {
        try
        {
            var text = format == EvidenceFormat.Xgboost ? "" : Encoding.UTF8.GetString(content.Span);
            var evidence = format switch
            {
                EvidenceFormat.Lightgbm => LightGbmModel.Read(text),
                EvidenceFormat.Xgboost => XgboostModel.Read(content),
                EvidenceFormat.Shap => Reports.Shap(text),
                EvidenceFormat.Permutation => Reports.Permutation(text, metric, higherIsBetter),
                EvidenceFormat.Ablation => AblationRuns.Read(text, metric, higherIsBetter),
                EvidenceFormat.Coefficients => Reports.Coefficients(text),
            };
            Check(evidence);
            return (evidence, null);
        }
        catch (EvidenceFault fault)
        {
            return (null, new(RefusalKind.Malformed, "unreadable-evidence", fault.Message, [fault.Error]));
        }
    }

    private static void Check(ImportedEvidence evidence)
    {
        if (evidence.Values.IsEmpty)
            throw new EvidenceFault("body", "The file names no feature.", "Send a file with at least one measurement.");
        foreach (var value in evidence.Values)
        {
            if (!double.IsFinite(value.Value))
                throw new EvidenceFault("body", $"The importance of '{value.Name}' is not a finite number.",
                    "Mend or leave out the feature, and measure again.");
            if (value.StandardError is { } error && !(double.IsFinite(error) && error >= 0))
                throw new EvidenceFault("body", $"The standard error of '{value.Name}' is not a finite number from 0.", "Leave out what is not known.");
        }

        if (evidence.Values.GroupBy(value => value.Name, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1) is { } twice)
            throw new EvidenceFault("body", $"'{twice.Key}' is there {twice.Count()} times.", "Give each feature one name and one measurement.");
        if (evidence.Values.All(value => value.Value <= 0))
            throw new EvidenceFault("body", "No feature has a positive importance, so there is nothing to share.",
                "Check the direction of the metric, and that the model was trained.");
    }
}
