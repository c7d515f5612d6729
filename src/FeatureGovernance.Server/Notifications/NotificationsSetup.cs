using FeatureGovernance.Server.Jobs;

namespace FeatureGovernance.Server.Notifications;

/// <summary>The slice: who is told of what, on which channel, and when.</summary>
internal static class NotificationsSetup
{
    public static void AddNotifications(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton(NoticeSettings.Read(builder.Configuration));
        builder.Services.AddSingleton<Secrets>();
        builder.Services.AddSingleton<WebhookClient>();
        builder.Services.AddSingleton<ISender, EmailSender>();
        builder.Services.AddSingleton<ISender, WebhookSender>();
        builder.Services.AddSingleton<ISender, SlackSender>();
        builder.Services.AddSingleton<FanOut>();
        builder.Services.AddSingleton<Dispatch>();
        builder.Services.AddTransient<NoticeRetention>();
        builder.Services.AddSingleton(RecurringJob.Of<NoticeRetention>("notice-retention", "40 3 * * *", job =>
            job.RunAsync(CancellationToken.None)));
        if (builder.Configuration["FEATGOV_JOBS"] != "off")
            builder.Services.AddHostedService<NoticeWorker>();
    }

    public static void MapNotices(this RouteGroupBuilder api)
    {
        var notices = api.MapGroup("/notices").WithTags("Notices");
        notices.MapNoticeLists();
        notices.MapChannels();
        notices.MapPreferences();
        notices.MapDeadLetters();
    }
}
