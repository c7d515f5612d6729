using System.CommandLine;
using FeatureGovernance.Cli.Registry;
using FeatureGovernance.Cli.Running;
using FeatureGovernance.Client;
using FeatureGovernance.Contracts.Audit;

namespace FeatureGovernance.Cli.Access;

/// <summary><c>featgov audit</c>.</summary>
internal static class AuditCommand
{
    public static Command Create(Surroundings surroundings) => new("audit", "Who did what, and whether the trail of it is whole.")
    {
        List(surroundings), Export(surroundings), Verify(surroundings),
    };

    private static Command List(Surroundings surroundings)
    {
        var actor = new Option<string?>("--actor") { Description = "Only what this one did." };
        var action = new Option<string?>("--action") { Description = "Only this, for example feature.renamed." };
        var subject = new Option<string?>("--subject") { Description = "Only what was done to this." };
        var limit = FeatureCommand.Limit();
        return new Command("list", "Who did what, newest first.") { actor, action, subject, limit }.Runs(surroundings, async call => call.Screen.Table(
            await call.ListAsync<AuditEvent>("audit".With(("actor", call.Get(actor)), ("action", call.Get(action)),
                ("subject", call.Get(subject))), call.Get(limit)),
            new("sequence", e => e.Sequence), new("at", e => e.At), new("actor", e => e.Actor), new("action", e => e.Action),
            new("kind", e => e.SubjectKind), new("subject", e => e.Subject), new("reason", e => e.Reason)));
    }

    private static Command Export(Surroundings surroundings)
    {
        var actor = new Option<string?>("--actor") { Description = "Only what this one did." };
        var action = new Option<string?>("--action") { Description = "Only this, for example feature.renamed." };
        var subject = new Option<string?>("--subject") { Description = "Only what was done to this." };
        var from = new Option<string?>("--from") { Description = "Only from this moment on, for example 2026-01-31T12:00:00Z." };
        var to = new Option<string?>("--to") { Description = "Only before this moment." };
        var after = new Option<long?>("--after") { Description = "Only events of a greater number: what came since the last export." };
        var output = new Option<string?>("--output") { Description = "A file to write; without it, standard output." };
        return new Command("export", "Every event, oldest first, one JSON object a line.") { actor, action, subject, from, to, after, output }
            .Runs(surroundings, async call =>
        {
            var path = "audit".With(("actor", call.Get(actor)), ("action", call.Get(action)), ("subject", call.Get(subject)),
                ("from", call.Get(from)), ("to", call.Get(to)), ("afterSequence", call.Get(after)));
            await using var file = call.Get(output) is { } name ? File.CreateText(name) : null;
            long count = 0;
            await foreach (var line in call.Client.LinesAsync(path, MediaTypes.Ndjson, call.Cancellation))
            {
                await (file ?? surroundings.Output).WriteLineAsync(line);
                count++;
            }

            call.Screen.Remark($"{count:N0} events.");
        });
    }

    private static Command Verify(Surroundings surroundings)
    {
        var anchor = new Option<string?>("--anchor") { Description = "NUMBER:HASH, as an earlier verification told them: the trail must still hold that event." };
        return new Command("verify", "Recompute the hash chain; exit code 1 where it is broken.") { anchor }.Runs(surroundings, async call =>
        {
            var parts = call.Get(anchor)?.Split(':');
            if (parts is not (null or { Length: 2 }))
                throw new UsageException($"--anchor: '{call.Get(anchor)}' is not NUMBER:HASH.", "Use what featgov audit verify told earlier.");
            var found = await call.Client.GetAsync<AuditVerification>(
                "audit/verify".With(("anchorSequence", parts?[0]), ("anchorHash", parts?[1])), call.Cancellation);
            call.Screen.Say(
                found.Intact
                    ? $"The audit trail is whole: {found.Events:N0} events. Keep this anchor elsewhere: {found.Events}:{found.LastHash}"
                    : $"The audit trail is broken at event {found.FirstFault}: {found.Fault}",
                found);
            return found.Intact ? ExitCode.Pass : ExitCode.Fail;
        });
    }
}
