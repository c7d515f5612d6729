using FeatureGovernance.Core.Lifecycle;
using FeatureGovernance.Server.Pages;
using FeatureGovernance.Server.Pages.Charts;

namespace FeatureGovernance.Server.Lifecycle.Pages;

/// <summary>The share of requests that may read the features, from the begin of notice to the end of the brownout.</summary>
/// <param name="Stretches">One after the other, without gaps.</param>
/// <param name="NoticeEndsAt">Where notice ends on the drawing, 0 to 1.</param>
/// <param name="NowAt">Where the present lies on it; null outside of it, or while nothing is fixed yet.</param>
/// <param name="Notice">How long notice takes, in days.</param>
/// <param name="Brownout">How long the brownout takes, in days.</param>
/// <param name="IsFixed">False while nobody agreed: the times then count from the agreement.</param>
public sealed record FadeChart(IReadOnlyList<Stretch> Stretches, double NoticeEndsAt, double? NowAt, double Notice, double Brownout, bool IsFixed)
{
    internal static FadeChart Of(Proposal proposal, DateTimeOffset now)
    {
        var began = proposal.NoticeBegan ?? now;
        var length = proposal.Plan.Brownout.Length;
        var brownout = proposal.BrownoutBegan ?? began.AddDays(proposal.Plan.NoticeDays);
        var (notice, ends) = ((brownout - began).TotalDays, brownout + length);
        // Nothing shorter than a part of the drawing can be seen, so the brownout gets at least a third of it.
        var part = Math.Clamp((brownout - began) / (ends - began), 0.2, 0.66);
        var stretches = new List<Stretch> { new(0, part, 0, notice, 1) };
        // What a window gives back as it closes, the end takes at once.
        foreach (var change in proposal.Plan.Brownout.Changes().Where(change => change.After < length))
        {
            var (at, day) = (part + ((1 - part) * (change.After / length)), notice + change.After.TotalDays);
            stretches[^1] = stretches[^1] with { To = at, LastDay = day };
            stretches.Add(new(at, 1, day, notice + length.TotalDays, change.Share));
        }

        stretches[^1] = stretches[^1] with { To = 1, LastDay = notice + length.TotalDays };
        double? present = proposal.NoticeBegan is null || now >= ends ? null
            : now < brownout ? (now - began) / (brownout - began) * part
            : part + ((now - brownout) / length * (1 - part));
        return new([.. stretches.Where(stretch => stretch.To > stretch.From)], part, present, notice, length.TotalDays, proposal.NoticeBegan is not null);
    }

    /// <summary>In a sentence.</summary>
    public string Says => $"All may read during {Show.Of((long)Math.Round(Notice), "day")} of notice, then none or fewer during {Days(Brownout)} of brownout."
        + (IsFixed ? "" : " The days count from the agreement.");

    /// <summary>The drawing.</summary>
    public Plot Drawing()
    {
        var scale = new Scale(0, 1, 0.5);
        var line = string.Concat(Stretches.Select((one, i) => $"{(i == 0 ? $"M{At(one.From)} {Y(one)}" : $"V{Y(one)}")}H{At(one.To)}"));
        List<Shape> shapes = [new("far", $"{line}V1000H0Z"), new("middle", line)];
        if (NowAt is { } now)
            shapes.Add(new("cut", $"M{At(now)} 0V1000"));
        return new("Share of requests that may read", Says, shapes,
            [new(2, "notice"), new(Math.Max(20, NoticeEndsAt * 100), "brownout"), new(100, "off")], scale.Ticks(share => Show.Share(share)),
            [.. Stretches.Select(one => new Spot(one.From * 100, (one.To - one.From) * 100, one.Says))], [],
            NowAt is null ? [] : [new("cut", "now")]);

        string Y(Stretch one) => Show.At(scale.Y(one.Share));

        static string At(double part) => Show.At(part * Plot.Size);
    }

    internal static string Days(double days) => $"{Show.At(Math.Round(days, 1))} {(Math.Round(days, 1) == 1 ? "day" : "days")}";
}

/// <summary>A time during which the same share may read.</summary>
/// <param name="From">Where it begins on the drawing, 0 to 1.</param>
/// <param name="To">Where it ends on it.</param>
/// <param name="FirstDay">When it begins, in days since notice began.</param>
/// <param name="LastDay">When it ends.</param>
/// <param name="Share">Of requests, 0 to 1.</param>
public sealed record Stretch(double From, double To, double FirstDay, double LastDay, double Share)
{
    /// <summary>When and how much.</summary>
    public string Says => $"Day {Show.At(Math.Round(FirstDay, 1))} to {Show.At(Math.Round(LastDay, 1))}: {Show.Share(Share)} of requests may read";
}
