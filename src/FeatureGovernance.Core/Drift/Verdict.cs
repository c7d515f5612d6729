using System.Collections.Immutable;

namespace FeatureGovernance.Core.Drift;

/// <summary>One thing that speaks for some explanations and against others.</summary>
/// <param name="Words">In words and numbers.</param>
/// <param name="Points">Log-odds added to each explanation it bears on.</param>
public sealed record Evidence(string Words, ImmutableArray<(Explanation Explanation, double Points)> Points);

/// <summary>A cause, and for faulty data the fault.</summary>
public readonly record struct Explanation(Cause Cause, Fault? Fault = null)
{
    /// <summary>All of them.</summary>
    public static ImmutableArray<Explanation> All { get; } =
    [
        new(Cause.Behaviour),
        new(Cause.Season),
        new(Cause.ProductChange),
        .. Enum.GetValues<Fault>().Select(fault => new Explanation(Cause.DataQuality, fault)),
    ];

    /// <summary>A fault of the data.</summary>
    public static Explanation Of(Fault fault) => new(Cause.DataQuality, fault);
}

/// <summary>The probability of each cause, and what it rests on.</summary>
/// <param name="Causes">Sum to 1.</param>
/// <param name="Faults">Of each fault, given that the data are wrong; sum to 1.</param>
/// <param name="Evidence">What was weighed.</param>
public sealed record Verdict(
    ImmutableDictionary<Cause, double> Causes, ImmutableDictionary<Fault, double> Faults, ImmutableArray<Evidence> Evidence)
{
    /// <summary>The likeliest cause.</summary>
    public Cause Cause => Causes.MaxBy(c => (c.Value, -(int)c.Key)).Key;

    /// <summary>Its probability.</summary>
    public double Probability => Causes[Cause];

    /// <summary>The likeliest fault; null where the data are not the likeliest cause.</summary>
    public Fault? Fault => Cause == Cause.DataQuality ? Faults.MaxBy(f => (f.Value, -(int)f.Key)).Key : null;

    /// <summary>Adds up the points of the evidence on top of what is usual, and turns the sums into probabilities.</summary>
    /// <param name="evidence">What was seen.</param>
    /// <param name="usual">Log-odds of each explanation before anything was seen.</param>
    /// <param name="temperature">Above 1 makes verdicts more careful; learned where known causes were compared with verdicts.</param>
    public static Verdict Weigh(ImmutableArray<Evidence> evidence, Func<Explanation, double> usual, double temperature)
    {
        var sums = Explanation.All.ToDictionary(e => e, usual);
        foreach (var (explanation, points) in evidence.SelectMany(e => e.Points))
            sums[explanation] += points;
        var most = sums.Values.Max();
        var shares = sums.ToDictionary(s => s.Key, s => Math.Exp((s.Value - most) / temperature));
        var total = shares.Values.Sum();
        var causes = shares.GroupBy(s => s.Key.Cause).ToImmutableDictionary(g => g.Key, g => g.Sum(s => s.Value) / total);
        var faults = shares.Where(s => s.Key.Fault is not null).ToImmutableDictionary(s => s.Key.Fault!.Value, s => s.Value);
        var wrong = faults.Values.Sum();
        return new(causes, faults.ToImmutableDictionary(f => f.Key, f => f.Value / wrong), evidence);
    }
}
