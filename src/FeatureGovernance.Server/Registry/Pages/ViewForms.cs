using FeatureGovernance.Server.Access;
using FeatureGovernance.Server.Http;
using FeatureGovernance.Server.Pages;
using FeatureGovernance.Server.Storage;
using Microsoft.AspNetCore.WebUtilities;
using Npgsql;

namespace FeatureGovernance.Server.Registry.Pages;

/// <summary>Keeping the filters of the catalogue.</summary>
internal static class ViewForms
{
    public static async Task<IResult> Save(HttpContext context, WriteTransaction write, NpgsqlDataSource source, CancellationToken cancellation)
    {
        var form = await context.Request.ReadFormAsync(cancellation);
        // Only what the catalogue knows is kept: the view leads nowhere else.
        var given = QueryHelpers.ParseQuery(form["query"].ToString());
        var filters = Catalogue.Names.Where(name => name != "cursor" && !string.IsNullOrWhiteSpace(given.GetValueOrDefault(name)))
            .ToDictionary(name => name, name => given[name].ToString(), StringComparer.Ordinal);
        var path = Show.Query("/features", [.. filters.Select(one => (one.Key, (string?)one.Value))]);
        var refusal = await SavedViews.SaveAsync(write, context.Caller(), form.Field("name"), path["/features".Length..].TrimStart('?'), cancellation);
        return refusal is null
            ? Rendered.See(context, path)
            : await Catalogue.PageAsync(filters, (Complaint.Of(refusal), form["name"].ToString(), Problems.Status(refusal.Kind)), context,
                source, cancellation);
    }

    public static async Task<IResult> Forget(int id, HttpContext context, WriteTransaction write, CancellationToken cancellation) =>
        await SavedViews.ForgetAsync(write, context.Caller(), id, cancellation) is { } refusal ? (Refused)refusal : Rendered.See(context, "/features");
}
