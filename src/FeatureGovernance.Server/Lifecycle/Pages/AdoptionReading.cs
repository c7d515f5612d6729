using FeatureGovernance.Contracts;
using FeatureGovernance.Contracts.Lifecycle;
using FeatureGovernance.Core;
using FeatureGovernance.Core.Lifecycle;
using FeatureGovernance.Server.Access;
using FeatureGovernance.Server.Http;
using FeatureGovernance.Server.Pages;
using FeatureGovernance.Server.Storage;
using Npgsql;

namespace FeatureGovernance.Server.Lifecycle.Pages;

/// <summary>Requests of models for features, the newest first.</summary>
public sealed record AdoptionsModel(Page<AdoptionSummary> Requests, string? State, bool IsFirst)
{
    /// <summary>The states that a feature of a request may be in.</summary>
    public static readonly IReadOnlyList<string> States = [.. Enum.GetValues<AdoptionState>().Select(Words.Of)];
}

/// <summary>One request.</summary>
/// <param name="MayDecide">The waiting features that the caller may grant or refuse.</param>
public sealed record AdoptionModel(AdoptionView Request, IReadOnlyList<string> MayDecide, Complaint? Complaint, string? Comment);

internal static class AdoptionReading
{
    public static async Task<IResult> List(NpgsqlDataSource source, string? state, string? cursor, CancellationToken cancellation)
    {
        var wanted = string.IsNullOrEmpty(state) ? null : state;
        var answer = await AdoptionList.List(source, null, null, null, wanted, 50, cursor, cancellation);
        return answer.Take(out Page<AdoptionSummary> page, out var refusal)
            ? Rendered.As<AdoptionsPage>(new AdoptionsModel(page, wanted, cursor is null))
            : (Refused)refusal;
    }

    public static async Task<IResult> Get(int id, HttpContext context, NpgsqlDataSource source, CancellationToken cancellation) =>
        await ModelAsync(id, context, source, cancellation) is { } model ? Rendered.As<AdoptionPage>(model) : (Refused)Problems.NotFound("adoption", $"{id}");

    public static async Task<IResult> Decide(int id, HttpContext context, WriteTransaction write, NpgsqlDataSource source, CancellationToken cancellation)
    {
        var form = await context.Request.ReadFormAsync(cancellation);
        context.ExpectVersion(form);
        var named = form["feature"].OfType<string>().ToArray();
        var answer = await AdoptionEndpoints.Decide(
            id, new() { Decision = form.Field("decision"), Comment = form.Field("comment"), Features = named.Length == 0 ? null : named }, context,
            write, cancellation);
        if (answer.Take<object>(out _, out var refusal))
            return Rendered.See(context, $"/adoptions/{id}");
        return await ModelAsync(id, context, source, cancellation) is { } model
            ? Rendered.As<AdoptionPage>(model with { Complaint = Complaint.Of(refusal), Comment = form.Field("comment") }, Problems.Status(refusal.Kind))
            : (Refused)refusal;
    }

    private static async Task<AdoptionModel?> ModelAsync(int id, HttpContext context, NpgsqlDataSource source, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        if (await AdoptionStore.FindAsync(connection, id, cancellation) is not { } request)
            return null;
        var actor = await context.ActorAsync(connection, cancellation);
        var may = Permissions.Of(context.Caller().Role, Permission.DecideAdoption) == Reach.None ? [] : request.Items
            .Where(item => Adoptions.Decide(item.Adoption, AdoptionState.Approved, actor, "", DateTimeOffset.MaxValue).Accepted)
            .Select(item => item.Adoption.Feature).ToList();
        return new(request.View(), may, null, null);
    }
}
