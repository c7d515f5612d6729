using System.Globalization;
using FeatureGovernance.Core.Drift;
using FeatureGovernance.Core.Drift.Profiles;
using FeatureGovernance.Statistics.Sketches;
using Npgsql;

namespace FeatureGovernance.Server.Drift;

/// <summary>Reads the stored profiles of some features over the windows of a grid, by the columns beside the sketches.</summary>
internal static class ProfileBlocks
{
    // Of several versions in one window the newest counts. Sketches are read only where a profile is older than the columns.
    private const string Select = """
        select distinct on (feature_id, site, segment, starts)
               feature_id, site, segment, starts, version, kind, count, nulls, defaults, zeros, nans, mean, variance, distinct_values, quantiles,
               frequent_values, frequent_counts, lag_seconds, case when zeros is null then content end
        from drift.profile
        where feature_id = any($1) and length = $2 and starts >= $3 and starts < $4
        order by feature_id, site, segment, starts, version desc
        """;

    public static async Task<List<List<ProfileSeries>>> ReadAsync(NpgsqlConnection connection, int[] features, WindowGrid grid, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(Select, connection) { CommandTimeout = 0 };
        command.Parameters.Add(new() { Value = features });
        command.Parameters.Add(new() { Value = (short)grid.Length });
        command.Parameters.Add(new() { Value = Utc(grid.Origin) });
        command.Parameters.Add(new() { Value = Utc(grid.StartOf(grid.Count)) });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var byFeature = new List<List<ProfileSeries>>();
        var (key, windows, kinds) = ((SeriesKey?)null, Array.Empty<ProfileWindow?>(), Array.Empty<short>());
        var span = ProfileDetector.SpanOf(grid.Length);
        while (await reader.ReadAsync(cancellation))
        {
            var next = new SeriesKey(reader.GetInt32(0), reader.GetInt16(1) == (short)ProfileSite.Training, reader.GetString(2));
            if (next != key)
            {
                End();
                (key, windows, kinds) = (next, new ProfileWindow?[grid.Count], new short[grid.Count]);
            }

            var window = (int)((reader.GetDateTime(3) - Utc(grid.Origin)) / span);
            (windows[window], kinds[window]) = (Read(reader), reader.GetInt16(5));
        }

        End();
        return byFeature;

        void End()
        {
            if (key is null)
                return;
            // Where the type changed, the windows before it cannot be compared with those after.
            var kind = kinds[Array.FindLastIndex(kinds, k => k != 0)];
            var series = new ProfileSeries(key, kind == StoredProfile.Texts, [.. windows.Select((window, w) => kinds[w] == kind ? window : null)]);
            if (byFeature is [.., var last] && last[0].Key.Feature == key.Feature)
                last.Add(series);
            else
                byFeature.Add([series]);
        }
    }

    public static DateTime Utc(DateTime time) => DateTime.SpecifyKind(time, DateTimeKind.Utc);

    private static ProfileWindow Read(NpgsqlDataReader reader)
    {
        var summary = reader.IsDBNull(18) ? Columns(reader) : ProfileSummary.Read(reader.GetInt16(5), reader.GetFieldValue<byte[]>(18));
        return new(
            reader.GetInt64(6), reader.GetInt64(7), reader.GetInt64(8), summary.Zeros, summary.NaNs, Number(reader, 11),
            Math.Sqrt(Number(reader, 12)), summary.Distinct,
            [.. summary.Quantiles], [.. summary.FrequentValues.Zip(summary.FrequentCounts)], reader.GetInt32(4), Number(reader, 17));
    }

    private static ProfileSummary Columns(NpgsqlDataReader reader) => new(
        reader.GetInt64(9), reader.GetInt64(10), reader.GetDouble(13), reader.GetFieldValue<double[]>(14),
        reader.IsDBNull(15) ? [] : reader.GetFieldValue<string[]>(15), reader.IsDBNull(16) ? [] : reader.GetFieldValue<long[]>(16));

    private static double Number(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? double.NaN : reader.GetDouble(column);
}

/// <summary>What detection reads of the sketches, kept beside them.</summary>
internal sealed record ProfileSummary(long Zeros, long NaNs, double Distinct, double[] Quantiles, string[] FrequentValues, long[] FrequentCounts)
{
    private const int MostFrequent = 20;

    public static ProfileSummary Of(Profile<double> profile) => Of(profile, [], []);

    public static ProfileSummary Of(Profile<string> profile)
    {
        var frequent = profile.Frequent.Frequent(FrequentItemsError.NoFalsePositives).Take(MostFrequent).ToArray();
        return Of(profile, [.. frequent.Select(item => item.Item.Replace("\0", "", StringComparison.Ordinal))], [.. frequent.Select(item => item.LowerBound)]);
    }

    // Of embeddings, dimensions.
    public static ProfileSummary Of(Profile<Embedding> profile)
    {
        var dimensions = profile.Frequent.Frequent(FrequentItemsError.NoFalsePositives).Take(MostFrequent).ToArray();
        return Of(profile, [.. dimensions.Select(one => one.Item.Dimension.ToString(CultureInfo.InvariantCulture))],
            [.. dimensions.Select(one => one.LowerBound)]);
    }

    public static ProfileSummary Read(short kind, byte[] kept) => kind switch
    {
        StoredProfile.Texts => Of(Profile.ReadTexts(PackedContent.Unpack(kept))),
        StoredProfile.Embeddings => Of(Profile.ReadEmbeddings(PackedContent.Unpack(kept))),
        _ => Of(Profile.ReadNumbers(PackedContent.Unpack(kept))),
    };

    private static ProfileSummary Of<T>(Profile<T> profile, string[] values, long[] counts)
        where T : notnull
    {
        var view = profile.Quantiles.Count > 0 ? profile.Quantiles.View() : null;
        double[] quantiles = view is null ? [] : [.. ProfileSeries.Shares.Select(view.Quantile).Select(q => Math.Clamp(q, double.MinValue, double.MaxValue))];
        return new(profile.Counts.Zeros, profile.Counts.NaNs, profile.Distinct.Estimate, quantiles, values, counts);
    }
}
