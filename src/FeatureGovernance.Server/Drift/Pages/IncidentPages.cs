using System.Globalization;
using FeatureGovernance.Contracts.Drift;
using FeatureGovernance.Server.Access;
using FeatureGovernance.Server.Pages;
using FeatureGovernance.Server.Storage;
using Hangfire;
using Npgsql;

namespace FeatureGovernance.Server.Drift.Pages;

internal static class IncidentPages
{
    public static void MapIncidentPages(this RouteGroupBuilder pages)
    {
        pages.MapGet("/incidents", Triage.Get).Needs(Permission.Read);
        pages.MapPost("/incidents/look", Look).Needs(Permission.RunScoring).Mutates();
        pages.MapGet("/incidents/{id:int}", IncidentReading.Get).Needs(Permission.Read);
        pages.MapPost("/incidents/{id:int}", Decide).Needs(Permission.HandleIncidents).Mutates();
    }

    private static async Task<IResult> Decide(
        int id, HttpContext context, WriteTransaction write, NpgsqlDataSource source, TimeProvider clock, CancellationToken cancellation)
    {
        var form = await context.Request.ReadFormAsync(cancellation);
        context.ExpectVersion(form);
        var wanted = form.Field("status");
        var until = wanted == "snoozed" && int.TryParse(form["days"], NumberStyles.None, CultureInfo.InvariantCulture, out var days) && days <= 90
            ? write.Now.AddDays(days)
            : (DateTimeOffset?)null;
        var answer = await IncidentEndpoints.Patch(id, new() { Status = wanted, Until = until, Reason = form.Field("reason") }, context, write, cancellation);
        return answer.Take(out IncidentView _, out var refusal)
            ? Rendered.See(context, $"/incidents/{id}")
            : await IncidentReading.AgainAsync(id, refusal, form, context, source, clock, cancellation);
    }

    private static async Task<IResult> Look(
        HttpContext context, WriteTransaction write, NpgsqlDataSource source, IBackgroundJobClient jobs, CancellationToken cancellation)
    {
        var answer = await DriftRunEndpoints.Start(write, jobs, cancellation);
        return answer.Take(out DriftRunView _, out var refusal)
            ? Rendered.See(context, "/incidents")
            : await Triage.PageAsync([], refusal, context, source, cancellation);
    }
}
