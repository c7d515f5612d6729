using FeatureGovernance.Contracts.Lifecycle;
using FeatureGovernance.Contracts.Registry;
using FeatureGovernance.Core.Lifecycle;
using FeatureGovernance.Server.Access;
using FeatureGovernance.Server.Http;
using FeatureGovernance.Server.Registry;
using FeatureGovernance.Server.Standards;
using FeatureGovernance.Server.Storage;
using Microsoft.AspNetCore.Http.HttpResults;

namespace FeatureGovernance.Server.Lifecycle;

internal static class TransitionEndpoints
{
    public static void MapTransitions(this RouteGroupBuilder api)
    {
        api.MapPost("/features/{key}/transitions", Post).Needs(Permission.MoveStage).Mutates().WithTags("Features")
            .WithSummary("Take a feature to another stage; a refusal lists every condition that is not met");
        api.MapPost("/features/transitions", BulkTransitions.Post).Needs(Permission.MoveStage).Mutates().WithTags("Features")
            .Accepts<BulkTransition>("application/x-ndjson")
            .WithSummary("Take many features to other stages; what is refused is reported by line, the rest lands");
    }

    private static async Task<Results<Ok<FeatureView>, Refused>> Post(
        string key, TransitionRequest body, HttpContext context, WriteTransaction write, LifecyclePolicy policy, StandardGate standards,
        CancellationToken cancellation)
    {
        var faults = new FieldFaults();
        var to = faults.Word<Stage>("to", body.To);
        faults.Check(body.To is not null, "to", "The field is required.", $"Use one of: {Core.Words<Stage>.All}.");
        faults.Text("reason", body.Reason, FieldFaults.LongText, required: true);
        faults.Text("whyNot", body.WhyNot, FieldFaults.LongText);
        if (faults.Refusal is { } malformed)
            return (Refused)malformed;
        if (await FeatureRow.FindAsync(write.Connection, key, cancellation) is not { } found)
            return (Refused)Problems.NotFound("feature", FieldFaults.Printable(key));

        await FeatureNames.LockAsync(write.Connection, [found.Id], cancellation);
        var row = (await FeatureRow.ByIdAsync(write.Connection, [found.Id], cancellation))[0];
        if (context.Precondition(row.Revision) is { } stale)
            return (Refused)stale;
        var facts = await FeatureFactsQuery.LoadAsync(write.Connection, [row.Id], policy, write.Now, cancellation);
        var actor = await context.ActorAsync(write.Connection, cancellation);
        var feature = facts.ById[row.Id] with { StandardErrors = await standards.ErrorsAsync(write, row, to!.Value, body.WhyNot, cancellation) };
        var decision = Transitions.Decide(feature, to.Value, actor, policy, write.Now, body.Override is true ? new(body.Reason!) : null);
        if (!decision.Accepted)
            return (Refused)decision.Refusal;

        await StageChanges.ApplyAsync(write, new Dictionary<int, StageChange> { [row.Id] = decision.Value }, new Dictionary<int, int>(), body.Reason,
            null, cancellation);
        var moved = (await FeatureRow.ByIdAsync(write.Connection, [row.Id], cancellation))[0];
        context.SetRevision(moved.Revision);
        return TypedResults.Ok(moved.View());
    }
}
