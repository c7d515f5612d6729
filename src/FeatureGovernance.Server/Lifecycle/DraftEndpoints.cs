using FeatureGovernance.Contracts.Lifecycle;
using FeatureGovernance.Core;
using FeatureGovernance.Server.Access;
using FeatureGovernance.Server.Audit;
using FeatureGovernance.Server.Http;
using FeatureGovernance.Server.Storage;
using Microsoft.AspNetCore.Http.HttpResults;

namespace FeatureGovernance.Server.Lifecycle;

/// <summary>What a team does with the proposals that were drafted for it.</summary>
internal static class DraftEndpoints
{
    private const int MostFeatures = 500;

    public static void MapDrafts(this RouteGroupBuilder api)
    {
        var drafts = api.MapGroup("/deprecations/drafts").WithTags("Deprecations");
        drafts.MapGet("", DraftQueries.List).Needs(Permission.Read).WithSummary("Proposals drafted from recommendations, newest first");
        drafts.MapGet("/{id:int}", DraftQueries.Get).Needs(Permission.Read).WithSummary("One draft, with the newest scores of its features");
        drafts.MapPost("/{id:int}/submit", Submit).Needs(Permission.ProposeDeprecation).Mutates().WithSummary("Make a draft a proposal");
        drafts.MapPost("/{id:int}/reject", Reject).Needs(Permission.ReviewDeprecation).Mutates()
            .WithSummary("Turn a draft down; its features are not drafted again until their evidence changes materially");
    }

    private static async Task<Results<Created<ProposalView>, Refused>> Submit(
        int id, DraftSubmission? body, HttpContext context, WriteTransaction write, ProposalRules rules, CancellationToken cancellation)
    {
        var faults = new FieldFaults();
        faults.Text("reason", body?.Reason, FieldFaults.LongText);
        var plan = PlanReader.Read(body?.Plan, null, rules.Policy, write.Now, faults);
        var (found, refusal) = await OpenAsync(id, body?.Features, Permission.ProposeDeprecation, context, write, faults, cancellation);
        if (found is null)
            return (Refused)refusal!;
        await Selection.CheckModelsAsync(write.Connection, plan, faults, cancellation);
        if (faults.Refusal is { } malformed)
            return (Refused)malformed;

        var keys = body?.Features is { } some ? [.. some] : found.View.Features.Select(feature => feature.Feature).ToList();
        var wish = Selection.Read(
            new() { Features = [.. keys.Select(key => new FeatureToGo(key, body?.Replacements?.GetValueOrDefault(key)))] }, required: true, faults);
        if (faults.Refusal is { } unfit)
            return (Refused)unfit;
        var chosen = await Selection.ChooseAsync(write.Connection, wish!, faults, cancellation) with { Words = $"draft {id}" };
        var actor = await context.ActorAsync(write.Connection, cancellation);
        var reason = body?.Reason?.Trim() is { Length: > 0 } given ? given : "Recommended by their scores; the reasons are in the evidence.";
        var decision = await Submission.SubmitAsync(write, actor, chosen, reason, plan, rules, cancellation);
        if (!decision.Accepted)
            return (Refused)decision.Refusal;

        await DraftStore.CloseAsync(write, id, DraftState.Submitted, reason, decision.Value.Id, cancellation);
        await RecordAsync(write, "draft.submitted", found.View, reason, cancellation);
        context.SetRevision(1);
        return TypedResults.Created($"/api/v1/deprecations/{decision.Value.Id}", decision.Value.View(write.Now));
    }

    private static async Task<Results<Ok<DraftView>, Refused>> Reject(
        int id, DraftRejection body, HttpContext context, WriteTransaction write, CancellationToken cancellation)
    {
        var faults = new FieldFaults();
        faults.Text("reason", body.Reason, FieldFaults.LongText, required: true);
        var (found, refusal) = await OpenAsync(id, body.Features, Permission.ReviewDeprecation, context, write, faults, cancellation);
        if (found is null)
            return (Refused)refusal!;

        var named = body.Features is null
            ? null
            : (await FeatureNames.FindAsync(write.Connection, body.Features, cancellation)).Values.Select(one => one.Id).ToHashSet();
        int[] rejected = [.. found.Stored.Features.Where(feature => named?.Contains(feature) ?? true)];
        int[] left = [.. found.Stored.Features.Except(rejected)];
        await Rejections.RememberAsync(write, rejected, body.Reason!.Trim(), cancellation);
        if (left.Length == 0)
            await DraftStore.CloseAsync(write, id, DraftState.Rejected, body.Reason!.Trim(), null, cancellation);
        else
            await DraftStore.KeepAsync(write, id, found.Stored.TeamId, left, cancellation);
        var after = await RecordAsync(write, "draft.rejected", found.View, body.Reason, cancellation);
        context.SetRevision(after.Revision);
        return TypedResults.Ok(after);
    }

    // The refusals that submitting and rejecting share, in the order: known, whole, yours, current, open.
    private static async Task<(Found? Found, Refusal? Refusal)> OpenAsync(
        int id, IReadOnlyList<string>? features, Permission permission, HttpContext context, WriteTransaction write, FieldFaults faults,
        CancellationToken cancellation)
    {
        if (features is not null)
            FeatureNames.Check("features", features, MostFeatures, faults);
        if (await DraftStore.LockAsync(write.Connection, id, cancellation) is not { } stored)
            return (null, Problems.NotFound("draft", id.ToString()));
        if (faults.Refusal is { } malformed)
            return (null, malformed);
        if (context.Caller().Refuses(permission, stored.TeamId, stored.Team) is { } notYours)
            return (null, notYours);
        if (context.Precondition(stored.Revision) is { } stale)
            return (null, stale);
        if (stored.State != DraftState.Open)
            return (null, new(RefusalKind.Conflict, "draft-closed", $"The draft is {Words.Of(stored.State)}."));
        var view = (await DraftQueries.FindAsync(write.Connection, id, cancellation))!;
        var keys = view.Features.Select(feature => feature.Feature).ToHashSet(StringComparer.Ordinal);
        for (var i = 0; i < (features?.Count ?? 0); i++)
            faults.Check(keys.Contains(features![i]), $"features[{i}]", $"The draft has no feature '{features[i]}'.",
                "Name features of this draft by their present keys.");
        return faults.Refusal is { } unknown ? (null, unknown) : (new(stored, view), null);
    }

    private static async Task<DraftView> RecordAsync(WriteTransaction write, string action, DraftView before, string? reason, CancellationToken cancellation)
    {
        var after = (await DraftQueries.FindAsync(write.Connection, before.Id, cancellation))!;
        write.Record(NewEvent.Of(action, "draft", before.Id, $"draft {before.Id}", before, after, reason));
        return after;
    }

    private sealed record Found(StoredDraft Stored, DraftView View);
}
