namespace FeatureGovernance.Contracts.Lifecycle;

/// <summary>What is known of the reads that remain, and what keeps the proposal from its next step.</summary>
/// <param name="Deprecation">The proposal.</param>
/// <param name="State">Where it stands.</param>
/// <param name="QuietDays">Days without a read that the policy asks for.</param>
/// <param name="ToleratedUnseenReadsPerDay">The bound on unseen reads above which sampled telemetry counts as unknown.</param>
/// <param name="Features">Feature by feature.</param>
/// <param name="Unmet">The conditions of the next step that are not met.</param>
public sealed record VerificationView(
    int Deprecation, string State, int QuietDays, double ToleratedUnseenReadsPerDay, IReadOnlyList<VerifiedFeature> Features,
    IReadOnlyList<UnmetCondition> Unmet);

/// <summary>One feature.</summary>
/// <param name="Feature">Its key.</param>
/// <param name="Stage">Where it stands.</param>
/// <param name="Serving">Reads in serving.</param>
/// <param name="Training">Reads in training.</param>
/// <param name="LiveReaders">Live models whose manifest reads it.</param>
/// <param name="DerivedFeatures">Features not yet removed that are computed from it.</param>
public sealed record VerifiedFeature(
    string Feature, string Stage, VerifiedUsage Serving, VerifiedUsage Training, IReadOnlyList<string> LiveReaders, IReadOnlyList<string> DerivedFeatures);

/// <summary>What telemetry vouches for.</summary>
/// <param name="Verdict">
/// <c>zero</c> (every read is reported and none was seen for long enough), <c>bounded</c> (none was seen in a sample, see the bound),
/// <c>read</c> (seen too lately), <c>short</c> (none was seen, in fewer days than asked for) or <c>unknown</c>, which is never zero.
/// </param>
/// <param name="Doubt">Why it is unknown.</param>
/// <param name="CoveredSince">The start of the unbroken period that reports cover.</param>
/// <param name="CoveredUntil">Its end.</param>
/// <param name="LastRead">The latest read seen in it.</param>
/// <param name="SamplingRate">The least share of reads that was reported.</param>
/// <param name="QuietDays">Days up to the end without a read seen.</param>
/// <param name="UnseenReadsPerDayUpperBound">Reads a day that may have gone unseen, 95 % confidence; 0 where every read is reported.</param>
public sealed record VerifiedUsage(
    string Verdict, string? Doubt, DateTimeOffset? CoveredSince, DateTimeOffset? CoveredUntil, DateTimeOffset? LastRead, double? SamplingRate,
    double? QuietDays, double? UnseenReadsPerDayUpperBound);
