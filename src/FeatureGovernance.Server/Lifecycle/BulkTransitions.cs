using System.Text.Json;
using FeatureGovernance.Contracts;
using FeatureGovernance.Contracts.Lifecycle;
using FeatureGovernance.Core;
using FeatureGovernance.Core.Lifecycle;
using FeatureGovernance.Core.Registry;
using FeatureGovernance.Server.Http;
using FeatureGovernance.Server.Storage;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace FeatureGovernance.Server.Lifecycle;

/// <summary>
/// Steps of many features, each decided by the same rules as a single one; read as a stream, in one transaction. A feature may be named
/// again for its next step.
/// </summary>
internal static class BulkTransitions
{
    private const int BatchSize = 2_000;
    private const int MostErrors = 1_000;

    [RequestSizeLimit(256L << 20)]
    public static async Task<Results<Ok<BulkTransitionResult>, Refused>> Post(
        HttpContext context, WriteTransaction write, LifecyclePolicy policy, CancellationToken cancellation)
    {
        var tally = new Tally(write, await context.ActorAsync(write.Connection, cancellation), policy);
        await foreach (var line in NdjsonLines.ReadAsync(context.Request.BodyReader, cancellation))
            await tally.TakeAsync(line, cancellation);
        if (tally.Lines == 0)
            return (Refused)Problems.Malformed("body", "The body has no lines.", "Send one JSON object a line (application/x-ndjson).");
        return TypedResults.Ok(await tally.FinishAsync(cancellation));
    }

    private sealed record Wish(long Line, string Feature, Stage To, string Reason, bool Override);

    private sealed class Tally(WriteTransaction write, Actor actor, LifecyclePolicy policy)
    {
        private readonly Dictionary<string, Wish> batch = new(StringComparer.Ordinal);
        private readonly List<LineError> errors = [];
        private int moved;
        private int failed;

        public long Lines { get; private set; }

        public async Task TakeAsync(NdjsonLine line, CancellationToken cancellation)
        {
            Lines++;
            var faults = new FieldFaults();
            if (Read(line, faults) is not { } wish)
            {
                Fail(line.Number, faults.All);
                return;
            }

            if (batch.ContainsKey(wish.Feature) || batch.Count == BatchSize)
                await FlushAsync(cancellation);
            batch[wish.Feature] = wish;
        }

        public async Task<BulkTransitionResult> FinishAsync(CancellationToken cancellation)
        {
            await FlushAsync(cancellation);
            return new(moved, failed, errors);
        }

        private static Wish? Read(NdjsonLine line, FieldFaults faults)
        {
            BulkTransition? body = null;
            if (line.Fault is not null)
            {
                faults.Add("line", line.Fault, "Send lines of at most 1 MB.");
                return null;
            }

            try
            {
                body = JsonSerializer.Deserialize<BulkTransition>(line.Text.Span, Json.Options);
            }
            catch (JsonException exception)
            {
                var fault = JsonFaults.Describe(exception);
                faults.Add(fault.Field, fault.Message, fault.Remedy);
                return null;
            }

            faults.Check(FeatureKey.TryParse(body?.Feature, out _), "feature", "The line names no feature.", $"Use {FeatureKey.Form}.");
            var to = faults.Word<Stage>("to", body?.To);
            faults.Check(body?.To is not null, "to", "The field is required.", $"Use one of: {Words<Stage>.All}.");
            faults.Text("reason", body?.Reason, FieldFaults.LongText, required: true);
            return faults.Any ? null : new(line.Number, body!.Feature!, to!.Value, body.Reason!, body.Override is true);
        }

        private async Task FlushAsync(CancellationToken cancellation)
        {
            if (batch.Count == 0)
                return;
            var found = await FeatureNames.FindAsync(write.Connection, batch.Keys, cancellation);
            int[] ids = [.. found.Values.Select(feature => feature.Id).Distinct()];
            await FeatureNames.LockAsync(write.Connection, ids, cancellation);
            var facts = await FeatureFactsQuery.LoadAsync(write.Connection, ids, policy, write.Now, cancellation);
            var accepted = new Dictionary<int, (Wish Wish, StageChange Change)>();
            foreach (var wish in batch.Values)
            {
                if (!found.TryGetValue(wish.Feature, out var feature))
                    Fail(wish.Line, [new("feature", $"There is no feature '{wish.Feature}'.", "Check the name.")]);
                else if (accepted.ContainsKey(feature.Id))
                    Fail(wish.Line, [new("feature", $"'{wish.Feature}' is named twice, by its present and by a former key.", $"Use {feature.Key} throughout.")]);
                else if (Transitions.Decide(facts.ById[feature.Id], wish.To, actor, policy, write.Now, wish.Override ? new(wish.Reason) : null) is var decision && decision.Accepted)
                    accepted.Add(feature.Id, (wish, decision.Value));
                else
                    Fail(wish.Line, decision.Refusal!.Errors.IsEmpty ? [new("to", decision.Refusal.Detail)] : decision.Refusal.Errors);
            }

            foreach (var reason in accepted.GroupBy(one => one.Value.Wish.Reason))
            {
                await StageChanges.ApplyAsync(write, reason.ToDictionary(one => one.Key, one => one.Value.Change),
                    new Dictionary<int, int>(), reason.Key, null, cancellation);
            }

            moved += accepted.Count;
            batch.Clear();
        }

        private void Fail(long line, IEnumerable<FieldError> faults)
        {
            failed++;
            errors.AddRange(faults.Take(MostErrors - errors.Count).Select(fault => new LineError(line, fault.Field, fault.Message, fault.Remedy)));
        }
    }
}
