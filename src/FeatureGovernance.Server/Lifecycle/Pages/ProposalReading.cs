using System.Text.Json;
using FeatureGovernance.Contracts.Lifecycle;
using FeatureGovernance.Core;
using FeatureGovernance.Core.Lifecycle;
using FeatureGovernance.Server.Access;
using FeatureGovernance.Server.Http;
using FeatureGovernance.Server.Pages;
using Npgsql;

namespace FeatureGovernance.Server.Lifecycle.Pages;

/// <summary>A proposal as a reviewer needs it, with the steps that the caller may take.</summary>
/// <param name="Stake">What was known of all features together at submission.</param>
/// <param name="MayReviewFor">The required teams that the caller may vote for; empty where he may not vote.</param>
/// <param name="Kept">What was typed into the form that was turned down, by field.</param>
public sealed record ProposalModel(
    ProposalView Proposal, Stake Stake, IReadOnlyList<EvidenceRow> Evidence, VerificationView? Verification, MigrationProgress? Migration, FadeChart Chart,
    IReadOnlyList<string> MayReviewFor, bool MayWithdraw, bool MayRollBack, bool MayAdvance, IReadOnlyList<int> MayResolve,
    Complaint? Complaint, IReadOnlyDictionary<string, string> Kept);

/// <summary>What the proposal puts at stake, and what it saves.</summary>
public sealed record Stake(double? Value, double? ValueLower, double? ValueUpper, double? SavingPerDay, int Models, int Teams, double? ReplacementCoverage);

/// <summary>What was known of one feature at submission.</summary>
public sealed record EvidenceRow(
    string Feature, string Owner, string? Replacement, double? Value, double? Lower, double? Upper, double? CostPerDay, IReadOnlyList<string> Readers);

internal static class ProposalReading
{
    public static async Task<IResult> Get(
        int id, HttpContext context, NpgsqlDataSource source, ProposalRules rules, TimeProvider clock, CancellationToken cancellation) =>
        await ModelAsync(id, context, source, rules, clock, cancellation) is { } model
            ? Rendered.As<ProposalPage>(model)
            : (Refused)Problems.NotFound("deprecation", $"{id}");

    /// <summary>The page again, as things stand now, with the complaint and what was typed.</summary>
    public static async Task<IResult> AgainAsync(
        int id, Refusal refusal, IFormCollection form, HttpContext context, NpgsqlDataSource source, ProposalRules rules, TimeProvider clock,
        CancellationToken cancellation) =>
        await ModelAsync(id, context, source, rules, clock, cancellation) is { } model
            ? Rendered.As<ProposalPage>(
                model with { Complaint = Complaint.Of(refusal), Kept = form.ToDictionary(field => field.Key, field => field.Value.ToString(), StringComparer.Ordinal) },
                Problems.Status(refusal.Kind))
            : (Refused)refusal;

    private static async Task<ProposalModel?> ModelAsync(
        int id, HttpContext context, NpgsqlDataSource source, ProposalRules rules, TimeProvider clock, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        if (await ProposalStore.FindAsync(connection, id, cancellation) is not { } stored)
            return null;
        await using var command = new NpgsqlCommand("select evidence::text from lifecycle.proposal where id = $1", connection);
        command.Parameters.Add(new() { Value = id });
        var evidence = Json.Read<JsonElement>((string)(await command.ExecuteScalarAsync(cancellation))!);
        var now = clock.GetUtcNow();
        var proposal = stored.Proposal;
        var actor = await context.ActorAsync(connection, cancellation);
        var role = context.Caller().Role;
        var verification = proposal.IsOpen ? (await Verification.Get(id, source, rules, clock, cancellation)).Or<VerificationView>() : null;
        var migration = proposal.IsOpen ? (await MigrationQueries.Progress(id, source, clock, cancellation)).Or<MigrationProgress>() : null;
        var mayPropose = Permissions.Of(role, Permission.ProposeDeprecation) != Reach.None;
        var mayReview = Permissions.Of(role, Permission.ReviewDeprecation) != Reach.None;
        return new(
            stored.View(now), StakeOf(evidence), Rows(evidence), verification, migration, FadeChart.Of(proposal, now),
            // The rules themselves are asked, so that a button is shown exactly where pressing it would do.
            mayReview ? [.. proposal.Reviews.Select(review => review.Team).Where(team => Reviewing.Vote(proposal, actor, ReviewDecision.Abstain, "", now, team).Accepted)] : [],
            mayPropose && Deprecation.Withdraw(proposal, actor, "?", now).Accepted,
            mayPropose && proposal.State is > ProposalState.Submitted and < ProposalState.Removed
                && (actor.IsAdmin || actor.Id == proposal.Proposer || proposal.Reviews.Any(review => actor.LeadsTeam(review.Team))),
            mayPropose && proposal.IsOpen && (actor.IsAdmin || actor.Id == proposal.Proposer || proposal.Reviews.Any(review => actor.LeadsTeam(review.Team))),
            mayReview
                ? [.. proposal.Objections.Select(one => one.Number).Where(number => Reviewing.ResolveObjection(proposal, number, actor, "?", now).Accepted)]
                : [],
            null, new Dictionary<string, string>());
    }

    private static Stake StakeOf(JsonElement evidence) => evidence.TryGetProperty("impact", out var impact)
        ? new(Number(impact, "value"), Number(impact, "valueLower"), Number(impact, "valueUpper"),
            Number(impact, "savingPerDayCorrected") ?? Number(impact, "savingPerDay"), Length(impact, "models"), Length(impact, "teams"),
            Number(impact, "replacementCoverage"))
        : new(null, null, null, null, 0, 0, null);

    private static List<EvidenceRow> Rows(JsonElement evidence) => !evidence.TryGetProperty("features", out var features)
        ? []
        : [.. features.EnumerateArray().Take(100).Select(row => new EvidenceRow(
            row.GetProperty("feature").GetString()!, row.GetProperty("owner").GetString()!,
            row.TryGetProperty("replacement", out var other) ? other.GetString() : null,
            Number(row, "value"), Number(row, "valueLower"), Number(row, "valueUpper"), Number(row, "costPerDay"),
            [.. row.GetProperty("liveReaders").EnumerateArray().Select(reader => $"{reader.GetProperty("model").GetString()}").Distinct()]))];

    private static double? Number(JsonElement from, string name) =>
        from.TryGetProperty(name, out var found) && found.ValueKind == JsonValueKind.Number ? found.GetDouble() : null;

    private static int Length(JsonElement from, string name) =>
        from.TryGetProperty(name, out var found) && found.ValueKind == JsonValueKind.Array ? found.GetArrayLength() : 0;
}
