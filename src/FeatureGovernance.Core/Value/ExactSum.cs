namespace FeatureGovernance.Core.Value;

/// <summary>
/// Sums that do not depend on the order of the terms to within one unit in the last place: terms are sorted, then added with Neumaier's
/// compensation (Neumaier 1974, "Rundungsfehleranalyse einiger Verfahren zur Summation endlicher Summen").
/// </summary>
public static class ExactSum
{
    /// <summary>The sum of finite terms; 0 for none.</summary>
    public static double Of(IEnumerable<double> terms)
    {
        var sorted = terms.ToArray();
        Array.Sort(sorted);
        double sum = 0, lost = 0;
        foreach (var term in sorted)
        {
            var next = sum + term;
            lost += Math.Abs(sum) >= Math.Abs(term) ? sum - next + term : term - next + sum;
            sum = next;
        }

        return sum + lost;
    }
}
