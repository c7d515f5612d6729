using System.Text.Json;
using FeatureGovernance.Contracts;
using FeatureGovernance.Contracts.Registry;
using FeatureGovernance.Core;
using FeatureGovernance.Server.Access;
using FeatureGovernance.Server.Http;
using FeatureGovernance.Server.Storage;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace FeatureGovernance.Server.Registry;

/// <summary>Features by the hundred thousand: read as a stream, written in batches, in one transaction.</summary>
internal static class BulkRegistration
{
    private const int BatchSize = 5_000;
    private const int MostErrors = 1_000;

    [RequestSizeLimit(2L << 30)]
    public static async Task<Results<Ok<BulkResult>, Refused>> Post(HttpContext context, WriteTransaction write, CancellationToken cancellation)
    {
        var tally = new Tally(context.Caller(), write);
        await foreach (var line in NdjsonLines.ReadAsync(context.Request.BodyReader, cancellation))
            await tally.TakeAsync(line, cancellation);
        if (tally.Lines == 0)
            return (Refused)Problems.Malformed("body", "The body has no lines.", "Send one JSON object a line (application/x-ndjson).");
        return TypedResults.Ok(await tally.FinishAsync(cancellation));
    }

    private sealed class Tally(Caller caller, WriteTransaction write)
    {
        private readonly Dictionary<string, (long Line, FeatureDraft Draft)> batch = new(StringComparer.Ordinal);
        private readonly List<LineError> errors = [];
        private int created;
        private int updated;
        private int unchanged;
        private int failed;

        public long Lines { get; private set; }

        public async Task TakeAsync(NdjsonLine line, CancellationToken cancellation)
        {
            Lines++;
            var faults = new FieldFaults();
            FeatureDraft? draft = null;
            try
            {
                if (line.Fault is not null)
                    faults.Add("line", line.Fault, "Send lines of at most 1 MB.");
                else if (JsonSerializer.Deserialize<BulkFeature>(line.Text.Span, Json.Options) is { } body)
                    draft = FeatureDraft.Read(body.Key, body, faults);
                else
                    faults.Add("line", "The line is null.", "Send a JSON object.");
            }
            catch (JsonException exception)
            {
                var fault = JsonFaults.Describe(exception);
                faults.Add(fault.Field, fault.Message, fault.Remedy);
            }

            if (draft is null)
            {
                Fail(line.Number, faults.All);
                return;
            }

            if (batch.ContainsKey(draft.Key) || batch.Count == BatchSize)
                await FlushAsync(cancellation);
            batch[draft.Key] = (line.Number, draft);
        }

        public async Task<BulkResult> FinishAsync(CancellationToken cancellation)
        {
            await FlushAsync(cancellation);
            return new(created, updated, unchanged, failed, errors);
        }

        private async Task FlushAsync(CancellationToken cancellation)
        {
            var items = batch.Values.ToList();
            batch.Clear();
            var results = await FeatureRegistration.ApplyAsync(write, caller, items.ConvertAll(item => item.Draft), cancellation);
            for (var i = 0; i < results.Count; i++)
            {
                switch (results[i].Outcome)
                {
                    case Outcome.Created:
                        created++;
                        break;
                    case Outcome.Updated:
                        updated++;
                        break;
                    case Outcome.Unchanged:
                        unchanged++;
                        break;
                    case Outcome.Refused:
                        var refusal = results[i].Refusal!;
                        Fail(items[i].Line, refusal.Errors.IsEmpty ? [new("key", refusal.Detail)] : refusal.Errors);
                        break;
                }
            }
        }

        private void Fail(long line, IEnumerable<FieldError> faults)
        {
            failed++;
            errors.AddRange(faults.Take(MostErrors - errors.Count).Select(fault => new LineError(line, fault.Field, fault.Message, fault.Remedy)));
        }
    }
}
