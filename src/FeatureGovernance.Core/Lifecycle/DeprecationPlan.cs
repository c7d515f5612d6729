using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace FeatureGovernance.Core.Lifecycle;

/// <summary>How a feature is taken from its readers, announced in advance and reversible: abruptly in windows, or as a fade.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(BrownoutWindows), "windows")]
[JsonDerivedType(typeof(BrownoutFade), "fade")]
public abstract record BrownoutSchedule
{
    private protected BrownoutSchedule()
    {
    }

    /// <summary>From the brownout's begin to its end.</summary>
    [JsonIgnore]
    public abstract TimeSpan Length { get; }

    /// <summary>The share of requests, 0 to 1, that still read the feature so long after the brownout began.</summary>
    public abstract double ShareAt(TimeSpan sinceBegin);

    /// <summary>Every change of that share after the brownout began, in order of time.</summary>
    public abstract IEnumerable<FadeStep> Changes();

    /// <summary>What is wrong with the schedule; empty where nothing is.</summary>
    public abstract IEnumerable<FieldError> Faults();
}

/// <summary>A period in which no request reads the feature.</summary>
/// <param name="Opens">After the brownout's begin.</param>
/// <param name="Closes">After the brownout's begin.</param>
public sealed record BrownoutWindow(TimeSpan Opens, TimeSpan Closes);

/// <summary>Reads are refused in windows, and served between them.</summary>
/// <param name="Windows">In order of time, apart from each other.</param>
public sealed record BrownoutWindows(ImmutableArray<BrownoutWindow> Windows) : BrownoutSchedule
{
    /// <inheritdoc />
    public override TimeSpan Length => Windows.IsDefaultOrEmpty ? TimeSpan.Zero : Windows[^1].Closes;

    /// <inheritdoc />
    public override double ShareAt(TimeSpan sinceBegin) =>
        Windows.Any(window => window.Opens <= sinceBegin && sinceBegin < window.Closes) ? 0 : 1;

    /// <inheritdoc />
    public override IEnumerable<FadeStep> Changes() => Windows.SelectMany(window => (FadeStep[])[new(window.Opens, 0), new(window.Closes, 1)]);

    /// <inheritdoc />
    public override IEnumerable<FieldError> Faults()
    {
        if (Windows.IsDefaultOrEmpty)
        {
            yield return new("plan.brownout.windows", "The brownout has no window.", "Plan at least one window.", "empty-brownout");
            yield break;
        }

        var free = TimeSpan.Zero;
        for (var i = 0; i < Windows.Length; i++)
        {
            var window = Windows[i];
            if (window.Opens < free || window.Closes <= window.Opens)
                yield return new($"plan.brownout.windows[{i}]", "The window ends before it begins, or begins before the one before it ended.",
                    "Order the windows by time, apart from each other.", "window-out-of-order");
            free = window.Closes;
        }
    }
}

/// <summary>One step of a fade.</summary>
/// <param name="After">After the brownout's begin.</param>
/// <param name="Share">The share of requests, 0 to 1, that read the feature from then on.</param>
public sealed record FadeStep(TimeSpan After, double Share);

/// <summary>The share of requests that still read the feature falls by steps to none.</summary>
/// <param name="Steps">In order of time, shares falling, the last zero.</param>
/// <param name="Hold">How long the share stays at zero before the brownout is over.</param>
public sealed record BrownoutFade(ImmutableArray<FadeStep> Steps, TimeSpan Hold) : BrownoutSchedule
{
    /// <inheritdoc />
    public override TimeSpan Length => Steps.IsDefaultOrEmpty ? TimeSpan.Zero : Steps[^1].After + Hold;

    /// <inheritdoc />
    public override double ShareAt(TimeSpan sinceBegin)
    {
        var share = 1.0;
        foreach (var step in Steps)
        {
            if (step.After > sinceBegin)
                break;
            share = step.Share;
        }

        return share;
    }

    /// <inheritdoc />
    public override IEnumerable<FadeStep> Changes() => Steps;

    /// <inheritdoc />
    public override IEnumerable<FieldError> Faults()
    {
        if (Steps.IsDefaultOrEmpty)
        {
            yield return new("plan.brownout.steps", "The fade has no step.", "Plan steps that end at a share of 0.", "empty-brownout");
            yield break;
        }

        var (after, share) = (TimeSpan.FromTicks(-1), double.BitIncrement(1));
        for (var i = 0; i < Steps.Length; i++)
        {
            var step = Steps[i];
            if (step.After <= after || !(step.Share < share) || step.Share < 0)
                yield return new($"plan.brownout.steps[{i}]", "A step comes later than the one before it and leaves a smaller share, from 1 down to 0.",
                    "Order the steps by time, with falling shares.", "fade-out-of-order");
            (after, share) = (step.After, step.Share);
        }

        if (Steps[^1].Share != 0)
            yield return new("plan.brownout.steps", "The fade does not end at a share of 0, so hidden readers would stay hidden.",
                "End the fade at 0.", "fade-without-end");
        if (Hold <= TimeSpan.Zero)
            yield return new("plan.brownout.hold", "The fade holds its end for no time.", "Hold the share at 0 for a day or more.", "fade-without-hold");
    }
}

/// <summary>What is to happen when, once a proposal is approved.</summary>
/// <param name="NoticeDays">Days between approval and brownout.</param>
/// <param name="Brownout">How reads are taken away.</param>
/// <param name="Sunset">The announced date before which the feature is not disabled.</param>
public sealed record DeprecationPlan(int NoticeDays, BrownoutSchedule Brownout, DateTimeOffset Sunset)
{
    private const int LongestNoticeDays = 1095;

    /// <summary>Limits whose crossing undoes the brownout at once.</summary>
    public ImmutableArray<Guardrail> Guardrails { get; init; } = [];

    /// <summary>What is wrong with the plan at the moment it is submitted; empty where nothing is.</summary>
    public IEnumerable<FieldError> Faults(LifecyclePolicy policy, DateTimeOffset now)
    {
        var noticeFits = NoticeDays >= policy.MinimumNoticeDays && NoticeDays <= LongestNoticeDays;
        if (!noticeFits)
            yield return new("plan.noticeDays", $"Notice is {policy.MinimumNoticeDays} to {LongestNoticeDays} days, not {NoticeDays}.",
                "Give readers the time the policy promises them.", "notice-out-of-range");
        for (var i = 0; i < Guardrails.Length; i++)
        {
            foreach (var fault in Guardrails[i].Faults($"plan.guardrails[{i}]"))
                yield return fault;
        }

        var whole = true;
        foreach (var fault in Brownout.Faults())
        {
            whole = false;
            yield return fault;
        }

        if (whole && Brownout.Length > TimeSpan.FromDays(LongestNoticeDays))
            yield return new("plan.brownout", $"The brownout lasts longer than {LongestNoticeDays} days.", "Shorten it.", "brownout-too-long");
        else if (whole && noticeFits && Sunset < now.AddDays(NoticeDays) + Brownout.Length)
            yield return new("plan.sunset", "The sunset date lies before the end of notice and brownout.",
                $"Set it to {now.AddDays(NoticeDays) + Brownout.Length:yyyy-MM-dd} or later.", "sunset-too-early");
    }
}
