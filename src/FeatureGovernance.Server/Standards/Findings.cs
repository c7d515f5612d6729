using FeatureGovernance.Contracts.Standards;
using FeatureGovernance.Core;
using FeatureGovernance.Core.Lifecycle;
using FeatureGovernance.Core.Standards;

namespace FeatureGovernance.Server.Standards;

/// <summary>Verdicts as the API shows them.</summary>
internal static class Findings
{
    public static RuleFinding View(this RuleVerdict verdict) => new(
        verdict.Rule.Id, verdict.Standard.Standard.Name, Words.Of(verdict.Level),
        verdict.Exemption is not null ? "exempt" : verdict.Failed ? "failed" : Words.Of(verdict.Standing),
        verdict.Message, verdict.Detail, verdict.Rule.Remedy, verdict.GraceUntil, verdict.Exemption?.Id, verdict.Exemption?.ExpiresAt);

    public static string Verdict(IEnumerable<RuleVerdict> verdicts) =>
        verdicts.Where(verdict => verdict.Failed).Select(verdict => verdict.Level).DefaultIfEmpty().Max() switch
    {
        RuleLevel.Error => "fail",
        RuleLevel.Warn => "warn",
        RuleLevel.Info => "pass",
    };
}
