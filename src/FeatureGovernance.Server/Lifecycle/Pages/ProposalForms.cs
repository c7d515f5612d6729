using FeatureGovernance.Server.Pages;
using FeatureGovernance.Server.Storage;
using Npgsql;

namespace FeatureGovernance.Server.Lifecycle.Pages;

/// <summary>The buttons of a proposal's page: each does what the API's request of the same name does.</summary>
internal static class ProposalForms
{
    public static Task<IResult> Review(
        int id, HttpContext context, WriteTransaction write, NpgsqlDataSource source, ProposalRules rules, TimeProvider clock,
        CancellationToken cancellation) =>
        DoAsync(id, context, source, rules, clock, async form => await ProposalSteps.Review(
            id, new() { Decision = form.Field("decision"), Comment = form.Field("comment"), Team = form.Field("team") }, context, write, rules,
            cancellation), cancellation);

    public static Task<IResult> Resolve(
        int id, int number, HttpContext context, WriteTransaction write, NpgsqlDataSource source, ProposalRules rules, TimeProvider clock,
        CancellationToken cancellation) =>
        DoAsync(id, context, source, rules, clock, async form => await ProposalSteps.Resolve(
            id, number, new() { Answer = form.Field("answer") }, context, write, cancellation), cancellation);

    public static Task<IResult> Withdraw(
        int id, HttpContext context, WriteTransaction write, NpgsqlDataSource source, ProposalRules rules, TimeProvider clock,
        CancellationToken cancellation) =>
        DoAsync(id, context, source, rules, clock, async form => await ProposalSteps.Withdraw(
            id, new() { Reason = form.Field("reason") }, context, write, cancellation), cancellation);

    public static Task<IResult> Rollback(
        int id, HttpContext context, WriteTransaction write, NpgsqlDataSource source, ProposalRules rules, TimeProvider clock,
        CancellationToken cancellation) =>
        DoAsync(id, context, source, rules, clock, async form => await ProposalSteps.Rollback(
            id, new() { Reason = form.Field("reason") }, context, write, rules, cancellation), cancellation);

    public static Task<IResult> Advance(
        int id, HttpContext context, WriteTransaction write, NpgsqlDataSource source, ProposalRules rules, TimeProvider clock,
        CancellationToken cancellation) =>
        DoAsync(id, context, source, rules, clock, async _ => await ProposalSteps.Advance(id, null, context, write, rules, cancellation), cancellation);

    private static async Task<IResult> DoAsync(
        int id, HttpContext context, NpgsqlDataSource source, ProposalRules rules, TimeProvider clock,
        Func<IFormCollection, Task<INestedHttpResult>> step, CancellationToken cancellation)
    {
        var form = await context.Request.ReadFormAsync(cancellation);
        context.ExpectVersion(form);
        var answer = await step(form);
        return answer.Take<object>(out _, out var refusal)
            ? Rendered.See(context, $"/deprecations/{id}")
            : await ProposalReading.AgainAsync(id, refusal, form, context, source, rules, clock, cancellation);
    }
}
