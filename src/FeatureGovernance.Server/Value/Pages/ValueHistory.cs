using System.Globalization;
using FeatureGovernance.Server.Pages;
using FeatureGovernance.Server.Pages.Charts;
using Npgsql;

namespace FeatureGovernance.Server.Value.Pages;

/// <summary>What the runs of scoring found a feature worth, by the day up to which they counted.</summary>
/// <param name="Days">From the first run kept to the last; a day without a run, or without a value, has none.</param>
public sealed record ValueHistory(IReadOnlyList<ValueOnDay> Days)
{
    private const int MostDays = 366;

    /// <summary>The last year; null where fewer than two days are known.</summary>
    internal static async Task<ValueHistory?> ReadAsync(NpgsqlDataSource source, int feature, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand("""
            select distinct on (r.as_of) r.as_of, h.value, h.lower, h.upper
            from value.score_history h join value.score_run r on r.id = h.run_id
            where h.feature_id = $1 and h.value is not null order by r.as_of desc, r.id desc limit $2
            """);
        command.Parameters.Add(new() { Value = feature });
        command.Parameters.Add(new() { Value = MostDays });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var known = new Dictionary<DateOnly, ValueOnDay>();
        while (await reader.ReadAsync(cancellation))
            known[reader.GetFieldValue<DateOnly>(0)] = new(reader.GetFieldValue<DateOnly>(0), reader.GetDouble(1), reader.GetDouble(2), reader.GetDouble(3));
        if (known.Count < 2)
            return null;
        var last = known.Keys.Max();
        var length = Math.Min(MostDays, last.DayNumber - known.Keys.Min().DayNumber + 1);
        return new([.. Enumerable.Range(0, length).Select(i => last.AddDays(i + 1 - length))
            .Select(day => known.GetValueOrDefault(day) ?? new(day, null, null, null))]);
    }

    /// <summary>The drawing: the value as a line in its 80 % interval.</summary>
    public Plot Drawing()
    {
        var scale = Scale.Of(Days.SelectMany(day => new[] { day.Upper ?? 0, day.Value ?? 0 }), fromZero: true);
        return new("Part of all value by day", $"Part of all value from {Name(Days[0])} to {Name(Days[^1])}; at the end it is {Show.Share(Days[^1].Value)}.",
            [
                new("far", Paths.Band([.. Days.Select(day => day is { Lower: { } lower, Upper: { } upper } ? (lower, upper) : ((double, double)?)null)], scale)),
                new("middle", Paths.Line([.. Days.Select(day => day.Value)], scale)),
            ],
            Paths.Names([.. Days.Select(Name)]), scale.Ticks(value => Show.Share(value)),
            Paths.Spots(Days.Count, i => $"{Name(Days[i])}: {(Days[i].Value is null ? "no run" : $"{Show.Share(Days[i].Value)} ({Show.Share(Days[i].Lower)} – {Show.Share(Days[i].Upper)})")}"),
            [], [new("middle", "value"), new("far", "80 % interval")]);
    }

    private static string Name(ValueOnDay day) => day.Day.ToString("d MMM", CultureInfo.InvariantCulture);
}

/// <summary>A feature's part of all value as counted up to a day, with its 80 % interval.</summary>
public sealed record ValueOnDay(DateOnly Day, double? Value, double? Lower, double? Upper);
