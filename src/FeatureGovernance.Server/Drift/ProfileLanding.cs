using FeatureGovernance.Server.Storage;
using Npgsql;
using NpgsqlTypes;

namespace FeatureGovernance.Server.Drift;

/// <summary>Brings profiles by COPY into a temporary table, and from there into the table of profiles, in the caller's transaction.</summary>
internal static class ProfileLanding
{
    /// <summary>Makes the temporary table, for the rest of the transaction.</summary>
    public static async Task PrepareAsync(WriteTransaction write, CancellationToken cancellation)
    {
        // Content is packed: PostgreSQL would only try to compress it again.
        await using var command = new NpgsqlCommand("""
            create temp table profile_line (like drift.profile including storage, least float8, most float8, line int not null) on commit drop;
            alter table profile_line alter column version drop not null
            """, write.Connection);
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>Brings profiles of features, by number, into the temporary table.</summary>
    public static async Task CopyAsync(WriteTransaction write, IEnumerable<(int Feature, ProfileLine Line)> lines, CancellationToken cancellation)
    {
        await using var copy = await write.Connection.BeginBinaryImportAsync(
            "copy profile_line (feature_id, length, starts, site, version, segment, kind, count, nulls, defaults, mean, variance, zeros, nans, distinct_values, quantiles, frequent_values, frequent_counts, lag_seconds, content, least, most, line) from stdin (format binary)",
            cancellation);
        foreach (var (feature, line) in lines)
        {
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
            await WriteAsync(line.Profile.Least, NpgsqlDbType.Double);
            await WriteAsync(line.Profile.Most, NpgsqlDbType.Double);
            await copy.WriteAsync((int)line.Number, NpgsqlDbType.Integer, cancellation);
        }

        await copy.CompleteAsync(cancellation);

        Task WriteAsync<T>(T? value, NpgsqlDbType type)
            where T : struct =>
            value is { } present ? copy.WriteAsync(present, type, cancellation) : copy.WriteNullAsync(cancellation);
    }

    /// <summary>Lines in the temporary table whose version was never registered.</summary>
    public static async Task<List<(int Line, string Feature, int Version)>> UnknownVersionsAsync(
        WriteTransaction write, int most, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            "select l.line, f.key, l.version from profile_line l join registry.feature f on f.id = l.feature_id where l.version > f.current_version order by l.line limit $1",
            write.Connection);
        command.Parameters.Add(new() { Value = most });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var unknown = new List<(int, string, int)>();
        while (await reader.ReadAsync(cancellation))
            unknown.Add((reader.GetInt32(0), reader.GetString(1), reader.GetInt32(2)));
        return unknown;
    }

    /// <summary>Merges them into the table of profiles. Of two for one window the later holds, as if they had been sent one after the other.</summary>
    public static async Task<(int Landed, int Replaced)> MergeAsync(WriteTransaction write, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            """
            select drift.ensure_month(month) from (select distinct date_trunc('month', starts at time zone 'UTC')::date as month from profile_line order by 1) months;
            insert into drift.landing (xid) select pg_current_xact_id() from profile_line limit 1 on conflict do nothing;
            with ready as (
                select distinct on (l.feature_id, length, starts, site, segment, coalesce(l.version, f.current_version))
                       l.feature_id, length, starts, site, coalesce(l.version, f.current_version) as version, segment, l.kind, count, nulls, defaults, mean, variance,
                       zeros, nans, distinct_values, quantiles, frequent_values, frequent_counts, lag_seconds, content
                from profile_line l join registry.feature f on f.id = l.feature_id
                order by l.feature_id, length, starts, site, segment, coalesce(l.version, f.current_version), line desc),
            -- One look into the index for each: joined at large, all profiles would be read.
            former as (
                select count(*) as rows from ready r cross join lateral (
                    select from drift.profile p
                    where p.feature_id = r.feature_id and p.length = r.length and p.starts = r.starts and p.site = r.site and p.segment = r.segment and p.version = r.version
                    limit 1) one),
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
