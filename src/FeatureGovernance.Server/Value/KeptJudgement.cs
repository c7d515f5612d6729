namespace FeatureGovernance.Server.Value;

/// <summary>What a score's JSON says.</summary>
internal sealed record KeptJudgement(IReadOnlyList<string> Classes, IReadOnlyList<KeptReason> Reasons, IReadOnlyList<string> Unknown)
{
    public string? Twin { get; init; }
    public double? Similarity { get; init; }
    public double? YearlyTrend { get; init; }
    public double? YearlyTrendStandardError { get; init; }

    /// <summary>From the day of the run on.</summary>
    public double? DaysToFloor { get; init; }
}

internal sealed record KeptReason(string Code, string Sentence, double Confidence, Dictionary<string, double> Numbers);
