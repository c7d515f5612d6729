using FeatureGovernance.Contracts.Value;
using FeatureGovernance.Core;
using FeatureGovernance.Valuation;

namespace FeatureGovernance.Server.Value.Valuations;

/// <summary>What was measured of a label, as the API tells it.</summary>
internal static class LabelShown
{
    private const int MostLeaks = 1_000;
    private const int MostConfusions = 100;

    public static LabelMeasurement Of(MeasuredLabel found, int valuation, DateTimeOffset at, string? label) => new()
    {
        Valuation = valuation,
        MeasuredAt = at,
        Label = label,
        Column = found.Label,
        Task = Words.Of(found.Task),
        Coverage = new(found.Coverage.Rows, found.Coverage.Labelled, found.Coverage.Rate.Share, found.Coverage.Rate.Lower80, found.Coverage.Rate.Upper80),
        Delay = found.Delay is { } d ? new(d.Unit, d.Rows, d.Median, d.P90, d.P95, d.P99, d.Longest, d.Negative, d.Untold) : null,
        BaseRate = Shown(found.BaseRate),
        Noise = found.Noise is { } noise ? Shown(noise) : null,
        Leaks = [.. found.Leaks.Take(MostLeaks).Select(l => new MeasuredLeak(l.Column, l.Code, l.Sentence, l.Strength))],
        Worth = found.Worth is { } worth ? new(worth.AtLeast, worth.AtMost) : null,
        Notes = found.Notes,
    };

    private static MeasuredBaseRate Shown(BaseRate rate) => new(
        rate.Of, rate.Rate, rate.Lower80, rate.Upper80, rate.PValue, rate.Spread, rate.Effect, rate.HasChanged,
        [.. rate.Windows.Select(w => new MeasuredWindow(w.From, w.To, w.Rows, w.Coverage, w.Rate, w.Lower80, w.Upper80))]);

    private static MeasuredNoise Shown(LabelNoise noise) => new(
        noise.Rate, noise.StandardError, noise.Floor,
        [.. noise.Confusions.Take(MostConfusions).Select(c => new MeasuredConfusion(c.Given, c.Truth, c.Share))],
        [.. noise.Suspects.Select(s => new MeasuredSuspect(s.Row, s.Given, s.Suggested, s.Probability))]);
}
