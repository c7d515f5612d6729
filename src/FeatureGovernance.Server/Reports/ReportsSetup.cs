using FeatureGovernance.Server.Jobs;

namespace FeatureGovernance.Server.Reports;

/// <summary>The slice: what each quarter brought.</summary>
internal static class ReportsSetup
{
    public static void AddReports(this WebApplicationBuilder builder)
    {
        builder.Services.AddTransient<ReviewJob>();
        // Daily, so that one missed by a stopped server is made up for; nothing is made twice.
        builder.Services.AddSingleton(RecurringJob.Of<ReviewJob>("quarterly-reviews", "20 5 * * *", job => job.RunAsync(CancellationToken.None)));
    }
}
