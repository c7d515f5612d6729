using FeatureGovernance.Contracts.Lifecycle;
using FeatureGovernance.Contracts.Value;
using FeatureGovernance.Core.Lifecycle;
using FeatureGovernance.Server.Http;
using FeatureGovernance.Server.Pages;
using FeatureGovernance.Server.Storage;
using FeatureGovernance.Server.Value;
using Npgsql;

namespace FeatureGovernance.Server.Lifecycle.Pages;

/// <summary>A proposal as it is being written; after a refusal with everything that was typed.</summary>
public sealed record ProposingModel(
    IReadOnlyList<Candidate> Features, string Reason, int NoticeDays, int LeastNoticeDays, bool Fades, Complaint? Complaint);

/// <summary>A feature about to be proposed, with what argues for it.</summary>
/// <param name="Why">The reasons of its newest score, in sentences.</param>
public sealed record Candidate(string Feature, string? Replacement, FeatureScoreView? Score, IReadOnlyList<string> Why);

internal static class Proposing
{
    private const int MostFeatures = 100;

    public static async Task<IResult> Get(HttpContext context, NpgsqlDataSource source, LifecyclePolicy policy, CancellationToken cancellation)
    {
        string[] keys = [.. context.Request.Query["feature"].OfType<string>().Distinct().Take(MostFeatures)];
        var features = await CandidatesAsync(keys, _ => null, source, cancellation);
        var why = features.SelectMany(one => one.Why).FirstOrDefault() ?? "";
        return Rendered.As<ProposingPage>(new ProposingModel(features, why, policy.MinimumNoticeDays, policy.MinimumNoticeDays, true, null));
    }

    public static async Task<IResult> Post(
        HttpContext context, WriteTransaction write, NpgsqlDataSource source, ProposalRules rules, CancellationToken cancellation)
    {
        var form = await context.Request.ReadFormAsync(cancellation);
        string[] keys = [.. form["feature"].OfType<string>().Distinct().Take(MostFeatures)];
        var notice = int.TryParse(form["notice"], out var days) ? days : rules.Policy.MinimumNoticeDays;
        var fades = form["brownout"] == "fade";
        var body = new ProposalRequest
        {
            Features = [.. keys.Select(key => new FeatureToGo(key, form.Field($"replacement {key}")))],
            Reason = form.Field("reason"),
            Plan = new() { NoticeDays = notice, Brownout = fades ? Fade() : null },
        };
        var answer = await DeprecationEndpoints.Post(body, context, write, rules, cancellation);
        if (answer.Take(out ProposalView made, out var refusal))
            return Rendered.See(context, $"/deprecations/{made.Id}");
        var features = await CandidatesAsync(keys, key => form.Field($"replacement {key}"), source, cancellation);
        return Rendered.As<ProposingPage>(
            new ProposingModel(features, body.Reason ?? "", notice, rules.Policy.MinimumNoticeDays, fades, Complaint.Of(refusal)),
            Problems.Status(refusal.Kind));
    }

    private static BrownoutBody Fade() => new()
    {
        Type = "fade", Steps = [new("PT0H", 0.5), new("PT24H", 0.1), new("PT48H", 0)], Hold = "PT24H",
    };

    private static async Task<List<Candidate>> CandidatesAsync(
        string[] keys, Func<string, string?> replacement, NpgsqlDataSource source, CancellationToken cancellation)
    {
        var scores = await ScoreQueries.OfAsync(keys, source, cancellation);
        return [.. keys.Select(key => scores.TryGetValue(key, out var score)
            ? new Candidate(key, replacement(key), score, [.. score.Reasons.Select(reason => reason.Sentence)])
            : new Candidate(key, replacement(key), null, []))];
    }
}
