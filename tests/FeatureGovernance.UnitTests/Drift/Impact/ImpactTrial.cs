using System.Collections.Immutable;
using FeatureGovernance.Core.Drift;
using FeatureGovernance.Core.Drift.Profiles;
using FeatureGovernance.Statistics.Inference;
using FeatureGovernance.Statistics.Sketches;
using FeatureGovernance.Valuation;
using FeatureGovernance.Valuation.Measuring;

namespace FeatureGovernance.UnitTests.Drift.Impact;

/// <summary>One fault in one feature: what detection told of it, and what it cost a fitted model.</summary>
/// <param name="Feature">The feature.</param>
/// <param name="Fault">The fault.</param>
/// <param name="Permutation">The loss the model suffers when the feature's values are shuffled.</param>
/// <param name="Replayed">The loss expected where what profiles tell of the fault is replayed through other models, on rows of the weeks before.</param>
/// <param name="Measured">The loss it suffers from the fault.</param>
/// <param name="Signals">What detection told of the feature during the fault.</param>
/// <param name="Verdict">Why, as detection had it; null where it found nothing.</param>
internal sealed record ImpactTrial(
    string Feature, string Fault, double Permutation, ReplayedIncident Replayed, Estimate Measured, ImmutableArray<PlacedSignal> Signals, Verdict? Verdict)
{
    /// <summary>The multiple of a permutation's cost that the fault is expected to have; 0 where it was not found.</summary>
    public (double Middle, double Deviation) Damage => Verdict is null ? (0, 0) : ImpactEstimate.DamageOf(new IncidentMember(0, 1, Signals), Verdict);
}

/// <summary>A model fitted on half of a sample, and faults put into the last weeks of the other half.</summary>
internal sealed class ImpactTrials : IDisposable
{
    private const int FaultyWeeks = 6;
    private const int WeeksBefore = 12;
    private const int Iterations = 150;

    private readonly Sample sample;
    private readonly int[] weekOf;
    private readonly int weeks;
    private readonly Trainer trainer;
    private readonly Valuation.LightGbm.Booster model;
    private readonly int[] faulty;
    private readonly int[] calm;
    private readonly WindowGrid grid;
    private readonly Replay? replay;

    /// <param name="sample">With times in order to tell weeks by.</param>
    /// <param name="weekOf">The week of each row, from 0.</param>
    /// <param name="replays">Whether faults are replayed too.</param>
    public ImpactTrials(Sample sample, int[] weekOf, bool replays = true)
    {
        (this.sample, this.weekOf, weeks) = (sample, weekOf, weekOf.Max() + 1);
        trainer = new(sample, 7);
        using var training = trainer.Rows([.. Enumerable.Range(0, weekOf.Length).Where(r => !IsHeldOut(r))]);
        model = trainer.Train(training, Enumerable.Range(0, sample.Features.Length), Iterations, TestContext.Current.CancellationToken);
        faulty = [.. Enumerable.Range(0, weekOf.Length).Where(r => IsHeldOut(r) && weekOf[r] >= weeks - FaultyWeeks)];
        calm = [.. Enumerable.Range(0, weekOf.Length).Where(r => IsHeldOut(r) && weekOf[r] < weeks - FaultyWeeks)];
        grid = ProfileDetector.Grid(new(2024, 1, 1), weeks, WindowLength.Week);
        // Other models on other rows than the one that is judged, in the order of weeks: what a server has that keeps a sample.
        replay = replays ? new(Known(sample, calm, weekOf), 11, TestContext.Current.CancellationToken) : null;
    }

    public void Dispose()
    {
        replay?.Dispose();
        model.Dispose();
        trainer.Dispose();
    }

    /// <summary>Every fault in every feature that holds numbers, the model's use of which is beyond doubt.</summary>
    public IEnumerable<ImpactTrial> Run()
    {
        var (before, during) = (Losses(calm, null), Losses(faulty, null));
        for (var column = 0; column < sample.Features.Length; column++)
        {
            if (sample.Categorical[column] || Spread(column) == 0)
                continue;
            var shuffled = Estimate.Over(Less(Losses(calm, Shuffled(column)), before));
            if (shuffled.Mean < 3 * shuffled.StandardError)
                continue;
            foreach (var (fault, seed) in ValueFault.All.Select((fault, i) => (fault, (100 * column) + i)))
            {
                var values = Faulty(column, fault, seed);
                var change = Estimate.Over(Less(Losses(faulty, (column, [.. faulty.Select(r => values[r])])), during));
                var windows = Windows(values);
                var (signals, verdict) = Detected(windows);
                var replayed = replay is null ? new(0, 0, 0) : Replayed(replay, column, windows, signals, verdict);
                yield return new(sample.Features[column], fault.Name, shuffled.Mean, replayed, change, signals, verdict);
            }
        }
    }

    private static bool IsHeldOut(int row) => (row * 2654435761L >> 12) % 2 == 0;

    private static double[] Less(double[] losses, double[] without) => [.. losses.Zip(without, (loss, usual) => loss - usual)];

