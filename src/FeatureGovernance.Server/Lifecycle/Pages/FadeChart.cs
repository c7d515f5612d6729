using System.Text;
using FeatureGovernance.Core.Lifecycle;
using FeatureGovernance.Server.Pages;

namespace FeatureGovernance.Server.Lifecycle.Pages;

/// <summary>The share of requests that may read the features, from the begin of notice to the end of the brownout, as a drawing 600 by 100.</summary>
/// <param name="Line">The share as an SVG path.</param>
/// <param name="NoticeEndsAt">Where notice ends on the drawing.</param>
/// <param name="NowAt">Where the present lies on the drawing; null outside of it, or while nothing is fixed yet.</param>
/// <param name="Days">How long notice and brownout take together.</param>
/// <param name="Notice">How long notice takes, in days.</param>
/// <param name="IsFixed">False while nobody agreed: the times then count from the agreement.</param>
public sealed record FadeChart(string Line, double NoticeEndsAt, double? NowAt, double Days, double Notice, bool IsFixed)
{
    /// <summary>The drawing's width.</summary>
    public const int Width = 600;

    /// <summary>The drawing's height.</summary>
    public const int Height = 100;

    internal static FadeChart Of(Proposal proposal, DateTimeOffset now)
    {
        var began = proposal.NoticeBegan ?? now;
        var length = proposal.Plan.Brownout.Length;
        var brownout = proposal.BrownoutBegan ?? began.AddDays(proposal.Plan.NoticeDays);
        var ends = brownout + length;
        // Nothing shorter than a part of the drawing can be seen, so the brownout gets at least a third of it.
        var share = Math.Clamp((brownout - began) / (ends - began), 0.2, 0.66);
        var line = new StringBuilder();
        line.Append($"M0 0H{Show.At(share * Width)}");
        // What a window gives back as it closes, the end takes at once.
        foreach (var change in proposal.Plan.Brownout.Changes().Where(change => change.After < length))
            line.Append($"H{Show.At((share + ((1 - share) * (change.After / length))) * Width)}V{Show.At((1 - change.Share) * Height)}");
        line.Append($"H{Width}");

        double? present = proposal.NoticeBegan is null || now >= ends ? null
            : now < brownout ? (now - began) / (brownout - began) * share * Width
            : (share + ((now - brownout) / length * (1 - share))) * Width;
        return new(line.ToString(), share * Width, present, (ends - began).TotalDays, (brownout - began).TotalDays, proposal.NoticeBegan is not null);
    }
}
