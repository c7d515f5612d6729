using FeatureGovernance.Server.Jobs;

namespace FeatureGovernance.Server.Standards;

/// <summary>The slice: what the organisation asks of features, who is let off, and how far each has come.</summary>
internal static class StandardsSetup
{
    public static void AddStandards(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<StandardShelf>();
        builder.Services.AddSingleton<StandardGate>();
        builder.Services.AddTransient<StandardsClock>();
        builder.Services.AddTransient<ScorecardJob>();
        builder.Services.AddSingleton(RecurringJob.Of<StandardsClock>("standards-clock", "* * * * *", job => job.RunAsync(CancellationToken.None)));
        builder.Services.AddSingleton(RecurringJob.Of<ScorecardJob>("scorecards-daily", "10 4 * * *", job => job.RunAsync(CancellationToken.None)));
    }
}
