using FeatureGovernance.Contracts.Standards;
using FeatureGovernance.Core;
using FeatureGovernance.Core.Lifecycle;
using FeatureGovernance.Server.Http;
using FeatureGovernance.Server.Registry;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace FeatureGovernance.Server.Standards;

/// <summary>How one feature stands against every standard in force.</summary>
internal static class StandingQuery
{
    public static async Task<Results<Ok<FeatureStanding>, Refused>> Get(
        string key, string? entering, NpgsqlDataSource source, StandardShelf shelf, TimeProvider clock, CancellationToken cancellation)
    {
        var faults = new FieldFaults();
        var stage = faults.Word<Stage>("entering", entering);
        if (faults.Refusal is { } malformed)
            return (Refused)malformed;
        await using var connection = await source.OpenConnectionAsync(cancellation);
        if (await FeatureRow.FindAsync(connection, key, cancellation) is not { } row)
            return (Refused)Problems.NotFound("feature", FieldFaults.Printable(key));
        var now = clock.GetUtcNow();
        var book = await shelf.OpenAsync(connection, now, cancellation);
        var record = (await FeatureRecords.FindAsync(connection, row.Id, now, cancellation))!;
        var verdicts = book.Judge(record, stage);
        return TypedResults.Ok(new FeatureStanding(record.Key, Words.Of(stage ?? record.Stage), Findings.Verdict(verdicts), book.Concerning(record),
            [.. verdicts.OrderByDescending(verdict => verdict.Failed).ThenByDescending(verdict => verdict.Level)
                .ThenBy(verdict => verdict.Rule.Id, StringComparer.Ordinal).Select(Findings.View)]));
    }
}
