using System.Collections.Immutable;
using FeatureGovernance.Core.Lifecycle;
using FeatureGovernance.Core.Standards;
using FeatureGovernance.Server.Adopting;
using FeatureGovernance.Server.Registry;
using FeatureGovernance.Server.Storage;
using Npgsql;
using NpgsqlTypes;

namespace FeatureGovernance.Server.Standards;

/// <summary>What the standards say when something is about to happen.</summary>
internal sealed class StandardGate(StandardShelf shelf)
{
    /// <summary>The rules of level error that keep a feature from a stage; none where it is on its way out.</summary>
    /// <param name="whyNot">Why the look-alikes do not serve; read when the feature is proposed.</param>
    public async Task<ImmutableArray<string>> ErrorsAsync(WriteTransaction write, FeatureRow feature, Stage to, string? whyNot, CancellationToken cancellation)
    {
        if (to is not (Stage.Proposed or Stage.Experimental or Stage.Adopted) || feature.Stage > Stage.Experimental)
            return [];
        var book = await shelf.OpenAsync(write.Connection, write.Now, cancellation);
        if (to == Stage.Proposed)
            await AnswerAsync(write, feature, book.Adoption.LookAlikeThreshold, whyNot, cancellation);
        var record = (await FeatureRecords.FindAsync(write.Connection, feature.Id, write.Now, cancellation))!;
        return [.. book.Judge(record, to).Where(verdict => verdict is { Failed: true, Level: RuleLevel.Error }).Select(verdict => verdict.Rule.Id)];
    }

    /// <summary>Approves at once what the policy lets pass; the rest waits for its owner.</summary>
    public async Task<ImmutableArray<Adoption>> AutoApproveAsync(
        WriteTransaction write, Model model, ImmutableArray<Adoption> wishes, IReadOnlyDictionary<string, int> ids, CancellationToken cancellation)
    {
        var policy = (await shelf.OpenAsync(write.Connection, write.Now, cancellation)).Adoption;
        if (policy.AutoApprove.IsEmpty || wishes.All(wish => wish.State != AdoptionState.Requested))
            return wishes;
        var asking = new AskingModel(model.Name, model.Kind, model.Team.Slug, model.Surface, model.Weight);
        var reasons = new Dictionary<string, string>(StringComparer.Ordinal);
        int[] waiting = [.. wishes.Where(wish => wish.State == AdoptionState.Requested).Select(wish => ids[wish.Feature])];
        await foreach (var (_, record) in FeatureRecords.ReadAsync(write.Connection, Selection.ById(waiting), write.Now, cancellation))
        {
            if (policy.AutoApprove.FirstOrDefault(rule => rule.Ask(record with { Model = asking }) is true) is { } rule)
                reasons[record.Key] = rule.Text;
        }

        return [.. wishes.Select(wish => wish.State == AdoptionState.Requested && reasons.TryGetValue(wish.Feature, out var reason)
            ? wish with { State = AdoptionState.Approved, DecidedBy = Actor.System.Id, Comment = $"Approved by policy: {reason}" }
            : wish)];
    }

    public async Task<TrialPolicy> TrialsAsync(WriteTransaction write, CancellationToken cancellation) =>
        (await shelf.OpenAsync(write.Connection, write.Now, cancellation)).Adoption.Trial;

    private static async Task AnswerAsync(WriteTransaction write, FeatureRow feature, double threshold, string? whyNot, CancellationToken cancellation)
    {
        var strong = (await LookAlikes.FindAsync(write.Connection, feature.Id, threshold, cancellation)).Count(one => one.Strong);
        await using var command = new NpgsqlCommand("""
            insert into standards.proposal_answer (feature_id, look_alikes, why_not, actor, at) values ($1, $2, $3, $4, $5)
            on conflict (feature_id) do update set look_alikes = excluded.look_alikes, why_not = coalesce(excluded.why_not, standards.proposal_answer.why_not),
                actor = excluded.actor, at = excluded.at
            """, write.Connection);
        command.Parameters.Add(new() { Value = feature.Id });
        command.Parameters.Add(new() { Value = strong });
        command.Parameters.Add(new() { Value = (object?)whyNot?.Trim() ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
        command.Parameters.Add(new() { Value = write.Origin.Actor });
        command.Parameters.Add(new() { Value = write.Now });
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
