using FeatureGovernance.Server.Access;
using FeatureGovernance.Server.Pages;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Scalar.AspNetCore;
using Serilog;

namespace FeatureGovernance.Server.Http;

/// <summary>The pipeline every request runs through.</summary>
internal static class HttpSetup
{
    /// <summary>Bodies larger than this are refused unless the endpoint says otherwise.</summary>
    private const long LargestBody = 16 << 20;

    public static void AddHttp(this WebApplicationBuilder builder)
    {
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = LargestBody;
        });
        builder.Services.ConfigureHttpJsonOptions(options => Json.Configure(options.SerializerOptions));
        builder.Services.Configure<RouteHandlerOptions>(options => options.ThrowOnBadRequest = true);
        builder.Services.AddExceptionHandler<ExceptionProblems>();
        builder.Services.AddProblemDetails();
        builder.Services.AddOpenApi(options => options.OpenApiVersion = Microsoft.OpenApi.OpenApiSpecVersion.OpenApi3_1);
        builder.Services.AddResponseCompression();
        builder.Services.TryAddSingleton(TimeProvider.System);
    }

    public static void UseHttp(this WebApplication app)
    {
        app.UseSerilogRequestLogging(options =>
        {
            options.EnrichDiagnosticContext = (log, context) =>
            {
                log.Set("RequestId", context.TraceIdentifier);
                log.Set("Actor", context.Caller().Actor);
            };
            options.GetLevel = (context, _, exception) => exception is not null || context.Response.StatusCode >= 500
                ? Serilog.Events.LogEventLevel.Error
                : Serilog.Events.LogEventLevel.Debug;
        });
        app.UseTrustedProxies();
        app.UseExceptionHandler();
        app.UseResponseCompression();
        app.UseStatusCodePages(context => PlainStatus(context.HttpContext));
        app.UseRouting();
        app.UseOidc();
        app.UseMiddleware<Guard>();
        app.UseMiddleware<PageGuard>();
        app.UseMiddleware<Mutations>();
        app.MapOpenApi();
        app.MapScalarApiReference("/docs", options => options.WithTitle("FeatureGovernance API"));
    }

    // Behind a proxy the caller's address, which the audit trail keeps, is what the proxy says; anyone else's word for it is not taken.
    private static void UseTrustedProxies(this WebApplication app)
    {
        var named = (app.Configuration["FEATGOV_TRUSTED_PROXIES"] ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (named.Length == 0)
            return;
        var options = new ForwardedHeadersOptions { ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto, ForwardLimit = null };
        options.KnownProxies.Clear();
        options.KnownIPNetworks.Clear();
        foreach (var network in named)
        {
            options.KnownIPNetworks.Add(System.Net.IPNetwork.TryParse(network, out var trusted)
                ? trusted
                : throw new InvalidOperationException($"FEATGOV_TRUSTED_PROXIES has '{network}'; use networks such as 10.1.0.0/16, with commas between."));
        }

        app.UseForwardedHeaders(options);
    }

    private static Task PlainStatus(HttpContext context) => context.Response.StatusCode switch
    {
        404 => Problems.WriteAsync(context, 404, "no-such-path", context.WantsPage()
            ? "There is no page at this address. It may have been renamed, or the link is damaged."
            : "There is nothing at this path; /openapi/v1.json lists what there is."),
        405 => Problems.WriteAsync(context, 405, "no-such-verb", "This path does not take this verb."),
        413 => Problems.WriteAsync(context, 413, "body-too-large", "The body is larger than this endpoint takes; send it in parts."),
        415 => Problems.WriteAsync(context, 415, "unsupported-body", "This endpoint does not take this Content-Type."),
        _ => Task.CompletedTask,
    };
}
