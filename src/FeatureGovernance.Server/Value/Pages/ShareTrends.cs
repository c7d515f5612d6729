using System.Globalization;
using FeatureGovernance.Server.Pages;
using Npgsql;

namespace FeatureGovernance.Server.Value.Pages;

/// <summary>A feature's share of a model from a day on, until the next.</summary>
public sealed record ShareOnDay(DateOnly Day, double Share);

/// <summary>How a feature's share of one model went, the oldest day first; each day is one on which it had changed by a twentieth or more.</summary>
public sealed record ShareTrend(IReadOnlyList<ShareOnDay> Days)
{
    /// <summary>The width of its drawing.</summary>
    public const int Width = 96;

    private const int Top = 2;
    private const int Bottom = 16;

    /// <summary>Said to whoever does not see the drawing.</summary>
    public string Says => string.Create(CultureInfo.InvariantCulture,
        $"{Show.Share(Days[0].Share)} on {Days[0].Day:d MMM yyyy}, {Show.Share(Days[^1].Share)} since {Days[^1].Day:d MMM yyyy}");

    /// <summary>Steps from the first day to the last.</summary>
    public string Path
    {
        get
        {
            var (first, length) = (Days[0].Day.DayNumber, Math.Max(1, Days[^1].Day.DayNumber - Days[0].Day.DayNumber));
            var most = Math.Max(Days.Max(day => day.Share), double.Epsilon);
            string X(ShareOnDay day) => Show.At((double)(day.Day.DayNumber - first) / length * (Width - 8));
            string Y(ShareOnDay day) => Show.At(Bottom - (day.Share / most * (Bottom - Top)));
            return $"M0 {Y(Days[0])}" + string.Concat(Days.Skip(1).Select(day => $"H{X(day)}V{Y(day)}")) + $"H{Width}";
        }
    }
}

/// <summary>How a feature's shares of its models went over the last year.</summary>
public sealed record ShareTrends(IReadOnlyDictionary<string, ShareTrend> ByModel)
{
    private const int MostDays = 5_000;

    /// <summary>Nothing is known.</summary>
    public static readonly ShareTrends None = new(new Dictionary<string, ShareTrend>());

    /// <summary>Null where the share has never been seen to change.</summary>
    public ShareTrend? Of(string model) => ByModel.GetValueOrDefault(model);

    internal static async Task<ShareTrends> ReadAsync(NpgsqlDataSource source, int feature, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand("""
            select m.name, h.as_of, h.share from value.share_history h join registry.model m on m.id = h.model_id
            where h.feature_id = $1 order by h.as_of desc limit $2
            """);
        command.Parameters.Add(new() { Value = feature });
        command.Parameters.Add(new() { Value = MostDays });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var days = new List<(string Model, ShareOnDay Day)>();
        while (await reader.ReadAsync(cancellation))
            days.Add((reader.GetString(0), new(reader.GetFieldValue<DateOnly>(1), reader.GetDouble(2))));
        return new(days.GroupBy(one => one.Model, StringComparer.Ordinal).Where(model => model.Count() > 1)
            .ToDictionary(model => model.Key, model => new ShareTrend([.. model.Select(one => one.Day).Reverse()]), StringComparer.Ordinal));
    }
}
