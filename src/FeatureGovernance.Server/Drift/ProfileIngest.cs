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
    private const int SegmentBytes = 32 << 20;

    [RequestSizeLimit(2L << 30)]
    public static async Task<Results<Ok<ProfilesResult>, Refused>> Post(
        HttpContext context, WriteTransaction write, TelemetryNames names, bool? strict, CancellationToken cancellation)
    {
        await names.LoadAsync(write.Connection, cancellation);
        await ProfileLanding.PrepareAsync(write, cancellation);
        var errors = new List<FieldError>();
        var lines = new List<NdjsonLine>(Segment);
        var (received, failed, bytes) = (0, 0, 0L);
        await foreach (var line in NdjsonLines.ReadAsync(context.Request.BodyReader, cancellation))
        {
            received++;
            lines.Add(line with { Text = line.Text.ToArray() });
            bytes += line.Text.Length;
            if (lines.Count < Segment && bytes < SegmentBytes)
                continue;
            await LandAsync(write, names, Read(lines, write.Now, Fail), Fail, failed == 0, cancellation);
            bytes = 0;
        }

        await LandAsync(write, names, Read(lines, write.Now, Fail), Fail, failed == 0, cancellation);
        if (received == 0)
            return (Refused)Problems.Malformed("body", "The body has no lines.", "Send one JSON object a line (application/x-ndjson).");
        if (failed == 0)
        {
            foreach (var (line, key, version) in await ProfileLanding.UnknownVersionsAsync(write, MostErrors, cancellation))
                Fail(line, [new FieldError("version", $"There is no version {version} of '{key}'.", "Register the definition first, or leave the version out for the current one.")]);
        }

        if (failed > 0)
            return (Refused)new Refusal(RefusalKind.Malformed, "malformed-lines", $"{failed:N0} lines are at fault; nothing landed.", [.. errors]);
        var outside = await OutsideExpected.OfAsync(write, cancellation);
        if (strict == true && outside.Count > 0)
            return (Refused)new Refusal(RefusalKind.BrokenRule, "outside-expected",
                "Values lie outside what features were registered to have; nothing landed.", [.. outside]);
        var (landed, replaced) = await ProfileLanding.MergeAsync(write, cancellation);
        write.Record(NewEvent.Of("telemetry.profiles", "batch", received, $"{landed} profiles", null, new { received, landed, replaced }));
        return TypedResults.Ok(new ProfilesResult(received, landed,
            replaced) { Outside = [.. outside.Select(one => new OutsideValue((int)one.Line!, one.Field, one.Message))] });

        void Fail(long number, IEnumerable<FieldError> faults)
        {
            failed++;
            errors.AddRange(faults.Take(MostErrors - errors.Count).Select(fault => fault with { Line = (int)number }));
        }
    }

    // Sketches are checked item by item, which several processors share.
    private static List<ProfileLine> Read(List<NdjsonLine> lines, DateTimeOffset now, Action<long, IEnumerable<FieldError>> fail)
    {
        var read = new (ProfileLine? Line, FieldFaults Faults)[lines.Count];
        Parallel.For(0, lines.Count, i =>
        {
            var faults = new FieldFaults();
            read[i] = (ProfileLine.Read(lines[i], now, faults), faults);
        });
        for (var i = 0; i < read.Length; i++)
        {
            if (read[i].Line is null)
                fail(lines[i].Number, read[i].Faults.All);
        }

        lines.Clear();
        return [.. read.Select(one => one.Line).OfType<ProfileLine>()];
    }

    // Lines go on being read after a fault, so that all faults are told at once, but no longer to the database.
    private static async Task LandAsync(
        WriteTransaction write, TelemetryNames names, List<ProfileLine> batch, Action<long, IEnumerable<FieldError>> fail, bool lands,
        CancellationToken cancellation)
    {
        var unknown = batch.Select(line => line.Feature).Where(name => !names.TryFind(NameKind.Feature, name, out _)).Distinct().ToArray();
        if (unknown.Length > 0)
            await names.FindAsync(write.Connection, NameKind.Feature, unknown, cancellation);
        foreach (var line in batch.Where(line => !names.TryFind(NameKind.Feature, line.Feature, out _)))
            fail(line.Number, [new FieldError("feature", $"There is no feature '{Problems.Shorten(FieldFaults.Printable(line.Feature))}'.", "Register it first, or check the spelling.")]);
        if (lands && batch.Count > 0)
            await ProfileLanding.CopyAsync(write,
                batch.Select(line => (names.TryFind(NameKind.Feature, line.Feature, out var feature) ? feature : 0, line)), cancellation);
    }
}
