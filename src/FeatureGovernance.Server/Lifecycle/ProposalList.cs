using System.Text;
using FeatureGovernance.Contracts;
using FeatureGovernance.Contracts.Lifecycle;
using FeatureGovernance.Core.Lifecycle;
using FeatureGovernance.Server.Access;
using FeatureGovernance.Server.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace FeatureGovernance.Server.Lifecycle;

internal static class ProposalList
{
    /// <param name="team">A team that must approve.</param>
    /// <param name="mine">True for what the caller proposed or must review.</param>
    public static async Task<Results<Ok<Page<ProposalView>>, Refused>> List(
        HttpContext context, NpgsqlDataSource source, TimeProvider clock,
        string? state, string? team, string? feature, bool? mine, int? limit, string? cursor, CancellationToken cancellation)
    {
        var faults = new FieldFaults();
        var wanted = faults.Word<ProposalState>("state", state);
        faults.Slug("team", team, required: false);
        if (feature is not null)
            FeatureNames.Check("feature", [feature], 1, faults);
        var size = Limits.Page(limit, faults);
        var after = Cursor.Decode(cursor, "-id", faults);
        if (faults.Refusal is { } refusal)
            return (Refused)refusal;

        var condition = new StringBuilder("where p.id < $1");
        var values = new List<NpgsqlParameter> { new() { Value = after?.Id ?? int.MaxValue } };
        void Where(string text, object value)
        {
            values.Add(new() { Value = value });
            condition.Append(" and ").Append(text.Replace("{0}", $"${values.Count}", StringComparison.Ordinal));
        }

        await using var connection = await source.OpenConnectionAsync(cancellation);
        if (wanted is { } some)
            Where("p.state = {0}", (short)some);
        if (team is not null)
            Where("exists (select from lifecycle.proposal_reviewer r join registry.team t on t.id = r.team_id where r.proposal_id = p.id and t.slug = {0})", team);
        if (feature is not null)
        {
            var found = await FeatureNames.FindAsync(connection, [feature], cancellation);
            Where("exists (select from lifecycle.proposal_feature x where x.proposal_id = p.id and x.feature_id = {0})",
                found.TryGetValue(feature, out var known) ? known.Id : 0);
        }

        if (mine is true)
        {
            values.Add(new() { Value = context.Caller().LeadOf.ToArray() });
            Where($"(p.proposer = {{0}} or exists (select from lifecycle.proposal_reviewer r where r.proposal_id = p.id and r.team_id = any(${values.Count})))",
                context.Caller().Actor);
        }

        var stored = await ProposalStore.ReadAsync(connection, $"{condition} order by p.id desc limit {size + 1}", [.. values], cancellation);
        var now = clock.GetUtcNow();
        return TypedResults.Ok(new Page<ProposalView>(
            [.. stored.Take(size).Select(one => one.View(now))], stored.Count > size ? new Cursor("-id", null, stored[size - 1].Id).Encode() : null));
    }
}
