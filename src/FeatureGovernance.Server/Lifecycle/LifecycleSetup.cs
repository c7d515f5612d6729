using FeatureGovernance.Core.Lifecycle;
using FeatureGovernance.Server.Jobs;

namespace FeatureGovernance.Server.Lifecycle;

/// <summary>The slice: stages, adoptions, deprecations and what time does to them.</summary>
internal static class LifecycleSetup
{
    public static void AddLifecycle(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton(Policy(builder.Configuration.GetSection("Lifecycle")));
        builder.Services.AddSingleton<ProposalRules>();
        builder.Services.AddTransient<LifecycleAdvance>();
        builder.Services.AddSingleton(RecurringJob.Of<LifecycleAdvance>("lifecycle-advance", "* * * * *", job => job.RunAsync(CancellationToken.None)));
        builder.Services.AddTransient<DeprecationUpkeep>();
        builder.Services.AddSingleton(RecurringJob.Of<DeprecationUpkeep>("deprecation-upkeep", "*/5 * * * *", job => job.RunAsync(CancellationToken.None)));
        builder.Services.AddTransient<Drafting>();
        builder.Services.AddSingleton(RecurringJob.Of<Drafting>("deprecation-drafts", "30 4 * * *", job => job.RunAsync(CancellationToken.None)));
        builder.Services.AddTransient<OutcomeJob>();
        builder.Services.AddSingleton(RecurringJob.Of<OutcomeJob>("removal-outcomes", "50 4 * * *", job => job.RunAsync(CancellationToken.None)));
    }

    public static void MapLifecycle(this RouteGroupBuilder api)
    {
        api.MapTransitions();
        api.MapAdoptions();
        api.MapDeprecations();
        api.MapDrafts();
        api.MapMigrations();
        api.MapOutcomes();
        api.MapGuardrails();
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
            ReviewDays = Days(section, nameof(policy.ReviewDays), policy.ReviewDays),
            ReminderDays = Days(section, nameof(policy.ReminderDays), policy.ReminderDays),
            EscalationDays = Days(section, nameof(policy.EscalationDays), policy.EscalationDays),
            MaterialCostChange = section.GetValue(nameof(policy.MaterialCostChange), policy.MaterialCostChange),
            ToleratedUnseenReadsPerDay = section.GetValue(nameof(policy.ToleratedUnseenReadsPerDay), policy.ToleratedUnseenReadsPerDay),
        };
    }

    private static int Days(IConfigurationSection section, string name, int missing)
    {
        var days = section.GetValue(name, missing);
        return days is >= 0 and <= 1_095 ? days : throw new InvalidOperationException($"{section.Key}:{name} is {days}; use 0 to 1095 days.");
    }
}
