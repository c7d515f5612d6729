using System.Collections.Immutable;
using FeatureGovernance.Contracts.Lifecycle;
using FeatureGovernance.Core;
using FeatureGovernance.Core.Lifecycle;
using FeatureGovernance.Server.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace FeatureGovernance.Server.Lifecycle;

/// <summary>What is known of a proposal's remaining reads, as the guards see it: an unknown stays unknown, and a sample is a bound.</summary>
internal static class Verification
{
    public static async Task<Results<Ok<VerificationView>, Refused>> Get(
        int id, NpgsqlDataSource source, ProposalRules rules, TimeProvider clock, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        if (await ProposalStore.FindAsync(connection, id, cancellation) is not { } stored)
            return (Refused)Problems.NotFound("deprecation", id.ToString());
        var now = clock.GetUtcNow();
        int[] ids = [.. stored.Features.Select(feature => feature.Id)];
        var policy = rules.Policy;
        var facts = await rules.FactsAsync(connection, stored.Features, now, cancellation);
        var usage = await ObservedUsageQuery.LoadAsync(connection, ids, policy, now, cancellation);
        // At the very moment of a step no second one is considered; what the next one lacks is to be named all the same.
        var next = now > stored.Proposal.StateSince ? now : stored.Proposal.StateSince.AddTicks(1);
        ImmutableArray<FieldError> blocked = stored.Proposal.IsOpen ? Advancing.Advance(stored.Proposal, facts.For(stored.Features, policy, next)).Blocked : [];
        return TypedResults.Ok(new VerificationView(
            id, Words.Of(stored.Proposal.State), policy.QuietDays, policy.ToleratedUnseenReadsPerDay,
            [.. stored.Features.Select(feature => Verified(facts.ById[feature.Id], usage.GetValueOrDefault(feature.Id), policy, now))],
            [.. blocked.Select(fault => new UnmetCondition(fault.Field, fault.Code, fault.Message, fault.Remedy))]));
    }

    private static VerifiedFeature Verified(FeatureFacts fact, UsageFacts? usage, LifecyclePolicy policy, DateTimeOffset now) => new(
        fact.Key, Words.Of(fact.Stage), Seen(usage?.Serving, policy, now), Seen(usage?.Training, policy, now),
        [.. fact.LiveReaders.Select(reader => reader.Model)], fact.DerivedFeatures);

    private static VerifiedUsage Seen(ObservedUsage? usage, LifecyclePolicy policy, DateTimeOffset now)
    {
        if (usage is null)
            return new("unknown", "No report covers the feature.", null, null, null, null, null, null);
        var doubt = usage.Doubt(policy, now);
        var quiet = usage.Quiet >= TimeSpan.FromDays(policy.QuietDays);
        var verdict = doubt is not null ? "unknown" : quiet ? usage.UnseenReads > 0 ? "bounded" : "zero" : usage.LastRead is null ? "short" : "read";
        return new(verdict, doubt, usage.Since, usage.Until, usage.LastRead, usage.SamplingRate, usage.Quiet.TotalDays, usage.UnseenReadsPerDay);
    }
}
