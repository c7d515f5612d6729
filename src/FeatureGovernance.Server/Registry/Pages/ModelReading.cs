using FeatureGovernance.Contracts;
using FeatureGovernance.Contracts.Lifecycle;
using FeatureGovernance.Contracts.Registry;
using FeatureGovernance.Core;
using FeatureGovernance.Core.Lifecycle;
using FeatureGovernance.Core.Value;
using FeatureGovernance.Server.Adopting;
using FeatureGovernance.Server.Drift.Pages;
using FeatureGovernance.Server.Http;
using FeatureGovernance.Server.Pages;
using FeatureGovernance.Server.Storage;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace FeatureGovernance.Server.Registry.Pages;

/// <summary>Models by name.</summary>
public sealed record ModelsModel(Page<ModelView> Models, bool IsFirst);

/// <summary>A model with what it reads, the most valuable first, and what it could do without or gain by.</summary>
/// <param name="Reads">Of the live version; at most as many as a page holds.</param>
/// <param name="ReadCount">How many features the live version reads.</param>
/// <param name="Incidents">What hurts it, or has; what nobody has closed comes first.</param>
/// <param name="Waste">Features it reads for next to nothing, the dearest first.</param>
public sealed record ModelPageModel(
    ModelView Model, IReadOnlyList<ModelRead> Reads, long ReadCount, IReadOnlyList<ModelRead> Waste, IReadOnlyList<AdoptionAdvice> Advice,
    IReadOnlyList<IncidentGlance> Incidents);

/// <summary>A feature as one model reads it.</summary>
public sealed record ModelRead(
    string Feature, int Version, string Team, string Stage, double? Share, double? Lower, double? Upper, double? CostPerDay, string? Recommendation);

internal static class ModelReading
{
    private const int MostReads = 200;
    private const int MostIncidents = 10;

    public static async Task<IResult> List(GovernanceDb db, string? cursor, CancellationToken cancellation)
    {
        var answer = await ModelEndpoints.List(db, null, null, null, 100, cursor, cancellation);
        return answer.Take(out Page<ModelView> page, out var refusal) ? Rendered.As<ModelsPage>(new ModelsModel(page, cursor is null)) : (Refused)refusal;
    }

    public static async Task<IResult> Get(string model, GovernanceDb db, NpgsqlDataSource source, CancellationToken cancellation)
    {
        var record = await db.Models.AsNoTracking().Include(m => m.Team).SingleOrDefaultAsync(m => m.Name == model, cancellation);
        if (record is null)
            return (Refused)Problems.NotFound("model", FieldFaults.Printable(model));
        var reads = await ReadAsync(source, record, "order by p.share desc nulls last, f.key", MostReads, cancellation);
        var waste = await ReadAsync(source, record,
            $"and s.recommendation in ({(short)Recommendation.Deprecate}, {(short)Recommendation.Migrate}) order by s.cost_per_day desc nulls last, f.key", 20, cancellation);
        var count = record.LiveVersionId is { } live ? await db.ManifestEntries.LongCountAsync(entry => entry.ModelVersionId == live, cancellation) : 0;
        var advice = (await Advice.Get(model, 10, source, cancellation)).Or<AdoptionAdviceList>();
        await using var connection = await source.OpenConnectionAsync(cancellation);
        var incidents = await IncidentGlances.OfModelAsync(connection, record.Id, MostIncidents, cancellation);
        return Rendered.As<ModelPage>(new ModelPageModel(
            ModelEndpoints.View(record, await ModelEndpoints.LiveVersion(db, record, cancellation)), reads, count, waste, advice?.Items ?? [], incidents));
    }

    private static async Task<List<ModelRead>> ReadAsync(NpgsqlDataSource source, Model model, string rest, int most, CancellationToken cancellation)
    {
        var reads = new List<ModelRead>();
        if (model.LiveVersionId is not { } live)
            return reads;
        await using var command = source.CreateCommand($"""
            select f.key, e.feature_version, t.slug, f.stage, p.share, p.lower, p.upper, s.cost_per_day, s.recommendation
            from registry.manifest_entry e
            join registry.feature f on f.id = e.feature_id
            join registry.team t on t.id = f.team_id
            left join value.pair_share p on p.feature_id = e.feature_id and p.model_id = $2
            left join value.feature_score s on s.feature_id = e.feature_id
            where e.model_version_id = $1 {rest} limit {most}
            """);
        command.Parameters.Add(new() { Value = live });
        command.Parameters.Add(new() { Value = model.Id });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        double? Number(int ordinal) => reader.IsDBNull(ordinal) ? null : reader.GetDouble(ordinal);
        while (await reader.ReadAsync(cancellation))
        {
            reads.Add(new(reader.GetString(0), reader.GetInt32(1), reader.GetString(2), Words.Of((Stage)reader.GetInt16(3)), Number(4), Number(5), Number(6), Number(7),
                reader.IsDBNull(8) ? null : Words.Of((Recommendation)reader.GetInt16(8))));
        }

        return reads;
    }
}