    private double Spread(int column) => MomentsOf(sample.Cells.Column(column)).Variance;

    private static Moments MomentsOf(IEnumerable<float> values) =>
        values.Where(v => float.IsFinite(v)).Aggregate(default(Moments), (moments, value) => moments.With(value));

    private (int, float[]) Shuffled(int column)
    {
        var values = calm.Select(r => sample.Cells[r, column]).ToArray();
        new Random(column).Shuffle(values);
        return (column, values);
    }

    // The column as it would be with the fault all the time.
    private float[] Drifted(int column, ValueFault fault, int seed)
    {
        var values = sample.Cells.Column(column);
        var moments = MomentsOf(values);
        var random = new Random(seed);
        for (var row = 0; row < values.Length; row++)
            values[row] = (float)fault.Change(values[row], moments.Mean, Math.Sqrt(moments.Variance), random);
        return values;
    }

    private float[] Faulty(int column, ValueFault fault, int seed)
    {
        var values = Drifted(column, fault, seed);
        for (var row = 0; row < values.Length; row++)
        {
            if (weekOf[row] < weeks - FaultyWeeks)
                values[row] = sample.Cells[row, column];
        }

        return values;
    }

    // The loss of each row: of logarithms for classes, of squares for numbers.
    private double[] Losses(int[] rows, (int Column, float[] Values)? replaced)
    {
        var cells = trainer.Cells(rows);
        for (var i = 0; replaced is { } other && i < rows.Length; i++)
            cells[(i * sample.Features.Length) + other.Column] = other.Values[i];
        var predicted = new double[rows.Length];
        model.Predict(cells, predicted);
        return [.. predicted.Select((p, i) => sample.Task == ValuationTask.Regression
            ? (p - sample.Labels[rows[i]]) * (p - sample.Labels[rows[i]])
            : -Math.Log(Math.Max(1e-15, sample.Labels[rows[i]] == 1 ? p : 1 - p)))];
    }

    private ImmutableArray<ProfileWindow?> Windows(float[] values)
    {
        var byWeek = values.Select((value, row) => (value, week: weekOf[row])).ToLookup(v => v.week, v => v.value);
        return [.. Enumerable.Range(0, weeks).Select(week => Window([.. byWeek[week]]))];
    }

    private ReplayedIncident Replayed(Replay replay, int column, ImmutableArray<ProfileWindow?> windows, ImmutableArray<PlacedSignal> signals, Verdict? verdict)
    {
        List<ProfileWindow[]> Told(int from, int to) => [.. windows[from..to].OfType<ProfileWindow>().Select(window => new[] { window })];
        var (first, symptoms) = (weeks - FaultyWeeks, signals.Select(one => one.Signal.Symptom).ToHashSet());
        var readings = DriftReading.Of(Told(first - WeeksBefore, first), Told(first, weeks), symptoms, verdict?.Fault, null);
        return ReplayedIncident.Of(
            replay, [(sample.Features[column], readings)], verdict?.Causes.GetValueOrDefault(Cause.DataQuality) ?? 1, FaultyWeeks,
            TestContext.Current.CancellationToken)
            ?? new(0, 0, 0);
    }

    private static Sample Known(Sample sample, int[] rows, int[] weekOf) => sample with
    {
        Cells = new([.. rows.SelectMany(row => Enumerable.Range(0, sample.Features.Length).Select(column => sample.Cells[row, column]))], rows.Length,
            sample.Features.Length),
        Labels = [.. rows.Select(row => sample.Labels[row])],
        Times = [.. rows.Select(row => (double)weekOf[row])],
        LabelRows = null,
    };

    private (ImmutableArray<PlacedSignal>, Verdict?) Detected(ImmutableArray<ProfileWindow?> windows)
    {
        ProfileSeries series = new(new(0, false, ""), false, windows);
        var features = ImmutableDictionary<int, WatchedFeature>.Empty.Add(0, new("feature", null, ImmutableDictionary<Symptom, double>.Empty));
        var incidents = ProfileDetector.Conclude([.. ProfileDetector.Look([series], grid)], features, grid,
            new(WindowLength.Week, DetectionOptions.UsualDiscovery, HolidayCalendar.None));
        var found = incidents.Where(i => i.Last >= weeks - FaultyWeeks).MaxBy(i => (i.Score, -i.First));
        return found is null ? ([], null) : (found.Members[0].Signals, found.Verdict);
    }

    private static ProfileWindow? Window(float[] values)
    {
        if (values.Length == 0)
            return null;
        var moments = MomentsOf(values);
        var sorted = values.Where(float.IsFinite).Select(v => (double)v).Order().ToArray();
        return new(
            values.Length, values.Count(float.IsNaN), 0, values.Count(v => v == 0), 0, sorted.Length > 0 ? moments.Mean : double.NaN,
            sorted.Length > 1 ? Math.Sqrt(moments.Variance) : double.NaN, sorted.Distinct().Count(),
            sorted.Length == 0 ? [] : [.. ProfileSeries.Shares.Select(share => Robust.QuantileOfSorted(sorted, share))], [], 1, double.NaN);
    }
}
