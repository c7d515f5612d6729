using FeatureGovernance.Contracts;
using FeatureGovernance.Contracts.Access;
using FeatureGovernance.Contracts.Value;
using FeatureGovernance.Core;
using FeatureGovernance.Server.Http;
using FeatureGovernance.Server.Pages;
using FeatureGovernance.Server.Storage;
using FeatureGovernance.Server.Value;
using Hangfire;
using Npgsql;

namespace FeatureGovernance.Server.Access.Pages;

/// <summary>Tokens and long work.</summary>
/// <param name="Tokens">Tokens without their secrets; null where the caller may not manage them.</param>
/// <param name="Made">A token just made, with its secret, shown this once.</param>
/// <param name="Kept">What was typed into the form that was turned down, by field.</param>
public sealed record AdminModel(
    Page<TokenView>? Tokens, NewToken? Made, IReadOnlyList<ScoringRunView> Runs, bool IsAdmin, Complaint? Complaint, IReadOnlyDictionary<string, string> Kept)
{
    /// <summary>The roles that a token may have.</summary>
    public static readonly IReadOnlyList<string> Roles = [.. Enum.GetValues<Role>().Select(Words.Of)];
}

internal static class AdminPages
{
    public static void MapAdminPages(this RouteGroupBuilder pages)
    {
        pages.MapGet("/admin", async (HttpContext context, GovernanceDb db, NpgsqlDataSource source, string? cursor, CancellationToken cancellation) =>
            Rendered.As<AdminPage>(await ModelAsync(context, db, source, cursor, cancellation))).Needs(Permission.RunScoring);
        pages.MapPost("/admin/tokens", Create).Needs(Permission.ManageTokens).Mutates();
        pages.MapPost("/admin/tokens/{id:int}/revoke", Revoke).Needs(Permission.ManageTokens).Mutates();
        pages.MapPost("/admin/scoring", Score).Needs(Permission.RunScoring).Mutates();
    }

    private static async Task<AdminModel> ModelAsync(
        HttpContext context, GovernanceDb db, NpgsqlDataSource source, string? cursor, CancellationToken cancellation)
    {
        var caller = context.Caller();
        var tokens = Permissions.Of(caller.Role, Permission.ManageTokens) == Reach.None
            ? null
            : (await AccessEndpoints.List(db, context.RequestServices.GetRequiredService<TimeProvider>(), 100, cursor, cancellation)).Or<Page<TokenView>>();
        var runs = (await ScoringEndpoints.List(source, 10, null, cancellation)).Or<Page<ScoringRunView>>();
        return new(tokens, null, runs?.Items ?? [], caller.IsAdmin, null, new Dictionary<string, string>());
    }

    // The secret is in the answer to the form itself: kept nowhere, and gone with the page.
    private static async Task<IResult> Create(HttpContext context, WriteTransaction write, NpgsqlDataSource source, CancellationToken cancellation)
    {
        var form = await context.Request.ReadFormAsync(cancellation);
        var answer = await AccessEndpoints.Create(new() { Name = form.Field("name"), Role = form.Field("role"), Person = form.Field("person") },
            write, cancellation);
        var made = answer.Take(out NewToken token, out var refusal);
        var model = await ModelAsync(context, write.Db, source, null, cancellation);
        return made
            ? Rendered.As<AdminPage>(model with { Made = token })
            : Rendered.As<AdminPage>(model with { Complaint = Complaint.Of(refusal), Kept = form.ToDictionary(one => one.Key, one => one.Value.ToString()) },
                Problems.Status(refusal.Kind));
    }

    private static async Task<IResult> Revoke(int id, HttpContext context, WriteTransaction write, Callers callers, CancellationToken cancellation)
    {
        var answer = await AccessEndpoints.Revoke(id, write, callers, cancellation);
        return answer.Result is Refused refused ? refused : Rendered.See(context, "/admin");
    }

    private static async Task<IResult> Score(
        HttpContext context, WriteTransaction write, NpgsqlDataSource source, IBackgroundJobClient jobs, CancellationToken cancellation)
    {
        var answer = await ScoringEndpoints.Start(context, write, jobs, cancellation);
        return answer.Take<object>(out _, out var refusal)
            ? Rendered.See(context, "/admin")
            : Rendered.As<AdminPage>(await ModelAsync(context, write.Db, source, null, cancellation) with { Complaint = Complaint.Of(refusal) },
                Problems.Status(refusal.Kind));
    }
}
