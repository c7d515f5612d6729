using FeatureGovernance.Contracts.Lifecycle;
using FeatureGovernance.Server.Access;
using FeatureGovernance.Server.Http;
using FeatureGovernance.Server.Jobs;
using FeatureGovernance.Server.Registry;
using FeatureGovernance.Server.Standards;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace FeatureGovernance.Server.Adopting;

/// <summary>What helps features to be adopted, and shows how it goes.</summary>
internal static class AdoptingEndpoints
{
    public static void AddAdopting(this WebApplicationBuilder builder)
    {
        builder.Services.AddTransient<Trials>();
        builder.Services.AddSingleton(RecurringJob.Of<Trials>("trials-daily", "15 3 * * *", job => job.RunAsync(CancellationToken.None)));
    }

    public static void MapAdopting(this RouteGroupBuilder api)
    {
        api.MapGet("/adoptions/funnel", Funnel.Get).Needs(Permission.Read).WithTags("Adoptions")
            .WithSummary("How features come to be adopted, with times; of a feature, a team or all");
        api.MapGet("/adoptions/trials", Trials.List).Needs(Permission.Read).WithTags("Adoptions")
            .WithSummary("Trials under way, and those flagged for withdrawal");
        api.MapGet("/models/{model}/recommendations", Advice.Get).Needs(Permission.Read).WithTags("Models")
            .WithSummary("Features that sibling models gain by and this one lacks");
        api.MapGet("/features/{key}/look-alikes", Similar).Needs(Permission.Read).WithTags("Features")
            .WithSummary("Features that look like this one, by name, source, description and values");
    }

    private static async Task<Results<Ok<LookAlikeList>, Refused>> Similar(
        string key, NpgsqlDataSource source, StandardShelf shelf, TimeProvider clock, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        if (await FeatureRow.FindAsync(connection, key, cancellation) is not { } row)
            return (Refused)Problems.NotFound("feature", FieldFaults.Printable(key));
        var threshold = (await shelf.OpenAsync(connection, clock.GetUtcNow(), cancellation)).Adoption.LookAlikeThreshold;
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        var found = await LookAlikes.FindAsync(connection, row.Id, threshold, cancellation);
        await using var ask = new NpgsqlCommand("select why_not from standards.proposal_answer where feature_id = $1", connection);
        ask.Parameters.Add(new() { Value = row.Id });
        return TypedResults.Ok(new LookAlikeList(row.Key, threshold, await ask.ExecuteScalarAsync(cancellation) as string, found));
    }
}
