using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using FeatureGovernance.Cli.Registry;
using FeatureGovernance.Cli.Running;
using FeatureGovernance.Client;

namespace FeatureGovernance.Cli.Standards;

/// <summary><c>featgov exemption</c> and <c>featgov evidence</c>.</summary>
internal static class ExemptionCommand
{
    private static readonly string[] Shown = ["id", "rule", "feature", "group", "team", "state", "requester", "expiresAt", "decidedBy", "reason", "comment"];

    public static Command Create(Surroundings surroundings) => new("exemption", "Ask to be let off a rule for a while, and decide on such requests.")
    {
        Request(surroundings), Decide(surroundings), List(surroundings),
    };

    public static Command Evidence(Surroundings surroundings)
    {
        var key = FeatureCommand.Key();
        var kind = new Argument<string>("KIND") { Description = "freshness, coverage, nullRate, labelDelay, test, parity or sensitivityReview." };
        var value = new Argument<double>("VALUE") { Description = "Seconds, or a share from 0 to 1." };
        var link = new Option<string?>("--link") { Description = "Where it can be looked at." };
        var comment = new Option<string?>("--comment") { Description = "Anything to add." };
        return new Command("evidence", "Report what was measured, tested or approved of a feature.") { key, kind, value, link, comment }
            .Runs(surroundings, async call =>
        {
            var body = new JsonObject { ["value"] = call.Get(value) };
            body.PutIfAny("link", call.Get(link));
            body.PutIfAny("comment", call.Get(comment));
            var answer = await call.Client.PutAsync<JsonObject>(Paths.Of("features", call.Get(key), "evidence", call.Get(kind)), body,
                cancellation: call.Cancellation);
            call.Screen.Table(answer, StandardCommand.Rows(answer, "items"), Written.Columns("kind", "value", "at", "actor", "link", "comment"));
        });
    }

    private static Command Request(Surroundings surroundings)
    {
        var rule = new Option<string>("--rule") { Description = "The rule's id.", Required = true };
        var subjects = new[] { "feature", "group", "team" }
            .Select(name => (Name: name, Option: new Option<string?>($"--{name}") { Description = $"The {name} it is for." })).ToList();
        var reason = new Option<string>("--reason") { Description = "Why.", Required = true };
        var days = new Option<int>("--days") { Description = "How long.", DefaultValueFactory = _ => 30 };
        var command = new Command("request", "Ask; a lead of the owning team other than you, or an administrator, decides.") { rule, reason, days };
        subjects.ForEach(subject => command.Add(subject.Option));
        return command.Runs(surroundings, async call =>
        {
            var ends = call.Surroundings.Clock.GetUtcNow().AddDays(Math.Clamp(call.Get(days), 0, 100_000));
            var body = new JsonObject { ["rule"] = call.Get(rule), ["reason"] = call.Get(reason), ["expiresAt"] = ends.ToString("O", CultureInfo.InvariantCulture) };
            subjects.ForEach(subject => body.PutIfAny(subject.Name, call.Get(subject.Option)));
            Print(call, await call.Client.PostAsync<JsonObject>("exemptions", body, call.Cancellation));
        });
    }

    private static Command Decide(Surroundings surroundings)
    {
        var id = new Argument<int>("ID") { Description = "The exemption's number." };
        var decision = new Argument<string>("DECISION") { Description = "approve, reject or revoke." };
        decision.AcceptOnlyFromAmong("approve", "reject", "revoke");
        var comment = new Option<string?>("--comment") { Description = "Why." };
        return new Command("decide", "Approve, reject or revoke; never your own.") { id, decision, comment }.Runs(surroundings, async call =>
        {
            var body = new JsonObject { ["decision"] = call.Get(decision) };
            body.PutIfAny("comment", call.Get(comment));
            Print(call, await call.Client.PostAsync<JsonObject>(Paths.Of("exemptions", $"{call.Get(id)}", "decision"), body, call.Cancellation));
        });
    }

    private static Command List(Surroundings surroundings)
    {
        var state = new Option<string?>("--state") { Description = "requested, approved, rejected, revoked or expired." };
        var rule = new Option<string?>("--rule") { Description = "Only those of this rule." };
        var limit = FeatureCommand.Limit();
        return new Command("list", "Exemptions, newest first.") { state, rule, limit }.Runs(surroundings, async call => call.Screen.Table(
            await call.ListAsync<JsonObject>("exemptions".With(("state", call.Get(state)), ("rule", call.Get(rule))), call.Get(limit)),
            Written.Columns(Shown)));
    }

    private static void Print(Call call, JsonObject exemption) => call.Screen.Table(exemption, [exemption], Written.Columns(Shown));
}
