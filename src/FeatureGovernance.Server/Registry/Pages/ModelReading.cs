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

/// <summary>A model with what it reads, the most valuable first, and what it could do without.</summary>
/// <param name="Reads">Of the live version; at most as many as a page holds.</param>
/// <param name="ReadCount">How many features the live version reads.</param>
/// <param name="Incidents">What hurts it, or has; what nobody has closed comes first.</param>
/// <param name="Waste">Features it reads for next to nothing, the dearest first.</param>
public sealed record ModelPageModel(
    ModelView Model, IReadOnlyList<ModelRead> Reads, long ReadCount, IReadOnlyList<ModelRead> Waste,
    IReadOnlyList<IncidentGlance> Incidents);

/// <summary>A feature as one model reads it.</summary>
public sealed record ModelRead(
    string Feature, int Version, string Team, string Stage, double? Share, double? Lower, double? Upper, double? CostPerDay, string? Recommendation);

internal static class ModelReading
{
    private const int MostReads = 200;
    private const int MostWaste = 20;
    private const int MostIncidents = 10;
    private const int MostGains = 10;

    public static async Task<IResult> List(GovernanceDb db, string? cursor, CancellationToken cancellation)
    {
        var answer = await ModelEndpoints.List(db, null, null, null, 100, cursor, cancellation);
        return answer.Take(out Page<ModelView> page, out var refusal) ? Rendered.As<ModelsPage>(new ModelsModel(page, cursor is null)) : (Refused)refusal;
    }

    /// <summary>What the model may gain by: a page of its own, and a part of the model's.</summary>
    public static async Task<IResult> Gains(string model, NpgsqlDataSource source, CancellationToken cancellation)
    {
        var answer = await Advice.Get(model, MostGains, source, cancellation);
        return answer.Take(out AdoptionAdviceList advice, out var refusal) ? Rendered.As<GainsPage>(advice) : (Refused)refusal;
    }

    public static async Task<IResult> Get(string model, GovernanceDb db, NpgsqlDataSource source, CancellationToken cancellation)
    {
        var record = await db.Models.AsNoTracking().Include(m => m.Team).SingleOrDefaultAsync(m => m.Name == model, cancellation);
        if (record is null)
            return (Refused)Problems.NotFound("model", FieldFaults.Printable(model));
        var (reads, waste, count) = await ReadsAsync(source, record, cancellation);
        await using var connection = await source.OpenConnectionAsync(cancellation);
        var incidents = await IncidentGlances.OfModelAsync(connection, record.Id, MostIncidents, cancellation);
        return Rendered.As<ModelPage>(new ModelPageModel(
            ModelEndpoints.View(record, await ModelEndpoints.LiveVersion(db, record, cancellation)), reads, count, waste, incidents));
    }

    // A model may read thousands of features: they are gone through once for both lists and the count.
    private static async Task<(List<ModelRead> Best, List<ModelRead> Waste, long Count)> ReadsAsync(
        NpgsqlDataSource source, Model model, CancellationToken cancellation)
    {
        var (best, waste, count) = (new List<ModelRead>(), new List<ModelRead>(), 0L);
        if (model.LiveVersionId is not { } live)
            return (best, waste, count);
        await using var command = source.CreateCommand($"""
            with live as materialized (
                select e.feature_id, e.feature_version, p.share, p.lower, p.upper, s.cost_per_day, s.recommendation
                from registry.manifest_entry e
                left join value.pair_share p on p.feature_id = e.feature_id and p.model_id = $2
                left join value.feature_score s on s.feature_id = e.feature_id
                where e.model_version_id = $1),
            shown as (
                (select true as best, *, row_number() over (order by share desc nulls last, feature_id) as place from live order by place limit {MostReads})
                union all
                (select false, *, row_number() over (order by cost_per_day desc nulls last, feature_id) as place from live
                 where recommendation in ({(short)Recommendation.Deprecate}, {(short)Recommendation.Migrate}) order by place limit {MostWaste}))
            select x.best, f.key, x.feature_version, t.slug, f.stage, x.share, x.lower, x.upper, x.cost_per_day, x.recommendation, (select count(*) from live)
            from shown x join registry.feature f on f.id = x.feature_id join registry.team t on t.id = f.team_id
            order by x.best, x.place
            """);
        command.Parameters.Add(new() { Value = live });
        command.Parameters.Add(new() { Value = model.Id });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        double? Number(int ordinal) => reader.IsDBNull(ordinal) ? null : reader.GetDouble(ordinal);
        while (await reader.ReadAsync(cancellation))
        {
            count = reader.GetInt64(10);
            (reader.GetBoolean(0) ? best : waste).Add(new(
                reader.GetString(1), reader.GetInt32(2), reader.GetString(3), Words.Of((Stage)reader.GetInt16(4)), Number(5), Number(6), Number(7), Number(8),
                reader.IsDBNull(9) ? null : Words.Of((Recommendation)reader.GetInt16(9))));
        }

        return (best, waste, count);
    }
}
