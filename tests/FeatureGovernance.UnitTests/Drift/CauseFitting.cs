using System.Globalization;
using FeatureGovernance.Core.Drift;

namespace FeatureGovernance.UnitTests.Drift;

/// <summary>
/// How the temperature of <see cref="CauseModel" /> is set: the one under which the true causes of generated changes (<see cref="CauseCases" />
/// of seeds below 1,000) are likeliest, leaning on 1. Run explicitly over many cases, it also tells what a factor of its own for each
/// kind of evidence would be worth on cases left out of the fit.
/// </summary>
public sealed class CauseFitting(ITestOutputHelper output)
{
    private const int Cases = 40;
    private const int ManyCases = 400;

    // Deviations of the logarithms from 0 before anything is seen.
    private const double Lean = 0.5;

    // Half of the 95 % quantile of chi-squared with one degree of freedom: what is as likely as this is no worse by what was seen.
    private const double AsLikely = 1.92;

    [Fact]
    public void The_temperature_is_one_that_the_procedure_cannot_tell_from_the_best()
    {
        var cases = Known(Cases);

        var best = Best(cases);

        (Loss(cases, CauseModel.Temperature) - Loss(cases, best)).Should().BeLessThanOrEqualTo(AsLikely, $"the best is {best:0.00}");
    }

    [Fact(Explicit = true)]
    public void The_temperature_is_the_best_of_many_cases()
    {
        var cases = Known(ManyCases);
        var best = Best(cases);
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"internal const double Temperature = {best:0.00}; // {cases.Length} cases, loss {Loss(cases, best):0.0}, untempered {Loss(cases, 1):0.0}"));
        var (told, alone) = (0.0, 0.0);
        for (var fold = 0; fold < 2; fold++)
        {
            var (seen, left) = (cases.Where((_, at) => at % 2 == fold).ToArray(), cases.Where((_, at) => at % 2 != fold).ToArray());
            var (temperature, factors) = (Best(seen), Factors(seen));
            (told, alone) = (told + Loss(left, temperature, factors), alone + Loss(left, temperature));
            output.WriteLine(string.Join(", ", factors.Select(f => string.Create(CultureInfo.InvariantCulture, $"{f.Key} {f.Value:0.00}"))));
        }

        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"On cases left out: loss {alone:0.0} without factors, {told:0.0} with them"));
        Math.Abs(Math.Log(CauseModel.Temperature / best)).Should().BeLessThan(0.05);
    }

    private static Known[] Known(int cases) =>
        [.. Enumerable.Range(1, cases).AsParallel().AsOrdered().Select(CauseCases.Of)
            .Select(one => (one.Fault, Incident: one.In(Detector.Detect(one.Table, Tables.ByDay))))
            .Where(one => one.Incident is not null).Select(one => new Known(one.Fault, one.Incident!))];

    private static double Best(Known[] cases)
    {
        // The loss falls to one lowest point and rises again.
        double low = Math.Log(0.2), high = Math.Log(5);
        while (high - low > 1e-3)
        {
            double third = (high - low) / 3, a = low + third, b = high - third;
            (low, high) = Total(a) < Total(b) ? (low, b) : (a, high);
        }

        return Math.Exp((low + high) / 2);

        double Total(double log) => Loss(cases, Math.Exp(log)) + Leaning(log);
    }

    // A factor for each kind of evidence, by going down one after the other.
    private static SortedDictionary<string, double> Factors(Known[] cases)
    {
        var factors = new SortedDictionary<string, double>(StringComparer.Ordinal);
        foreach (var kind in cases.SelectMany(one => one.Kinds))
            factors[kind] = 1;
        var temperature = Best(cases);
        for (var round = 0; round < 3; round++)
        {
            foreach (var kind in factors.Keys.ToArray())
            {
                var (best, least) = (factors[kind], double.PositiveInfinity);
                foreach (var log in Enumerable.Range(-8, 17).Select(step => step / 8.0))
                {
                    factors[kind] = Math.Exp(log);
                    if (Loss(cases, temperature, factors) + Leaning(log) is var loss && loss < least)
                        (best, least) = (factors[kind], loss);
                }

                factors[kind] = best;
            }
        }

        return factors;
    }

    private static double Leaning(double log) => log * log / (2 * Lean * Lean);

    private static double Loss(Known[] cases, double temperature, SortedDictionary<string, double>? factors = null) =>
        cases.Sum(one => one.Loss(temperature, factors));
}

/// <summary>An incident of which the cause is known.</summary>
/// <param name="Fault">What was wrong; null where people changed.</param>
/// <param name="Incident">What was told.</param>
internal sealed record Known(Fault? Fault, FeatureIncident Incident)
{
    private const string Context = "context";

    /// <summary>What each piece of evidence is of: a symptom, or what else was known. The symptoms come first, the surest before the others.</summary>
    public IEnumerable<string> Kinds { get; } =
        [.. Incident.Signals.OrderBy(s => s.PValue).Select(s => s.Symptom.ToString()),
            .. Incident.Verdict.Evidence.Skip(Incident.Signals.Length).Select(_ => Context)];

    /// <summary>Minus the logarithm of the probability that is told of the true cause. A time of year and a launch are people's doing too.</summary>
    public double Loss(double temperature, SortedDictionary<string, double>? factors)
    {
        var verdict = Verdict.Weigh(
            [.. Incident.Verdict.Evidence.Zip(Kinds, (e, kind) => factors is null ? e : e with
            {
                Points = [.. e.Points.Select(p => (p.Explanation, p.Points * factors.GetValueOrDefault(kind, 1)))],
            })],
            CauseModel.Usual,
            temperature);
        var wrong = verdict.Causes[Cause.DataQuality];
        return -Math.Log(Math.Max(1e-12, Fault is { } fault ? wrong * verdict.Faults[fault] : 1 - wrong));
    }
}
