using System.Collections.Immutable;
using System.Xml;
using FeatureGovernance.Contracts.Lifecycle;
using FeatureGovernance.Core.Lifecycle;
using FeatureGovernance.Server.Http;
using FeatureGovernance.Server.Storage;

namespace FeatureGovernance.Server.Lifecycle;

/// <summary>A plan as sent, in the form of the rules and back. What the rules themselves can judge is left to them.</summary>
internal static class PlanReader
{
    private const int MostSteps = 200;
    private static readonly TimeSpan Longest = TimeSpan.FromDays(1_100);
    private static readonly BrownoutSchedule OneDay = new BrownoutWindows([new(TimeSpan.Zero, TimeSpan.FromDays(1))]);

    /// <param name="present">The plan that an amendment starts from; null for a new proposal.</param>
    /// <returns>The plan; without meaning where <paramref name="faults"/> has any.</returns>
    public static DeprecationPlan Read(PlanBody? body, DeprecationPlan? present, LifecyclePolicy policy, DateTimeOffset now, FieldFaults faults)
    {
        var notice = body?.NoticeDays ?? present?.NoticeDays ?? policy.MinimumNoticeDays;
        faults.Number("plan.noticeDays", notice, 0, Longest.TotalDays);
        faults.Check(body?.Sunset is not { } named || (named > now.AddYears(-1) && named < now.AddYears(20)), "plan.sunset", "The date is far from now.",
            "Give a date within twenty years.");
        var brownout = body?.Brownout is { } schedule ? Brownout(schedule, faults) : present?.Brownout ?? OneDay;
        var guardrails = body?.Guardrails is { } limits ? Guardrails(limits, faults) : present?.Guardrails ?? [];
        if (faults.Any)
            return new(notice, OneDay, now);
        var sunset = body?.Sunset ?? present?.Sunset ?? now.AddDays(notice) + brownout.Length;
        return new(notice, brownout, WriteTransaction.Truncate(sunset)) { Guardrails = guardrails };
    }

    public static PlanBody Write(DeprecationPlan plan) => new()
    {
        NoticeDays = plan.NoticeDays,
        Sunset = plan.Sunset,
        Brownout = plan.Brownout switch
        {
            BrownoutWindows windows => new()
            {
                Type = "windows",
                Windows = [.. windows.Windows.Select(window => new WindowBody(XmlConvert.ToString(window.Opens), XmlConvert.ToString(window.Closes)))],
            },
            BrownoutFade fade => new()
            {
                Type = "fade",
                Steps = [.. fade.Steps.Select(step => new FadeStepBody(XmlConvert.ToString(step.After), step.Share))],
                Hold = XmlConvert.ToString(fade.Hold),
            },
            _ => throw new InvalidOperationException($"No form for {plan.Brownout.GetType().Name}."),
        },
        Guardrails = plan.Guardrails.IsEmpty ? null : [.. plan.Guardrails.Select(limit => new GuardrailBody(limit.Model, limit.Metric, limit.Min, limit.Max))],
    };

    private static ImmutableArray<Guardrail> Guardrails(IReadOnlyList<GuardrailBody> limits, FieldFaults faults)
    {
        const string Field = "plan.guardrails";
        faults.Check(limits.Count <= MostSteps, Field, "There are too many.", $"Use at most {MostSteps}.");
        if (limits.Count > MostSteps)
            return [];
        for (var i = 0; i < limits.Count; i++)
        {
            faults.Slug($"{Field}[{i}].model", limits[i]?.Model);
            faults.Text($"{Field}[{i}].metric", limits[i]?.Metric, 128, required: true);
            faults.Number($"{Field}[{i}].min", limits[i]?.Min);
            faults.Number($"{Field}[{i}].max", limits[i]?.Max);
        }

        return faults.Any ? [] : [.. limits.Select(limit => new Guardrail(limit.Model!, limit.Metric!.Trim(), limit.Min, limit.Max))];
    }

    private static BrownoutSchedule Brownout(BrownoutBody body, FieldFaults faults)
    {
        const string Field = "plan.brownout";
        faults.Check(body.Type is null or "windows" or "fade", $"{Field}.type", "The type is not known here.", "Use one of: windows, fade.");
        faults.Check(body.Windows is null != body.Steps is null, Field, "A brownout has either windows or steps.",
            "Give windows for abrupt outages, steps and hold for a fade.");
        faults.Check(body.Type != "fade" || body.Windows is null, $"{Field}.windows", "A fade has no windows.", "Give steps and hold.");
        faults.Check(body.Type != "windows" || body.Steps is null, $"{Field}.steps", "Windows have no steps.", "Give windows.");
        faults.Check(body.Windows is null or { Count: <= MostSteps }, $"{Field}.windows", "There are too many.", $"Use at most {MostSteps}.");
        faults.Check(body.Steps is null or { Count: <= MostSteps }, $"{Field}.steps", "There are too many.", $"Use at most {MostSteps}.");
        faults.Check(body.Hold is null || body.Windows is null, $"{Field}.hold", "Windows are not held.", "Leave it out.");
        if (faults.Any)
            return OneDay;
        if (body.Windows is { } windows)
        {
            return new BrownoutWindows([.. windows.Select((window, i) => new BrownoutWindow(
                Duration($"{Field}.windows[{i}].opens", window?.Opens, faults), Duration($"{Field}.windows[{i}].closes", window?.Closes, faults)))]);
        }

        var steps = ImmutableArray.CreateBuilder<FadeStep>();
        for (var i = 0; i < body.Steps!.Count; i++)
        {
            var step = body.Steps[i];
            faults.Check(step?.Share is not null, $"{Field}.steps[{i}].share", "The field is required.", "Give a share from 0 to 1.");
            faults.Number($"{Field}.steps[{i}].share", step?.Share, 0, 1);
            steps.Add(new(Duration($"{Field}.steps[{i}].after", step?.After, faults), step?.Share ?? 0));
        }

        return new BrownoutFade(steps.ToImmutable(), Duration($"{Field}.hold", body.Hold, faults));
    }

    private static TimeSpan Duration(string field, string? text, FieldFaults faults)
    {
        try
        {
            if (text is { Length: > 0 and <= 64 } && XmlConvert.ToTimeSpan(text) is var span && span >= TimeSpan.Zero && span <= Longest)
                return span;
        }
        catch (Exception exception) when (exception is FormatException or OverflowException)
        {
        }

        faults.Add(field, text is null ? "The field is required." : "Not a duration.", "Use an ISO 8601 duration up to 1,100 days, such as PT0S, PT6H or P1D.");
        return TimeSpan.Zero;
    }
}
