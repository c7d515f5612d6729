using FeatureGovernance.Contracts.Drift;
using FeatureGovernance.Core;
using FeatureGovernance.Server.Audit;
using FeatureGovernance.Server.Http;
using FeatureGovernance.Server.Storage;
using FeatureGovernance.Server.Telemetry;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace FeatureGovernance.Server.Drift;

/// <summary>Takes a batch of profiles: all of it, or, where one line is at fault, nothing.</summary>
internal static class ProfileIngest
{
    private const int MostErrors = 1_000;
    private const int Segment = 2_000;

    [RequestSizeLimit(2L << 30)]
    public static async Task<Results<Ok<ProfilesResult>, Refused>> Post(
        HttpContext context, WriteTransaction write, TelemetryNames names, CancellationToken cancellation)
    {
        await names.LoadAsync(write.Connection, cancellation);
        await ProfileLanding.PrepareAsync(write, cancellation);
        var errors = new List<FieldError>();
        var batch = new List<ProfileLine>(Segment);
        var (received, failed) = (0, 0);
        await foreach (var line in NdjsonLines.ReadAsync(context.Request.BodyReader, cancellation))
        {
            received++;
            var faults = new FieldFaults();
            if (ProfileLine.Read(line, write.Now, faults) is { } read)
                batch.Add(read);
            else
                Fail(line.Number, faults.All);
            if (batch.Count == Segment)
                await LandAsync(write, names, batch, Fail, failed == 0, cancellation);
        }

        await LandAsync(write, names, batch, Fail, failed == 0, cancellation);
        if (received == 0)
            return (Refused)Problems.Malformed("body", "The body has no lines.", "Send one JSON object a line (application/x-ndjson).");
        if (failed > 0)
            return (Refused)new Refusal(RefusalKind.Malformed, "malformed-lines", $"{failed:N0} lines are at fault; nothing landed.", [.. errors]);
        var (landed, replaced) = await ProfileLanding.MergeAsync(write, cancellation);
        write.Record(NewEvent.Of("telemetry.profiles", "batch", received, $"{landed} profiles", null, new { received, landed, replaced }));
        return TypedResults.Ok(new ProfilesResult(received, landed, replaced));

        void Fail(long number, IEnumerable<FieldError> faults)
        {
            failed++;
            errors.AddRange(faults.Take(MostErrors - errors.Count).Select(fault => fault with { Line = (int)number }));
        }
    }

    // Lines go on being read after a fault, so that all faults are told at once, but no longer to the database.
    private static async Task LandAsync(
        WriteTransaction write, TelemetryNames names, List<ProfileLine> batch, Action<long, IEnumerable<FieldError>> fail, bool lands, CancellationToken cancellation)
    {
        var unknown = batch.Select(line => line.Feature).Where(name => !names.TryFind(NameKind.Feature, name, out _)).Distinct().ToArray();
        if (unknown.Length > 0)
            await names.FindAsync(write.Connection, NameKind.Feature, unknown, cancellation);
        foreach (var line in batch.Where(line => !names.TryFind(NameKind.Feature, line.Feature, out _)))
            fail(line.Number, [new FieldError("feature", $"There is no feature '{Problems.Shorten(FieldFaults.Printable(line.Feature))}'.", "Register it first, or check the spelling.")]);
        if (lands && batch.Count > 0)
            await ProfileLanding.CopyAsync(write, batch.Select(line => (names.TryFind(NameKind.Feature, line.Feature, out var feature) ? feature : 0, line)), cancellation);
        batch.Clear();
    }
}
