using FeatureGovernance.Server.Http;
using FeatureGovernance.Server.Storage;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace FeatureGovernance.Server.Capacity;

/// <summary>What writes of pools, drivers, supply and scenarios have in common.</summary>
internal static class Writes
{
    /// <summary>Writes of one thing wait for each other, also where it is new and there is no row to wait for.</summary>
    public static async Task TakeTurnAsync(this WriteTransaction write, string thing, CancellationToken cancellation)
    {
        await using var hold = new NpgsqlCommand("select pg_advisory_xact_lock(hashtextextended('capacity.' || $1, 0))", write.Connection);
        hold.Parameters.AddWithValue(thing);
        await hold.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>Answers with what stays as it was.</summary>
    public static Ok<T> Unchanged<T>(this HttpContext context, T present, int revision)
    {
        context.SetRevision(revision);
        return TypedResults.Ok(present);
    }

    /// <summary>Answers with what was written: created at a path, or changed where <paramref name="revision"/> is not the first.</summary>
    public static Results<Ok<T>, Created<T>, Refused> Written<T>(this HttpContext context, T after, int revision, string path)
    {
        context.SetRevision(revision);
        return revision == 1 ? TypedResults.Created($"/api/v1/capacity/{path}", after) : TypedResults.Ok(after);
    }
}
