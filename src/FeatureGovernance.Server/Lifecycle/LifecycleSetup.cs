using FeatureGovernance.Core.Lifecycle;
using FeatureGovernance.Server.Jobs;

namespace FeatureGovernance.Server.Lifecycle;

/// <summary>The slice: stages, adoptions, deprecations and what time does to them.</summary>
internal static class LifecycleSetup
{
    public static void AddLifecycle(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton(Policy(builder.Configuration.GetSection("Lifecycle")));
        builder.Services.AddTransient<LifecycleAdvance>();
        builder.Services.AddSingleton(RecurringJob.Of<LifecycleAdvance>("lifecycle-advance", "* * * * *", job => job.RunAsync(CancellationToken.None)));
    }

    public static void MapLifecycle(this RouteGroupBuilder api)
    {
        api.MapTransitions();
        api.MapAdoptions();
        api.MapDeprecations();
        api.MapBrownouts();
    }

    private static LifecyclePolicy Policy(IConfigurationSection section)
    {
        var policy = LifecyclePolicy.Default;
        return policy with
        {
            QuietDays = Days(section, nameof(policy.QuietDays), policy.QuietDays),
            DisabledDays = Days(section, nameof(policy.DisabledDays), policy.DisabledDays),
            MinimumNoticeDays = Days(section, nameof(policy.MinimumNoticeDays), policy.MinimumNoticeDays),
            TelemetryLagDays = Days(section, nameof(policy.TelemetryLagDays), policy.TelemetryLagDays),
            ToleratedUnseenReadsPerDay = section.GetValue(nameof(policy.ToleratedUnseenReadsPerDay), policy.ToleratedUnseenReadsPerDay),
        };
    }

    private static int Days(IConfigurationSection section, string name, int missing)
    {
        var days = section.GetValue(name, missing);
        return days is >= 0 and <= 1_095 ? days : throw new InvalidOperationException($"{section.Key}:{name} is {days}; use 0 to 1095 days.");
    }
}
