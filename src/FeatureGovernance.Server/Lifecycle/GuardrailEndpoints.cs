using FeatureGovernance.Contracts.Lifecycle;
using FeatureGovernance.Core.Lifecycle;
using FeatureGovernance.Server.Access;
using FeatureGovernance.Server.Audit;
using FeatureGovernance.Server.Http;
using FeatureGovernance.Server.Storage;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace FeatureGovernance.Server.Lifecycle;

/// <summary>What models report of themselves while reads are taken away; a crossed limit undoes the proposal in the same transaction.</summary>
internal static class GuardrailEndpoints
{
    public static void MapGuardrails(this RouteGroupBuilder api) =>
        api.MapPost("/telemetry/guardrails", Post).Needs(Permission.IngestTelemetry).Mutates().WithTags("Telemetry")
            .WithSummary("Report a model's metric or error count; one that crosses a limit of a running brownout ends it at once");

    private static async Task<Results<Ok<GuardrailResult>, Refused>> Post(
        GuardrailReportBody body, WriteTransaction write, ProposalRules rules, CancellationToken cancellation)
    {
        var faults = new FieldFaults();
        faults.Slug("model", body.Model);
        faults.Text("metric", body.Metric, 128, required: true);
        faults.Check(body.Value is not null, "value", "The field is required.", "Give a finite number.");
        faults.Number("value", body.Value);
        faults.Check(body.At is not null, "at", "The field is required.", "Say when it was measured, in UTC.");
        faults.Check(body.At is not { } at || (at <= write.Now.AddMinutes(5) && at > write.Now.AddDays(-90)), "at",
            "The time lies in the future or over 90 days back.",
            "Report what was measured lately.");
        if (faults.Refusal is { } malformed)
            return (Refused)malformed;
        var report = new GuardrailReport(body.Model!, body.Metric!.Trim(), body.Value!.Value, WriteTransaction.Truncate(body.At!.Value));
        if (await ModelAsync(write.Connection, report.Model, cancellation) is not { } model)
            return (Refused)Problems.Malformed("model", $"There is no model '{report.Model}'.", "Name a registered model.");

        if (await KeepAsync(write, model, report, cancellation))
            write.Record(NewEvent.Of("telemetry.guardrail", "guardrail", model, report.Model, null, report));
        var aborted = new List<int>();
        foreach (var id in await CrossedAsync(write.Connection, report, cancellation))
        {
            if (await AbortAsync(write, id, report, rules, cancellation))
                aborted.Add(id);
        }

        return TypedResults.Ok(new GuardrailResult(aborted));
    }

    private static async Task<int?> ModelAsync(NpgsqlConnection connection, string model, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("select id from registry.model where name = $1", connection);
        command.Parameters.Add(new() { Value = model });
        return (int?)await command.ExecuteScalarAsync(cancellation);
    }

    // A report sent again changes nothing; a corrected one replaces.
    private static async Task<bool> KeepAsync(WriteTransaction write, int model, GuardrailReport report, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("""
            insert into lifecycle.guardrail_report as r (model_id, metric, at, value, actor) values ($1, $2, $3, $4, $5)
            on conflict (model_id, metric, at) do update set value = excluded.value, actor = excluded.actor where r.value <> excluded.value
            """, write.Connection);
        command.Parameters.Add(new() { Value = model });
        command.Parameters.Add(new() { Value = report.Metric });
        command.Parameters.Add(new() { Value = report.At });
        command.Parameters.Add(new() { Value = report.Value });
        command.Parameters.Add(new() { Value = write.Origin.Actor });
        return await command.ExecuteNonQueryAsync(cancellation) > 0;
    }

    // Looked up without a lock, since nearly every report crosses nothing; what is found is looked at again under the lock.
    private static async Task<IEnumerable<int>> CrossedAsync(NpgsqlConnection connection, GuardrailReport report, CancellationToken cancellation) =>
        (await ProposalStore.ReadAsync(connection, $"""
            where p.state = {(short)ProposalState.Brownout} and exists (
                select from json_array_elements(coalesce(p.document -> 'plan' -> 'guardrails', '[]')) g where g ->> 'model' = $1 and g ->> 'metric' = $2)
            order by p.id
            """, [new() { Value = report.Model }, new() { Value = report.Metric }], cancellation))
            .Where(stored => GuardrailChecks.Crossed(stored.Proposal, report) is not null).Select(stored => stored.Id);

    private static async Task<bool> AbortAsync(WriteTransaction write, int id, GuardrailReport report, ProposalRules rules, CancellationToken cancellation)
    {
        if (await ProposalStore.LockAsync(write.Connection, id, cancellation) is not { } stored
            || GuardrailChecks.Crossed(stored.Proposal, report) is not { } limit)
            return false;
        var reason = FormattableString.Invariant(
            $"Model '{report.Model}' reported {report.Metric} = {report.Value} at {report.At:yyyy-MM-dd HH:mm}Z, outside {limit.Min?.ToString() ?? "-∞"} to {limit.Max?.ToString() ?? "∞"}.");
        var context = await rules.ContextAsync(write, stored.Features, cancellation);
        var decision = Advancing.Rollback(stored.Proposal, Actor.System, reason, context);
        if (!decision.Accepted)
            throw new InvalidOperationException($"A brownout could not be aborted: {decision.Refusal.Detail}");
        var next = await ProposalChanges.SaveAsync(write, stored, decision.Value.Proposal, "rolled-back", reason, cancellation);
        await ProposalChanges.MoveFeaturesAsync(write, next, decision.Value.Restored, reason, cancellation);
        write.Announce("deprecation.aborted", Subject.Deprecation(id),
            new([.. stored.Proposal.Reviews.Select(review => review.Team)], [stored.Proposal.Proposer], []),
            new { Report = report, Limit = limit, Features = stored.Proposal.Features.Select(feature => feature.Key) }, reason);
        return true;
    }
}
