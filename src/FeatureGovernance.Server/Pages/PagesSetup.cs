using FeatureGovernance.Server.Access;
using FeatureGovernance.Server.Access.Pages;
using FeatureGovernance.Server.Audit.Pages;
using FeatureGovernance.Server.Capacity.Pages;
using FeatureGovernance.Server.Discussion.Pages;
using FeatureGovernance.Server.Drift.Pages;
using FeatureGovernance.Server.Lifecycle.Pages;
using FeatureGovernance.Server.Notifications.Pages;
using FeatureGovernance.Server.Registry.Pages;
using FeatureGovernance.Server.Reports.Pages;
using FeatureGovernance.Server.Standards.Pages;
using FeatureGovernance.Server.Value.Pages;
using Microsoft.AspNetCore.Antiforgery;

namespace FeatureGovernance.Server.Pages;

/// <summary>The web pages: rendered here, in the same process and by the same queries and rules as the API.</summary>
internal static class PagesSetup
{
    public static void AddPages(this WebApplicationBuilder builder)
    {
        builder.Services.AddRazorComponents();
        builder.Services.AddSingleton<IAntiforgeryAdditionalDataProvider, FormOfCaller>();
        builder.Services.AddAntiforgery(options =>
        {
            options.Cookie.Name = "featgov-form";
            options.Cookie.SameSite = SameSiteMode.Strict;
            options.Cookie.HttpOnly = true;
            options.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
            options.FormFieldName = "antiforgery";
            options.SuppressXFrameOptionsHeader = true;
        });
        builder.Services.AddSingleton<SignInLink>();
        builder.Services.AddSingleton<HomeCountsReader>();
        builder.Services.AddSingleton<PublishedValue>();
    }

    public static void MapPages(this WebApplication app)
    {
        app.MapAssets();
        // Forms are guarded by PageGuard, before a transaction begins.
        var pages = app.MapGroup("").WithMetadata(new PageAttribute()).DisableAntiforgery().ExcludeFromDescription();
        pages.MapSignInPages();
        pages.MapHomePage();
        pages.MapRegistryPages();
        pages.MapDiscussionPages();
        pages.MapReportPages();
        pages.MapIncidentPages();
        pages.MapLifecyclePages();
        pages.MapValuePages();
        pages.MapLabelPages();
        pages.MapCapacityPages();
        pages.MapStandardsPages();
        pages.MapAuditPages();
        pages.MapAdminPages();
        pages.MapChannelPages();
    }

    /// <summary>A form serves only whom it was given to.</summary>
    private sealed class FormOfCaller : IAntiforgeryAdditionalDataProvider
    {
        public string GetAdditionalData(HttpContext context) => context.Caller().Actor;

        public bool ValidateAdditionalData(HttpContext context, string additionalData) => additionalData == context.Caller().Actor;
    }
}
