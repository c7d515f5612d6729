using FeatureGovernance.Contracts.Lifecycle;
using FeatureGovernance.Server.Http;
using FeatureGovernance.Server.Registry;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;
using NpgsqlTypes;

namespace FeatureGovernance.Server.Adopting;

/// <summary>How features come to be adopted, and how long each step takes.</summary>
internal static class Funnel
{
    private static readonly string[] StageSteps = ["proposed", "trialled", "adopted", "abandoned"];
    private static readonly string[] AdoptionSteps = ["requested", "approved", "trial", "adopted", "abandoned"];

    // $1 feature, $2 team. A visit to a stage lasts until the next change; what goes back to draft is abandoned.
    private const string Stages = """
        with visit as (
            select c.feature_id as who, c.from_stage, c.to_stage, c.at, lead(c.at) over (partition by c.feature_id order by c.id) as until
            from lifecycle.stage_change c join registry.feature f on f.id = c.feature_id
            where ($1::int is null or f.id = $1) and ($2::int is null or f.team_id = $2)),
        step as (
            select who, case when to_stage = 0 and from_stage in (1, 2) then 4 else to_stage end as step, at, until from visit
            where to_stage in (1, 2, 3) or (to_stage = 0 and from_stage in (1, 2)))
        """;

    // States: 0 requested, 1 approved, 2 trial, 3 adopted; whatever ended without adoption is abandoned, 4 here.
    private const string Adoptions = """
        with visit as (
            select (s.feature_id, s.model_id) as who, s.state, s.at, lead(s.at) over pair as until, lag(s.state) over pair as earlier
            from standards.adoption_step s join registry.feature f on f.id = s.feature_id
            where ($1::int is null or f.id = $1) and ($2::int is null or f.team_id = $2)
            window pair as (partition by s.feature_id, s.model_id order by s.id)),
        step as (
            select who, case when state in (4, 5) then 5 else state + 1 end as step, at, until from visit
            where state <= 3 or (state in (4, 5) and coalesce(earlier, 0) <> 3))
        """;

    private const string Counts = """
        select step, count(distinct who)::int, count(*) filter (where until is null)::int,
               percentile_cont(0.5) within group (order by extract(epoch from until - at) / 86400.0),
               percentile_cont(0.9) within group (order by extract(epoch from until - at) / 86400.0)
        from step group by step
        """;

    public static async Task<Results<Ok<AdoptionFunnel>, Refused>> Get(string? feature, string? team, NpgsqlDataSource source, CancellationToken cancellation)
    {
        var faults = new FieldFaults();
        faults.Slug("team", team, required: false);
        if (faults.Refusal is { } malformed)
            return (Refused)malformed;
        await using var connection = await source.OpenConnectionAsync(cancellation);
        var row = feature is null ? null : await FeatureRow.FindAsync(connection, feature, cancellation);
        if (feature is not null && row is null)
            return (Refused)Problems.NotFound("feature", FieldFaults.Printable(feature));
        int? teamId = null;
        if (team is not null)
        {
            await using var find = new NpgsqlCommand("select id from registry.team where slug = $1", connection);
            find.Parameters.Add(new() { Value = team });
            if (await find.ExecuteScalarAsync(cancellation) is not int id)
                return (Refused)Problems.NotFound("team", team);
            teamId = id;
        }

        return TypedResults.Ok(new AdoptionFunnel(row?.Key ?? team ?? "all",
            await StepsAsync(connection, Stages, StageSteps, row?.Id, teamId, cancellation),
            await StepsAsync(connection, Adoptions, AdoptionSteps, row?.Id, teamId, cancellation)));
    }

    private static async Task<List<FunnelStep>> StepsAsync(NpgsqlConnection connection, string steps, string[] names, int? feature, int? team,
        CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand($"{steps} {Counts}", connection);
        command.Parameters.Add(new() { Value = (object?)feature ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Integer });
        command.Parameters.Add(new() { Value = (object?)team ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Integer });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var found = names.Select(name => new FunnelStep(name, 0, 0, null, null)).ToList();
        while (await reader.ReadAsync(cancellation))
        {
            double? Days(int ordinal) => reader.IsDBNull(ordinal) ? null : Math.Round(reader.GetDouble(ordinal), 3);
            var step = reader.GetInt32(0) - 1;
            found[step] = new(names[step], reader.GetInt32(1), reader.GetInt32(2), Days(3), Days(4));
        }

        return found;
    }
}
