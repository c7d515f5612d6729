using System.Collections.Immutable;
using System.Globalization;

namespace FeatureGovernance.Core.Value;

/// <summary>One feature's importance as a report states it, on the report's own scale.</summary>
/// <param name="Value">The importance; larger is better. Negative where the model did better without the feature.</param>
/// <param name="StandardError">The standard error on the same scale, from 0; null where not stated.</param>
public readonly record struct Importance(double Value, double? StandardError = null);

/// <summary>One feature's part of all the positive importance in a report.</summary>
/// <param name="Value">From 0 to 1; the shares of a report sum to 1.</param>
/// <param name="StandardError">The standard error of the share; null where the report stated none for this feature.</param>
/// <param name="WasNegative">True where the reported importance was below zero and counts as zero.</param>
public readonly record struct Share(double Value, double? StandardError, bool WasNegative);

/// <summary>Turns importances of any scale into shares that can be compared between reports.</summary>
public static class Shares
{
    /// <summary>
    /// Shares of one report: s_i = x_i⁺ / T with x⁺ = max(x, 0) and T = Σ x⁺. Standard errors by the delta method for independent errors
    /// (Oehlert 1992, "A note on the delta method"): Var(s_i) = ((1 − 2 s_i) σ_i² + s_i² Σ_j σ_j²) / T². An importance without a stated
    /// error adds nothing to Σ σ², and its own share has none. A clipped importance keeps σ_i / T, for its true value may lie above zero.
    /// </summary>
    /// <param name="report">The importances of one report, in any order.</param>
    /// <param name="shares">The shares in the same order; empty where the report is refused.</param>
    /// <returns>Null, or why the report has no shares: a non-finite number, a negative standard error, no positive importance.</returns>
    public static Refusal? Normalise(IReadOnlyList<Importance> report, out ImmutableArray<Share> shares)
    {
        ArgumentNullException.ThrowIfNull(report);
        shares = [];
        if (Faults(report) is { IsEmpty: false } faults)
            return new(RefusalKind.BrokenRule, "importance-not-finite", "Importances and standard errors must be finite numbers.", faults);

        // Scaled by the largest first, so that neither the total nor the squares overflow.
        var scale = report.Count == 0 ? 0 : report.Max(r => r.Value);
        if (scale <= 0)
            return new(RefusalKind.BrokenRule, "importance-all-zero", "No feature of the report has a positive importance, so there is nothing to share.");

        var total = ExactSum.Of(report.Select(r => Math.Max(r.Value, 0) / scale));
        var variances = ExactSum.Of(report.Select(r => r.StandardError is { } error ? error / scale * (error / scale) : 0));
        shares = [.. report.Select(r => ShareOf(r, scale, total, variances))];
        return null;
    }

    private static Share ShareOf(Importance importance, double scale, double total, double variances)
    {
        var share = Math.Max(importance.Value, 0) / scale / total;
        double? error = null;
        if (importance.StandardError is { } stated)
        {
            var own = stated / scale * (stated / scale);
            error = Math.Sqrt(Math.Max(0, ((1 - (2 * share)) * own) + (share * share * variances))) / total;
        }

        return new(share, error, importance.Value < 0);
    }

    private static ImmutableArray<FieldError> Faults(IReadOnlyList<Importance> report)
    {
        var faults = ImmutableArray.CreateBuilder<FieldError>();
        for (var i = 0; i < report.Count; i++)
        {
            if (!double.IsFinite(report[i].Value))
                faults.Add(new(string.Create(CultureInfo.InvariantCulture, $"values[{i}].value"), "The importance is not a finite number."));
            if (report[i].StandardError is { } error && !(double.IsFinite(error) && error >= 0))
                faults.Add(new(string.Create(CultureInfo.InvariantCulture, $"values[{i}].standardError"), "The standard error is not a finite number from 0."));
        }

        return faults.ToImmutable();
    }
}
