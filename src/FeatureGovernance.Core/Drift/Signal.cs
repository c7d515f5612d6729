using FeatureGovernance.Statistics.Inference;

namespace FeatureGovernance.Core.Drift;

/// <summary>One unusual thing in one feature over some windows.</summary>
/// <param name="Symptom">What.</param>
/// <param name="First">The first window.</param>
/// <param name="Last">The last window.</param>
/// <param name="PValue">How likely so much of it is in an ordinary stretch of this length.</param>
/// <param name="Effect">Its size in the unit of the symptom: standard deviations, a change of share, a factor, hours.</param>
/// <param name="Words">Words and numbers for people.</param>
/// <param name="Change">How a level changed; null for other symptoms.</param>
public sealed record Signal(Symptom Symptom, int First, int Last, double PValue, double Effect, string Words, LevelChange? Change = null);

/// <summary>What a change of level looks like.</summary>
/// <param name="Kind">Step, drift or spike.</param>
/// <param name="Factor">Values over expected ones; NaN where they are not all positive.</param>
/// <param name="Unevenness">
/// How much that factor differs from cell to cell, over what it differs in ordinary windows: about 1 where everything is multiplied alike.
/// </param>
/// <param name="Abruptness">The change at the border over the whole change, 0 to 1.</param>
/// <param name="OutOfRange">The share of cells beyond all that was seen before.</param>
/// <param name="Flipped">How well the negative of the values fits what was expected, over how well they do themselves: above 1 it is better.</param>
/// <param name="Returned">Whether ordinary windows follow.</param>
public sealed record LevelChange(
    ChangeKind Kind, double Factor, double Unevenness, double Abruptness, double OutOfRange, double Flipped, bool Returned);

/// <summary>What a watch found in one feature, and how many tests it took.</summary>
/// <param name="warmUp">How many windows an ordinary history needs.</param>
internal sealed class Findings(int warmUp = Findings.WarmUpDays)
{
    private const int WarmUpDays = 14;
    private const int WarmUpHours = 72;

    /// <summary>Of features read in windows of a length: a day's hours differ, and so a history of hours needs days.</summary>
    public static Findings Of(WindowLength length) => new(length == WindowLength.Hour ? WarmUpHours : WarmUpDays);

    /// <summary>How many windows an ordinary history needs.</summary>
    public int WarmUp => warmUp;

    /// <summary>The p-value below which windows are kept out of what counts as ordinary; discoveries are decided over all tests later.</summary>
    public const double Suspicious = 1e-3;

    /// <summary>What stood out.</summary>
    public List<Signal> Signals { get; } = [];

    /// <summary>How many tests were made of each symptom.</summary>
    public Dictionary<Symptom, long> Tests { get; } = [];

    /// <summary>The same, to be added to.</summary>
    public Findings Copy()
    {
        var copy = new Findings(warmUp);
        copy.Signals.AddRange(Signals);
        foreach (var (symptom, tests) in Tests)
            copy.Tests[symptom] = tests;
        return copy;
    }

    /// <summary>Adds to the number of tests.</summary>
    public void CountTests(Symptom symptom, long tests) => Tests[symptom] = Tests.GetValueOrDefault(symptom) + tests;

    /// <summary>Adds windows that stood out one after the other as one signal, up to two ordinary ones between.</summary>
    public void AddRuns(IReadOnlyList<(int First, int Last, double PValue)> flagged, int gap, Func<int, int, double, Signal> toSignal)
    {
        var sorted = flagged.OrderBy(f => f.First).ToArray();
        for (var i = 0; i < sorted.Length;)
        {
            var (first, last, least) = sorted[i];
            for (i++; i < sorted.Length && sorted[i].First <= last + 1 + gap; i++)
                (last, least) = (Math.Max(last, sorted[i].Last), Math.Min(least, sorted[i].PValue));
            Signals.Add(toSignal(first, last, least));
        }
    }
}
