using System.Collections.Immutable;
using FeatureGovernance.Core.Value;
using MathNet.Numerics.Distributions;

namespace FeatureGovernance.UnitTests.Value;

/// <summary>How the teams of a simulated organisation report.</summary>
/// <param name="Models">How many models.</param>
/// <param name="MostVersions">Each model has one to so many versions, each reported apart.</param>
/// <param name="Presence">How much of the reporting below is really done, from 0 to 1.</param>
/// <param name="Stated">How many of the errors that could be stated are, from 0 to 1.</param>
internal sealed record ReportingHabits(int Models = 40, int MostVersions = 3, double Presence = 1, double Stated = 1);

/// <summary>
/// An organisation that reports raw importances on scales of its own, as teams do: some methods, some versions, errors stated or not, additive
/// noise that makes small importances negative, and methods that see each feature their own way. The shares of today are known.
/// </summary>
internal sealed record SimulatedReports(ImmutableArray<ReportedModel> Models)
{
    /// <summary>Of each method: the standard deviation of its own view on the log scale, how often it is used and its error stated.</summary>
    public static readonly (EvidenceMethod Method, double Deviation, double Presence, double Stated)[] Planted =
    [
        (EvidenceMethod.Ablation, 0.1, 0.3, 0.9),
        (EvidenceMethod.Permutation, 0.25, 0.6, 0.7),
        (EvidenceMethod.Shap, 0.45, 0.5, 0.3),
        (EvidenceMethod.Gain, 0.7, 0.9, 0),
    ];

    public static SimulatedReports Of(int seed, ReportingHabits habits)
    {
        var random = new Random(seed);
        return new([.. Enumerable.Range(0, habits.Models).Select(_ => Model(random, habits))]);
    }

    private static ReportedModel Model(Random random, ReportingHabits habits)
    {
        var features = 30 + random.Next(120);
        var groups = Enumerable.Range(0, ReportedModel.Groups).Select(_ => Normal.Sample(random, 0, 0.6)).ToArray();
        var truth = Shared([.. Enumerable.Range(0, features).Select(f => Math.Exp(Normal.Sample(random, groups[f % groups.Length], 0.9)))]);
        var views = Planted.Select(p => truth.Select(s => s * Math.Exp(Normal.Sample(random, 0, p.Deviation))).ToArray()).ToArray();

        var reports = new List<Report>();
        var age = random.NextDouble() * 30;
        for (var version = 1 + random.Next(habits.MostVersions); version > 0; version--)
        {
            var change = truth.Select(_ => Math.Exp(Normal.Sample(random, 0, 0.03 * age / 30))).ToArray();
            for (var k = 0; k < Planted.Length; k++)
            {
                if (random.NextDouble() < Planted[k].Presence * habits.Presence || (k == Planted.Length - 1 && version == 1 && reports.Count == 0))
                    reports.Add(ReportOf(random, k, [.. views[k].Zip(change, (v, c) => v * c)], age, habits.Stated));
            }

            age += 20 + (random.NextDouble() * 40);
        }

        return new(truth, [.. views.Select(Shared)], [.. reports]);
    }

    // Trees count what they did, times a factor of luck; what is measured held out has an error that does not vanish with the importance.
    private static Report ReportOf(Random random, int k, double[] seen, double age, double stated)
    {
        var (method, _, _, states) = Planted[k];
        var unit = Math.Exp(Normal.Sample(random, 0, 3));
        var relative = 0.05 + (0.2 * random.NextDouble());
        var floor = method is EvidenceMethod.Ablation or EvidenceMethod.Permutation ? 0.1 * relative / seen.Length : 0;
        var isStated = random.NextDouble() < states * stated;
        return new(method, age, [.. seen.Select(s =>
        {
            var error = (relative * s) + floor;
            return new Importance(unit * Normal.Sample(random, s, error), isStated ? unit * error : null);
        })]);
    }

    private static double[] Shared(double[] weights)
    {
        var sum = weights.Sum();
        return [.. weights.Select(w => w / sum)];
    }
}

internal sealed record Report(EvidenceMethod Method, double AgeDays, Importance[] Importances);

/// <summary>A model whose true shares are known, and what each method would say of it without any noise.</summary>
internal sealed record ReportedModel(double[] Truth, ImmutableArray<double[]> Views, ImmutableArray<Report> Reports)
{
    public const int Groups = 8;

    public ShareScale Scale => ShareScale.For(Truth.Length);

    /// <summary>The evidence on each feature, as the scoring run folds it.</summary>
    public (EvidenceMethod Method, MethodEvidence Evidence)[][] Evidence()
    {
        var byMethod = Reports.GroupBy(r => r.Method).Select(method => (method.Key, Reports: method.Select(report =>
        {
            if (Shares.Normalise(report.Importances, out var shares) is { } refusal)
                throw new InvalidOperationException(refusal.Detail);
            return shares.Select(share => MethodEvidence.Of(share, Scale, 0.04, report.AgeDays, 90)).ToArray();
        }).ToArray())).ToArray();
        return [.. Truth.Select((_, f) => byMethod.Select(m => (m.Key, MethodEvidence.Sum(m.Reports.Select(r => r[f])))).ToArray())];
    }
}
