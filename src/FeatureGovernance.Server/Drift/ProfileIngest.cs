using FeatureGovernance.Contracts.Drift;
using FeatureGovernance.Core;
using FeatureGovernance.Server.Audit;
using FeatureGovernance.Server.Http;
using FeatureGovernance.Server.Storage;
using FeatureGovernance.Server.Telemetry;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Npgsql;
using NpgsqlTypes;

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
        await PrepareAsync(write, cancellation);
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
        var (landed, replaced) = await MergeAsync(write, cancellation);
        write.Record(NewEvent.Of("telemetry.profiles", "batch", received, $"{landed} profiles", null, new { received, landed, replaced }));
        return TypedResults.Ok(new ProfilesResult(received, landed, replaced));

        void Fail(long number, IEnumerable<FieldError> faults)
        {
            failed++;
            errors.AddRange(faults.Take(MostErrors - errors.Count).Select(fault => fault with { Line = (int)number }));
        }
    }

    private static async Task PrepareAsync(WriteTransaction write, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            "create temp table profile_line (like drift.profile, line int not null) on commit drop; alter table profile_line alter column version drop not null",
            write.Connection);
        await command.ExecuteNonQueryAsync(cancellation);
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
            await CopyAsync(write, names, batch, cancellation);
        batch.Clear();
    }

    private static async Task CopyAsync(WriteTransaction write, TelemetryNames names, List<ProfileLine> batch, CancellationToken cancellation)
    {
        await using var copy = await write.Connection.BeginBinaryImportAsync(
            "copy profile_line (feature_id, length, starts, site, version, segment, kind, count, nulls, defaults, mean, variance, zeros, nans, distinct_values, quantiles, frequent_values, frequent_counts, lag_seconds, content, line) from stdin (format binary)",
            cancellation);
        foreach (var line in batch)
        {
            if (!names.TryFind(NameKind.Feature, line.Feature, out var feature))
                continue;
            await copy.StartRowAsync(cancellation);
            await copy.WriteAsync(feature, NpgsqlDbType.Integer, cancellation);
            await copy.WriteAsync((short)line.Length, NpgsqlDbType.Smallint, cancellation);
            await copy.WriteAsync(line.Start, NpgsqlDbType.TimestampTz, cancellation);
            await copy.WriteAsync((short)line.Site, NpgsqlDbType.Smallint, cancellation);
            await WriteAsync(line.Version, NpgsqlDbType.Integer);
            await copy.WriteAsync(line.Segment, NpgsqlDbType.Text, cancellation);
            await copy.WriteAsync(line.Profile.Kind, NpgsqlDbType.Smallint, cancellation);
            await copy.WriteAsync(line.Profile.Counts.All, NpgsqlDbType.Bigint, cancellation);
            await copy.WriteAsync(line.Profile.Counts.Nulls, NpgsqlDbType.Bigint, cancellation);
            await copy.WriteAsync(line.Profile.Counts.Defaults, NpgsqlDbType.Bigint, cancellation);
            await WriteAsync(line.Profile.Moments.Count > 0 ? line.Profile.Moments.Mean : (double?)null, NpgsqlDbType.Double);
            await WriteAsync(line.Profile.Moments.Count > 1 ? line.Profile.Moments.Variance : (double?)null, NpgsqlDbType.Double);
            await copy.WriteAsync(line.Profile.Summary.Zeros, NpgsqlDbType.Bigint, cancellation);
            await copy.WriteAsync(line.Profile.Summary.NaNs, NpgsqlDbType.Bigint, cancellation);
            await copy.WriteAsync(line.Profile.Summary.Distinct, NpgsqlDbType.Double, cancellation);
            await copy.WriteAsync(line.Profile.Summary.Quantiles, NpgsqlDbType.Array | NpgsqlDbType.Double, cancellation);
            await copy.WriteAsync(line.Profile.Summary.FrequentValues, NpgsqlDbType.Array | NpgsqlDbType.Text, cancellation);
            await copy.WriteAsync(line.Profile.Summary.FrequentCounts, NpgsqlDbType.Array | NpgsqlDbType.Bigint, cancellation);
            await WriteAsync(line.LagSeconds, NpgsqlDbType.Double);
            await copy.WriteAsync(line.Profile.Content, NpgsqlDbType.Bytea, cancellation);
            await copy.WriteAsync((int)line.Number, NpgsqlDbType.Integer, cancellation);
        }

        await copy.CompleteAsync(cancellation);

        Task WriteAsync<T>(T? value, NpgsqlDbType type)
            where T : struct =>
            value is { } present ? copy.WriteAsync(present, type, cancellation) : copy.WriteNullAsync(cancellation);
    }

    // Of two lines for one window the later holds, as if they had been sent one after the other.
    private static async Task<(int Landed, int Replaced)> MergeAsync(WriteTransaction write, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            """
            select drift.ensure_month(month) from (select distinct date_trunc('month', starts at time zone 'UTC')::date as month from profile_line order by 1) months;
            with ready as (
                select distinct on (l.feature_id, length, starts, site, segment, coalesce(l.version, f.current_version))
                       l.feature_id, length, starts, site, coalesce(l.version, f.current_version) as version, segment, l.kind, count, nulls, defaults, mean, variance,
                       zeros, nans, distinct_values, quantiles, frequent_values, frequent_counts, lag_seconds, content
                from profile_line l join registry.feature f on f.id = l.feature_id
                order by l.feature_id, length, starts, site, segment, coalesce(l.version, f.current_version), line desc),
            former as (
                select count(*) as rows from drift.profile p join ready r using (feature_id, length, starts, site, segment, version)),
            written as (
                insert into drift.profile (feature_id, length, starts, site, version, segment, kind, count, nulls, defaults, mean, variance,
                       zeros, nans, distinct_values, quantiles, frequent_values, frequent_counts, lag_seconds, content)
                select * from ready
                on conflict (feature_id, length, starts, site, segment, version) do update
                set kind = excluded.kind, count = excluded.count, nulls = excluded.nulls, defaults = excluded.defaults,
                    mean = excluded.mean, variance = excluded.variance,
                    zeros = excluded.zeros, nans = excluded.nans, distinct_values = excluded.distinct_values, quantiles = excluded.quantiles,
                    frequent_values = excluded.frequent_values, frequent_counts = excluded.frequent_counts, lag_seconds = excluded.lag_seconds, content = excluded.content
                returning 1)
            select (select count(*) from written)::int, (select rows from former)::int
            """, write.Connection);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        await reader.NextResultAsync(cancellation);
        await reader.ReadAsync(cancellation);
        return (reader.GetInt32(0), reader.GetInt32(1));
    }
}
