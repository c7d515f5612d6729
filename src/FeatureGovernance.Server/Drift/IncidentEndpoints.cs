using System.Globalization;
using FeatureGovernance.Contracts;
using FeatureGovernance.Contracts.Drift;
using FeatureGovernance.Core;
using FeatureGovernance.Core.Drift;
using FeatureGovernance.Core.Drift.Profiles;
using FeatureGovernance.Server.Access;
using FeatureGovernance.Server.Http;
using FeatureGovernance.Server.Storage;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace FeatureGovernance.Server.Drift;

/// <summary>What changed in the values of features, and what people make of it.</summary>
internal static class IncidentEndpoints
{
    /// <param name="feature">A feature's key.</param>
    /// <param name="team">The team that owns one of the features.</param>
    /// <param name="model">A model that reads one of the features.</param>
    /// <param name="active">True for those nobody has closed.</param>
    /// <param name="order"><c>newest</c> (the default) or <c>severity</c>: the most serious first, of those the costliest.</param>
    public static async Task<Results<Ok<Page<IncidentSummary>>, Refused>> List(
        NpgsqlDataSource source, string? feature, string? team, string? model, string? status, bool? active, string? cause, string? severity, string? order,
        int? limit, string? cursor, CancellationToken cancellation)
    {
        var faults = new FieldFaults();
        faults.Text("feature", feature);
        faults.Slug("team", team, required: false);
        faults.Slug("model", model, required: false);
        var filter = new IncidentFilter
        {
            Feature = feature,
            Team = team,
            Model = model,
            Status = faults.Word<IncidentStatus>("status", status),
            Active = active,
            Cause = faults.Word<Cause>("cause", cause),
            Severity = faults.Word<Severity>("severity", severity),
            Order = faults.Word<IncidentOrder>("order", order, IncidentOrder.Newest) ?? IncidentOrder.Newest,
        };
        var size = Limits.Page(limit, faults);
        var after = Cursor.Decode(cursor, IncidentQuery.CursorSort(filter.Order), faults);
        if (faults.Refusal is { } refusal)
            return (Refused)refusal;
        await using var connection = await source.OpenConnectionAsync(cancellation);
        return TypedResults.Ok(await IncidentQuery.ListAsync(connection, filter, size, after, cancellation));
    }

    public static async Task<Results<Ok<IncidentView>, StatusCodeHttpResult, Refused>> Get(
        int id, HttpContext context, NpgsqlDataSource source, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        if (await IncidentQuery.FindAsync(connection, id, cancellation) is not { } incident)
            return (Refused)Unknown(id);
        context.SetRevision(incident.Revision);
        return context.IsCurrent(incident.Revision) ? TypedResults.StatusCode(304) : TypedResults.Ok(incident);
    }

    public static async Task<Results<Ok<IncidentView>, Refused>> Patch(
        int id, IncidentDecision body, HttpContext context, WriteTransaction write, CancellationToken cancellation)
    {
        var faults = new FieldFaults();
        var wanted = faults.Word<IncidentStatus>("status", body.Status);
        if (body.Status is null)
            faults.Add("status", "The field is required.", $"Use one of: {Words<IncidentStatus>.All}.", "required-field");
        faults.Text("reason", body.Reason, FieldFaults.LongText);
        if (faults.Refusal is { } malformed)
            return (Refused)malformed;
        var decided = await IncidentDecisions.DecideAsync(write, context.Caller(), id, wanted!.Value, body.Until, body.Reason?.Trim(),
            context.Precondition, cancellation);
        if (decided is { } refusal)
            return (Refused)refusal;
        var after = (await IncidentQuery.FindAsync(write.Connection, id, cancellation))!;
        context.SetRevision(after.Revision);
        return TypedResults.Ok(after);
    }

    public static async Task<Ok<ImpactRecordView>> Record(NpgsqlDataSource source, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        var record = await ImpactQuery.RecordAsync(connection, cancellation);
        return TypedResults.Ok(new ImpactRecordView(record.Judged, record.Within, record.MedianRatio, record.MeanError));
    }

    public static Refusal Unknown(int id) => Problems.NotFound("incident", id.ToString(CultureInfo.InvariantCulture));
}
