using FeatureGovernance.Core.Drift;
using FeatureGovernance.Statistics.Sketches;
using Npgsql;

namespace FeatureGovernance.Server.Drift;

/// <summary>The newest daily profile of each feature, at whatever site it was seen, its largest segment.</summary>
internal static class NewestProfiles
{
    /// <summary>How alike the values of one feature are to those of others, by the others; absent where nobody can tell.</summary>
    public static async Task<Dictionary<int, double>> LikenessAsync(NpgsqlConnection connection, int one, int[] others, CancellationToken cancellation)
    {
        var stored = await ReadAsync(connection, [one, .. others], cancellation);
        var found = new Dictionary<int, double>();
        if (!stored.Remove(one, out var own))
            return found;
        foreach (var (id, other) in stored)
        {
            if (Likeness(own, other) is { } likeness)
                found.Add(id, likeness);
        }

        return found;
    }

    private static double? Likeness(StoredContent one, StoredContent other) => (one.Kind, other.Kind) switch
    {
        (StoredProfile.Numbers, StoredProfile.Numbers) => ValueLikeness.Of(Profile.ReadNumbers(one.Content), Profile.ReadNumbers(other.Content)),
        (StoredProfile.Texts, StoredProfile.Texts) => ValueLikeness.Of(Profile.ReadTexts(one.Content), Profile.ReadTexts(other.Content)),
        _ => null,
    };

    private static async Task<Dictionary<int, StoredContent>> ReadAsync(NpgsqlConnection connection, int[] features, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("""
            select f.id, p.kind, p.content
            from unnest($1) as f (id)
            cross join lateral (
                select starts from drift.profile where feature_id = f.id and length = $2 order by starts desc limit 1) w
            cross join lateral (
                select kind, content from drift.profile
                where feature_id = f.id and length = $2 and starts = w.starts order by count desc, version desc, site desc limit 1) p
            """, connection);
        command.Parameters.Add(new() { Value = features });
        command.Parameters.Add(new() { Value = (short)WindowLength.Day });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var found = new Dictionary<int, StoredContent>();
        while (await reader.ReadAsync(cancellation))
            found.Add(reader.GetInt32(0), new(reader.GetInt16(1), PackedContent.Unpack(reader.GetFieldValue<byte[]>(2))));
        return found;
    }

    private readonly record struct StoredContent(short Kind, byte[] Content);
}
