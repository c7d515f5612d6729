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
        List(surroundings), Verify(surroundings),
    };

    private static Command List(Surroundings surroundings)
    {
        var actor = new Option<string?>("--actor") { Description = "Only what this one did." };
        var action = new Option<string?>("--action") { Description = "Only this, for example feature.renamed." };
        var subject = new Option<string?>("--subject") { Description = "Only what was done to this." };
        var limit = FeatureCommand.Limit();
        return new Command("list", "Who did what, newest first.") { actor, action, subject, limit }.Runs(surroundings, async call => call.Screen.Table(
            await call.ListAsync<AuditEvent>("audit".With(("actor", call.Get(actor)), ("action", call.Get(action)), ("subject", call.Get(subject))), call.Get(limit)),
            new("sequence", e => e.Sequence), new("at", e => e.At), new("actor", e => e.Actor), new("action", e => e.Action),
            new("kind", e => e.SubjectKind), new("subject", e => e.Subject), new("reason", e => e.Reason)));
    }

    private static Command Verify(Surroundings surroundings) =>
        new Command("verify", "Recompute the hash chain; exit code 1 where it is broken.").Runs(surroundings, async call =>
        {
            var found = await call.Client.VerifyAuditAsync(call.Cancellation);
            call.Screen.Say(
                found.Intact
                    ? $"The audit trail is whole: {found.Events:N0} events, the last hash is {found.LastHash}."
                    : $"The audit trail is broken at event {found.FirstFault}: {found.Fault}",
                found);
            return found.Intact ? ExitCode.Pass : ExitCode.Fail;
        });
}
