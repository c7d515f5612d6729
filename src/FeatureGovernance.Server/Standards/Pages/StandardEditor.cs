using System.Globalization;
using FeatureGovernance.Contracts.Standards;
using FeatureGovernance.Core;
using FeatureGovernance.Core.Standards;
using FeatureGovernance.Server.Access;
using FeatureGovernance.Server.Http;
using FeatureGovernance.Server.Pages;
using FeatureGovernance.Server.Storage;
using Npgsql;

namespace FeatureGovernance.Server.Standards.Pages;

/// <summary>A standard, or a change of it that is being written.</summary>
/// <param name="Standard">As it stands now; null where a new one is written.</param>
/// <param name="Document">The text in the editor.</param>
/// <param name="Trial">What the text would do; null where it was not tried.</param>
/// <param name="Clean">True where the text was checked and is sound.</param>
/// <param name="Seen">The version that the text began from, where somebody has put another since; null otherwise.</param>
/// <param name="Meanwhile">How the present version differs from that one.</param>
/// <param name="IsPut">True where the text has just been put.</param>
public sealed record StandardModel(
    StandardView? Standard, string Document, DryRunReport? Trial, bool Clean, Complaint? Complaint, bool MayTry, bool MaySave,
    int? Seen = null, IReadOnlyList<StandardDifference>? Meanwhile = null, bool IsPut = false)
{
    /// <summary>Where its forms go.</summary>
    public string Path => Standard is null ? "/standards/new" : Show.Link("standards", Standard.Name);
}

/// <summary>Reads, tries and puts documents; whatever becomes of it, the text stays with who wrote it.</summary>
internal static class StandardEditor
{
    public static async Task<IResult> Get(string name, int? version, int? put, HttpContext context, NpgsqlDataSource source, CancellationToken cancellation) =>
        await StandardEndpoints.FindAsync(source, name, version, cancellation) is { } standard
            ? Rendered.As<StandardPage>(ModelOf(standard, standard.Document, context) with { IsPut = put == standard.Version })
            : (Refused)Problems.NotFound("standard", FieldFaults.Printable(name));

    public static async Task<IResult> New(HttpContext context, NpgsqlDataSource source, CancellationToken cancellation) =>
        Rendered.As<StandardPage>(ModelOf(null, await TemplateAsync(context.Caller(), source, cancellation), context));

    /// <summary>Checks the text and, where asked, says who would newly fail; writes nothing.</summary>
    public static async Task<IResult> Try(
        string? name, HttpContext context, NpgsqlDataSource source, StandardShelf shelf, TimeProvider clock, CancellationToken cancellation)
    {
        var form = await context.Request.ReadFormAsync(cancellation);
        var (model, standard, refusal) = await WrittenAsync(name, form, context, source, cancellation);
        if (standard is null)
            return Refuse(model, refusal!);
        if (form["do"] != "dry-run")
            return Rendered.As<StandardPage>(model! with { Clean = true });
        var answer = await DryRun.RunAsync(standard, null, null, 50, source, shelf, clock, cancellation);
        return answer.Take(out DryRunReport report, out var broken)
            ? Rendered.As<StandardPage>(model! with { Clean = true, Trial = report })
            : Refuse(model, broken);
    }

    /// <summary>Puts the text, unless somebody else was faster.</summary>
    public static async Task<IResult> Save(
        string? name, HttpContext context, WriteTransaction write, NpgsqlDataSource source, StandardShelf shelf, CancellationToken cancellation)
    {
        var form = await context.Request.ReadFormAsync(cancellation);
        var (model, standard, refusal) = await WrittenAsync(name, form, context, source, cancellation);
        if (standard is null)
            return Refuse(model, refusal!);
        if (name is null)
            context.Request.Headers.IfNoneMatch = "*";
        else
            context.ExpectVersion(form);
        var answer = await StandardEndpoints.PutAsync(standard.Name, model!.Document, standard, context, write, shelf, cancellation);
        if (!answer.Take(out StandardView put, out var refused))
            return await RefuseAsync(model, refused, form, source, cancellation);
        return Rendered.See(context, Show.Query(Show.Link("standards", put.Name), ("put", put.Version.ToString(CultureInfo.InvariantCulture))));
    }

    private static async Task<(StandardModel? Model, Standard? Standard, Refusal? Refusal)> WrittenAsync(
        string? name, IFormCollection form, HttpContext context, NpgsqlDataSource source, CancellationToken cancellation)
    {
        var present = name is null ? null : await StandardEndpoints.FindAsync(source, name, null, cancellation);
        if (name is not null && present is null)
            return (null, null, Problems.NotFound("standard", FieldFaults.Printable(name)));
        var text = form["document"].ToString().ReplaceLineEndings("\n");
        // A new one is named by its own document.
        var (standard, refusal) = StandardBody.Read(text, name ?? StandardReader.Read(text).Standard?.Name ?? "");
        var model = ModelOf(present, text, context);
        var isOld = int.TryParse(form["version"], CultureInfo.InvariantCulture, out var seen) && present is not null && seen != present.Version;
        return (isOld ? model with { Seen = seen } : model, standard, refusal);
    }

    private static StandardModel ModelOf(StandardView? standard, string text, HttpContext context) => new(
        standard, text, null, false, null, Permissions.Of(context.Caller().Role, Permission.RegisterFeatures) != Reach.None,
        Permissions.Of(context.Caller().Role, Permission.ManageStandards) != Reach.None);

    private static IResult Refuse(StandardModel? model, Refusal refusal)
    {
        if (model is null)
            return (Refused)refusal;
        // Where a new one was written there is no present one to read.
        var complaint = Complaint.Of(refusal) with { Stale = refusal.Kind == RefusalKind.Stale && model.Standard is not null };
        return Rendered.As<StandardPage>(model with { Complaint = complaint }, Problems.Status(refusal.Kind));
    }

    // What changed while he wrote is shown beside his text; sent again, his text is put upon what he has now seen.
    private static async Task<IResult> RefuseAsync(
        StandardModel model, Refusal refusal, IFormCollection form, NpgsqlDataSource source, CancellationToken cancellation)
    {
        if (refusal.Kind != RefusalKind.Stale || model.Standard is not { } present
            || !int.TryParse(form["version"], CultureInfo.InvariantCulture, out var seen))
            return Refuse(model, refusal);
        var former = await StandardEndpoints.FindAsync(source, present.Name, seen, cancellation);
        var changes = StandardDiff.Between(former is null ? null : StandardReader.Read(former.Document).Standard,
            StandardReader.Read(present.Document).Standard);
        var meanwhile = changes.Take(100).Select(change => new StandardDifference(change.Path, change.Before, change.After)).ToList();
        return Refuse(model with { Seen = null, Meanwhile = meanwhile }, refusal);
    }

    private static async Task<string> TemplateAsync(Caller caller, NpgsqlDataSource source, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand("select slug from registry.team where id = any($1) order by slug limit 1");
        command.Parameters.Add(new() { Value = caller.LeadOf.ToArray() });
        var team = await command.ExecuteScalarAsync(cancellation) as string;
        return $"""
            name: {(team is null ? "additions" : $"{team.ToLowerInvariant()}-additions")}
            {(team is null ? "# team: the team whose addition this is; left out in the organisation's own" : $"team: {team}")}
            description: What is asked beyond the organisation's standard.

            rules:
              - id: described-well
                kind: required
                fields: [description]
                level: warn
                message: it has no description
                remedy: Say what the feature means, its unit and its range.

            """;
    }
}
