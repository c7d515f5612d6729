using System.Globalization;
using FeatureGovernance.Contracts.Drift;
using FeatureGovernance.Core;
using FeatureGovernance.Core.Drift;
using FeatureGovernance.Server.Http;
using FeatureGovernance.Server.Registry;
using FeatureGovernance.Statistics.Sketches;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace FeatureGovernance.Server.Drift;

/// <summary>Reads profiles and merges them over segments and versions.</summary>
internal static class ValuesQuery
{
    private const int MostProfiles = 20_000;
    private const int MostFrequent = 10;

    private static readonly double[] Shares = [0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99];

    public static async Task<Results<Ok<FeatureValues>, Refused>> Get(
        string key, string? window, string? site, string? segment, DateTimeOffset? from, DateTimeOffset? to,
        NpgsqlDataSource source, TimeProvider clock, CancellationToken cancellation)
    {
        var faults = new FieldFaults();
        var length = faults.Word<WindowLength>("window", window, WindowLength.Day);
        var where = faults.Word<ProfileSite>("site", site, ProfileSite.Serving);
        faults.Text("segment", segment);
        var last = to ?? clock.GetUtcNow().AddDays(1);
        var first = from ?? (last > DateTimeOffset.UnixEpoch.AddDays(31) ? last.AddDays(-31) : DateTimeOffset.UnixEpoch);
        faults.Check(first <= last, "from", "The span ends before it begins.", "Let from be no later than to.");
        if (faults.Refusal is { } refusal)
            return (Refused)refusal;
        await using var connection = await source.OpenConnectionAsync(cancellation);
        if (await FeatureRow.FindAsync(connection, key, cancellation) is not { } feature)
            return (Refused)Problems.NotFound("feature", FieldFaults.Printable(key));

        await using var command = new NpgsqlCommand(
            """
            select starts, kind, content, lag_seconds from drift.profile
            where feature_id = $1 and length = $2 and starts >= $3 and starts < $4 and site = $5 and ($6::text is null or segment = $6)
            order by starts, kind, segment, version limit $7
            """, connection);
        command.Parameters.Add(new() { Value = feature.Id });
        command.Parameters.Add(new() { Value = (short)length!.Value });
        command.Parameters.Add(new() { Value = first.ToUniversalTime() });
        command.Parameters.Add(new() { Value = last.ToUniversalTime() });
        command.Parameters.Add(new() { Value = (short)where!.Value });
        command.Parameters.Add(new() { Value = (object?)segment ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text });
        command.Parameters.Add(new() { Value = MostProfiles + 1 });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var (windows, merging, read) = (new List<ValueWindow>(), (Merging?)null, 0);
        while (await reader.ReadAsync(cancellation))
        {
            if (++read > MostProfiles)
                return (Refused)Problems.Malformed("from", $"There are over {MostProfiles:N0} profiles in the span.",
                    "Ask for a shorter span, or one segment.");
            var starts = reader.GetFieldValue<DateTimeOffset>(0);
            if (merging is not null && merging.Starts != starts)
                windows.Add(merging.ToWindow());
            if (merging?.Starts != starts)
                merging = new(starts);
            merging.Add(reader.GetInt16(1), PackedContent.Unpack(reader.GetFieldValue<byte[]>(2)), reader.IsDBNull(3) ? null : reader.GetDouble(3));
        }

        if (merging is not null)
            windows.Add(merging.ToWindow());
        return TypedResults.Ok(new FeatureValues(feature.Key, Words.Of(length.Value), Words.Of(where.Value), windows));
    }

    /// <summary>The profiles of one window. Where versions of different types or sketch sizes meet, the later ones are left out.</summary>
    private sealed class Merging(DateTimeOffset starts)
    {
        private Profile<double>? numbers;
        private Profile<string>? texts;
        private Profile<Embedding>? embeddings;
        private double? lag;
        private int merged;

        public DateTimeOffset Starts => starts;

        public void Add(short kind, byte[] content, double? lagSeconds)
        {
            lag = Math.Max(lag ?? double.MinValue, lagSeconds ?? double.MinValue) is var longest && longest > double.MinValue ? longest : null;
            if (kind == StoredProfile.Embeddings && merged == (embeddings is null ? 0 : merged) && Join(embeddings, Profile.ReadEmbeddings(content)) is { } joinedEmbeddings)
                (embeddings, merged) = (joinedEmbeddings, merged + 1);
            else if (kind == StoredProfile.Numbers && texts is null && embeddings is null && Join(numbers, Profile.ReadNumbers(content)) is { } joined)
                (numbers, merged) = (joined, merged + 1);
            else if (kind == StoredProfile.Texts && numbers is null && embeddings is null && Join(texts, Profile.ReadTexts(content)) is { } joinedTexts)
                (texts, merged) = (joinedTexts, merged + 1);
        }

        public ValueWindow ToWindow() => numbers is not null ? Of("numbers", numbers, number => number.ToString("R", CultureInfo.InvariantCulture))
            : texts is not null ? Of("texts", texts, text => text)
            : Of("embeddings", embeddings!, embedding => embedding.Dimension.ToString(CultureInfo.InvariantCulture));

        private static Profile<T>? Join<T>(Profile<T>? former, Profile<T> next)
            where T : notnull =>
            former is null ? next : former.Shape == next.Shape ? former.Merge(next) : null;

        private ValueWindow Of<T>(string values, Profile<T> profile, Func<T, string> write)
            where T : notnull
        {
            var view = profile.Quantiles.Count > 0 ? profile.Quantiles.View() : null;
            return new(
                starts, merged, profile.Counts.All, profile.Counts.Nulls, profile.Counts.Defaults, profile.Counts.Zeros, profile.Counts.NaNs,
                Finite(profile.Minimum), Finite(profile.Maximum), Finite(profile.Moments.Count > 0 ? profile.Moments.Mean : null),
                Finite(Math.Sqrt(profile.Moments.Variance)), Finite(profile.Moments.Skewness), Finite(profile.Moments.ExcessKurtosis),
                view is null ? null : [.. Shares.Select(view.Quantile).Select(q => Math.Clamp(q, double.MinValue, double.MaxValue))],
                profile.Distinct.Estimate,
                [.. profile.Frequent.Frequent(FrequentItemsError.NoFalsePositives).Take(MostFrequent)
                    .Select(i => new FrequentValue(write(i.Item), i.LowerBound, i.UpperBound))])
            {
                Values = values,
                LagSeconds = lag,
            };
        }

        private static double? Finite(double? number) => number is { } value && double.IsFinite(value) ? value : null;
    }
}
