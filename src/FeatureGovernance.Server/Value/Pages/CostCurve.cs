using FeatureGovernance.Core.Value;
using FeatureGovernance.Server.Pages;
using FeatureGovernance.Server.Pages.Charts;
using Npgsql;

namespace FeatureGovernance.Server.Value.Pages;

/// <summary>What value costs: how much of it is had for which part of the cost, and after which point more cost buys little.</summary>
/// <param name="Features">How many have a known value and cost.</param>
/// <param name="LeftOut">How many have a score without the one or the other.</param>
/// <param name="CostPerDay">Of those that have both, together.</param>
/// <param name="Shares">The part of all value for 0, 2, 4 … 100 % of all cost.</param>
public sealed record CostCurve(int Features, int LeftOut, double CostPerDay, Knee Knee, IReadOnlyList<double> Shares)
{
    private const int Steps = 50;

    /// <summary>How many features lie behind the knee.</summary>
    public int Behind => Features - Knee.Features;

    /// <summary>What those cost a day.</summary>
    public double BehindCost => CostPerDay * (1 - Knee.CostShare);

    /// <summary>What a part of the cost is called.</summary>
    public static string Cost(int step) => Show.Share((double)step / Steps);

    /// <summary>The curve of all features; null where nothing costs, or nothing is worth, anything.</summary>
    internal static async Task<CostCurve?> ReadAsync(NpgsqlDataSource source, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand("select value, cost_per_day from value.feature_score");
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var (points, leftOut) = (new List<ValueAtCost>(), 0);
        while (await reader.ReadAsync(cancellation))
        {
            if (reader.IsDBNull(0) || reader.IsDBNull(1))
                leftOut++;
            else
                points.Add(new(reader.GetDouble(0), reader.GetDouble(1)));
        }

        return Efficiency.KneeOf(points) is { } knee ? new(points.Count, leftOut, points.Sum(point => point.Cost), knee, ValueCurve.Of(points, Steps)) : null;
    }

    /// <summary>The drawing, with the knee and with what it would be if all were equally efficient.</summary>
    public Plot Drawing()
    {
        var scale = new Scale(0, 1, 0.25);
        var at = ((Knee.CostShare * Steps) + 0.5) / Shares.Count * Plot.Size;
        return new("Value had for a part of the cost, the most efficient features first",
            $"The share of all value by the share of all cost. The turning point is at {Show.Share(Knee.CostShare)} of the cost, which gives {Show.Share(Knee.ValueShare)} of the value.",
            [
                new("far", Paths.Band([.. Shares.Select(share => ((double, double)?)(0, share))], scale)),
                new("even", Paths.Line([.. Shares.Select((_, i) => (double?)i / Steps)], scale)),
                new("middle", Paths.Line([.. Shares.Select(share => (double?)share)], scale)),
                new("knee", $"M{Show.At(at)} 1000V{Show.At(scale.Y(Knee.ValueShare))}"),
            ],
            [.. Enumerable.Range(0, 5).Select(i => new Tick(((i * Steps / 4.0) + 0.5) / Shares.Count * 100, Show.Share(i / 4.0)))],
            scale.Ticks(share => Show.Share(share)),
            Paths.Spots(Shares.Count, i => $"{Cost(i)} of the cost gives {Show.Share(Shares[i])} of the value"), [],
            [new("middle", "value"), new("knee", "turning point"), new("even", "all equally efficient")]);
    }
}
