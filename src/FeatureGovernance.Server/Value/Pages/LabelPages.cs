using FeatureGovernance.Contracts;
using FeatureGovernance.Contracts.Value;
using FeatureGovernance.Server.Access;
using FeatureGovernance.Server.Http;
using FeatureGovernance.Server.Pages;
using FeatureGovernance.Server.Registry;
using FeatureGovernance.Server.Value.Valuations;
using Npgsql;

namespace FeatureGovernance.Server.Value.Pages;

/// <summary>All labels, and one of them more closely.</summary>
/// <param name="Labels">A page of the list; null where the filters are at fault.</param>
/// <param name="Chosen">What was last measured of the label asked for; null where none is, or it was never measured.</param>
/// <param name="Asked">The label asked for.</param>
public sealed record LabelsModel(
    Page<LabelSummary>? Labels, string? Team, bool IsFirst, string? Asked, LabelMeasurement? Chosen, Complaint? Complaint)
{
    /// <summary>This page with another label, or the next part of the list.</summary>
    public string With(string? label = null, string? cursor = null) => Show.Query("/labels", ("team", Team), ("label", label), ("cursor", cursor));
}

internal static class LabelPages
{
    public static void MapLabelPages(this RouteGroupBuilder pages) => pages.MapGet("/labels", Get).Needs(Permission.Read);

    private static async Task<IResult> Get(NpgsqlDataSource source, string? team, string? label, string? cursor, CancellationToken cancellation)
    {
        var owner = string.IsNullOrEmpty(team) ? null : team;
        var answer = await LabelList.List(source, owner, 50, cursor, cancellation);
        var found = answer.Take(out Page<LabelSummary> page, out var refusal);
        var asked = string.IsNullOrEmpty(label) ? null : label;
        var chosen = asked is null ? null : await ChosenAsync(source, asked, cancellation);
        var model = new LabelsModel(found ? page : null, owner, cursor is null, asked, chosen, found ? null : Complaint.Of(refusal));
        return Rendered.As<LabelsPage>(model, found ? 200 : Problems.Status(refusal.Kind));
    }

    private static async Task<LabelMeasurement?> ChosenAsync(NpgsqlDataSource source, string key, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        return await FeatureRow.FindAsync(connection, key, cancellation) is { } row ? await LabelLedger.NewestAsync(connection, row.Id, cancellation) : null;
    }
}
