using FeatureGovernance.Contracts;
using FeatureGovernance.Contracts.Lifecycle;
using FeatureGovernance.Core;
using FeatureGovernance.Core.Lifecycle;
using FeatureGovernance.Server.Http;
using FeatureGovernance.Server.Pages;
using Npgsql;

namespace FeatureGovernance.Server.Lifecycle.Pages;

/// <summary>Proposals, the newest first.</summary>
/// <param name="State">The state asked for; null for any.</param>
/// <param name="Mine">Whether only what the caller proposed or must review was asked for.</param>
public sealed record QueueModel(Page<ProposalView> Proposals, string? State, bool Mine, bool IsFirst)
{
    /// <summary>The states that a proposal may be in.</summary>
    public static readonly IReadOnlyList<string> States = [.. Enum.GetValues<ProposalState>().Select(Words.Of)];
}

internal static class ReviewQueue
{
    public static async Task<IResult> Get(
        HttpContext context, NpgsqlDataSource source, TimeProvider clock, string? state, string? mine, string? cursor, CancellationToken cancellation)
    {
        var wanted = string.IsNullOrEmpty(state) ? null : state;
        var answer = await ProposalList.List(context, source, clock, wanted, null, null, mine == "yes", 30, cursor, cancellation);
        return answer.Take(out Page<ProposalView> page, out var refusal)
            ? Rendered.As<QueuePage>(new QueueModel(page, wanted, mine == "yes", cursor is null))
            : (Refused)refusal;
    }
}
