using System.Globalization;
using FeatureGovernance.Contracts.Drift;

namespace FeatureGovernance.Server.Drift.Pages;

/// <summary>What is drawn of values of one kind, and how it is called.</summary>
/// <param name="Fan">The measure whose distribution is drawn, with its unit.</param>
/// <param name="Distinct">What is counted once.</param>
/// <param name="Frequent">What is counted each time.</param>
/// <param name="Rates">Shares of values; those that are not always drawn only where there are some.</param>
internal sealed record ValueWords(string Fan, string Distinct, string Frequent, IReadOnlyList<(string Name, Func<ValueWindow, long> Of, bool Always)> Rates)
{
    private static readonly ValueWords Numbers = new("Distribution", "Distinct values", "Most frequent values", Shares("zero", "not a number"));
    private static readonly ValueWords Texts = new("Length of the texts in characters", "Distinct texts", "Most frequent texts",
        Shares("empty", "not a number"));
    private static readonly ValueWords Embeddings = new("Norm of the embeddings", "Distinct norms", "Dimensions of the embeddings",
        Shares("all zero", "incomplete"));

    public bool AreEmbeddings => this == Embeddings;

    /// <param name="values"><c>numbers</c>, <c>texts</c> or <c>embeddings</c>, as a window says.</param>
    public static ValueWords Of(string values) => values switch
    {
        "texts" => Texts,
        "embeddings" => Embeddings,
        _ => Numbers,
    };

    private static (string, Func<ValueWindow, long>, bool)[] Shares(string zero, string notNumber) =>
    [
        ("missing", window => window.Nulls, true), ("default", window => window.Defaults, true), (zero, window => window.Zeros, true),
        (notNumber, window => window.NotNumbers, false),
    ];
}

/// <summary>Ages in the unit that a person would take.</summary>
internal static class Ages
{
    private static readonly (string Name, double Seconds)[] Units = [("days", 86_400), ("hours", 3_600), ("minutes", 60), ("seconds", 1)];

    /// <summary>The largest unit of which an age has at least two.</summary>
    public static (string Name, double Seconds) UnitOf(double seconds) => Units.FirstOrDefault(unit => seconds >= 2 * unit.Seconds, Units[^1]);

    /// <summary>An age in words.</summary>
    public static string Of(double seconds)
    {
        var (name, size) = UnitOf(seconds);
        return string.Create(CultureInfo.InvariantCulture, $"{seconds / size:0.#} {name}");
    }
}
