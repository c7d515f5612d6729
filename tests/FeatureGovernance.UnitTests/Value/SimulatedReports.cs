using System.Collections.Immutable;
using FeatureGovernance.Core.Value;
using MathNet.Numerics.Distributions;

namespace FeatureGovernance.UnitTests.Value;

/// <summary>How the teams of a simulated organisation report.</summary>
/// <param name="Models">How many models.</param>
/// <param name="MostVersions">Each model has one to so many versions, each reported apart.</param>
/// <param name="Presence">How much of the reporting below is really done, from 0 to 1.</param>
/// <param name="Stated">How many of the errors that could be stated are, from 0 to 1.</param>
/// <param name="AblatesTop">Ablations are of so many features only, those that come first by a full report; 0 for all.</param>
internal sealed record ReportingHabits(int Models = 40, int MostVersions = 3, double Presence = 1, double Stated = 1, int AblatesTop = 0);

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

        return new(truth, [.. views.Select(Shared)],
            [.. reports.Select(r => habits.AblatesTop > 0 && r.Method == EvidenceMethod.Ablation ? TopOf(r, habits.AblatesTop, reports) : r)]);
    }

    // Whoever cannot afford to train without each feature does so without those that matter by what is known already.
    private static Report TopOf(Report report, int most, List<Report> all)
    {
        var known = all.Where(r => r.Method != EvidenceMethod.Ablation).OrderBy(r => r.Method).ThenBy(r => r.AgeDays).FirstOrDefault() ?? report;
        int[] named = [.. report.Named.OrderByDescending(f => known.Importances[f].Value).Take(most).Order()];
        return report with { Importances = [.. named.Select(f => report.Importances[f])], Named = named };
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
        })], [.. Enumerable.Range(0, seen.Length)]);
    }

    private static double[] Shared(double[] weights)
    {
        var sum = weights.Sum();
        return [.. weights.Select(w => w / sum)];
    }
}

/// <param name="Importances">One of each feature in <paramref name="Named"/>.</param>
internal sealed record Report(EvidenceMethod Method, double AgeDays, Importance[] Importances, int[] Named);

/// <summary>A model whose true shares are known, and what each method would say of it without any noise.</summary>
internal sealed record ReportedModel(double[] Truth, ImmutableArray<double[]> Views, ImmutableArray<Report> Reports)
{
    public const int Groups = 8;

    public ShareScale Scale => ShareScale.For(Truth.Length);

    /// <summary>The evidence on each feature, as the scoring run folds it.</summary>
    public (EvidenceMethod Method, MethodEvidence Evidence)[][] Evidence()
    {
        var shared = Reports.Select(report => Shares.Normalise(report.Importances, out var shares) is { } refusal
            ? throw new InvalidOperationException(refusal.Detail)
            : (Report: report, Shares: shares)).ToArray();
        var fuller = FullerEvidence.Of(
            shared.Where(r => r.Report.Named.Length == Truth.Length)
                .Select(r => (r.Report.Method, r.Report.AgeDays, (IReadOnlyList<double>)[.. r.Shares.Select(s => s.Value)])), 90);
        var found = Truth.Select(_ => new List<(EvidenceMethod Method, MethodEvidence Evidence)>()).ToArray();
        foreach (var (report, shares) in shared)
        {
            var mass = report.Named.Length == Truth.Length ? ReportMass.All : fuller?.MassOf(report.Named) ?? ReportMass.Unknown(report.Named.Length, Truth.Length);
            for (var i = 0; i < shares.Length; i++)
                found[report.Named[i]].Add((report.Method, MethodEvidence.Of(shares[i], Scale, 0.04, report.AgeDays, 90, mass)));
        }

        return [.. found.Select(all => all.GroupBy(e => e.Method)
            .Select(method => (method.Key, MethodEvidence.Sum(method.Select(e => e.Evidence)))).ToArray())];
    }
}
