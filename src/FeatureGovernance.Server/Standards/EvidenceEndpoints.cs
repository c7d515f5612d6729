using FeatureGovernance.Contracts.Standards;
using FeatureGovernance.Core;
using FeatureGovernance.Core.Standards;
using FeatureGovernance.Server.Access;
using FeatureGovernance.Server.Audit;
using FeatureGovernance.Server.Http;
using FeatureGovernance.Server.Registry;
using FeatureGovernance.Server.Storage;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;
using NpgsqlTypes;

namespace FeatureGovernance.Server.Standards;

/// <summary>What was measured, tested or approved of a feature.</summary>
internal static class EvidenceEndpoints
{
    public static void MapEvidence(this RouteGroupBuilder api)
    {
        var evidence = api.MapGroup("/features/{key}/evidence").WithTags("Standards");
        evidence.MapGet("", List).Needs(Permission.Read).WithSummary("The newest evidence of each kind");
        evidence.MapPut("/{kind}", Put).Needs(Permission.RegisterFeatures).Mutates()
            .WithSummary("Report a measurement or a test, or approve the use of sensitive data");
    }

    private static async Task<Results<Ok<EvidenceList>, Refused>> List(string key, NpgsqlDataSource source, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        return await FeatureRow.FindAsync(connection, key, cancellation) is { } row
            ? TypedResults.Ok(await ListAsync(connection, row.Id, cancellation))
            : (Refused)Problems.NotFound("feature", FieldFaults.Printable(key));
    }

    private static async Task<Results<Ok<EvidenceList>, Refused>> Put(
        string key, string kind, EvidenceReport body, HttpContext context, WriteTransaction write, CancellationToken cancellation)
    {
        var faults = new FieldFaults();
        var what = faults.Word<EvidenceKind>("kind", kind);
        faults.Check(body.Value is not null, "value", "The field is required.", "Give a number.");
        faults.Number("value", body.Value, 0, what is EvidenceKind.Freshness or EvidenceKind.LabelDelay ? 1e9 : 1);
        faults.Check(body.At is null || body.At <= write.Now, "at", "The instant is in the future.", "Say when it was measured.");
        faults.Text("link", body.Link, 1_000);
        faults.Text("comment", body.Comment, FieldFaults.LongText);
        if (faults.Refusal is { } malformed)
            return (Refused)malformed;
        if (await FeatureRow.FindAsync(write.Connection, key, cancellation) is not { } row)
            return (Refused)Problems.NotFound("feature", FieldFaults.Printable(key));
        if (NotAllowed(context.Caller(), what!.Value, row) is { } notAllowed)
            return (Refused)notAllowed;
        var before = await ListAsync(write.Connection, row.Id, cancellation);
        await using var command = new NpgsqlCommand("""
            insert into standards.evidence (feature_id, kind, value, at, actor, link, comment) values ($1, $2, $3, $4, $5, $6, $7)
            on conflict (feature_id, kind) do update
                set value = excluded.value, at = excluded.at, actor = excluded.actor, link = excluded.link, comment = excluded.comment
                where excluded.at >= standards.evidence.at
            """, write.Connection);
        command.Parameters.Add(new() { Value = row.Id });
        command.Parameters.Add(new() { Value = (short)what.Value });
        command.Parameters.Add(new() { Value = body.Value!.Value });
        command.Parameters.Add(new() { Value = WriteTransaction.Truncate(body.At ?? write.Now) });
        command.Parameters.Add(new() { Value = write.Origin.Actor });
        command.Parameters.Add(new() { Value = (object?)body.Link ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
        command.Parameters.Add(new() { Value = (object?)body.Comment?.Trim() ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
        if (await command.ExecuteNonQueryAsync(cancellation) == 0)
            return (Refused)new Refusal(RefusalKind.Conflict, "newer-evidence", $"Newer evidence of '{row.Key}' is known.",
                [new("at", "A later report exists.", "Report only what is newer.")]);
        var after = await ListAsync(write.Connection, row.Id, cancellation);
        write.Record(NewEvent.Of("feature.evidence", "feature", row.Id, row.Key, before, after, body.Comment));
        return TypedResults.Ok(after);
    }

    // An approval is worth something only where it is not the owner's own.
    private static Refusal? NotAllowed(Caller caller, EvidenceKind kind, FeatureRow row)
    {
        if (kind != EvidenceKind.SensitivityReview)
            return caller.Refuses(Permission.RegisterFeatures, row.TeamId, row.Team);
        if (caller.MemberOf.Contains(row.TeamId))
            return new(RefusalKind.Forbidden, "own-feature",
                $"Nobody approves the use of sensitive data of their own team; a lead outside '{row.Team}' or an administrator must.");
        return caller.Role is Role.Lead or Role.Admin ? null : new(RefusalKind.Forbidden, "not-yours-to-approve",
            "Only a lead outside the owning team, or an administrator, approves the use of sensitive data.");
    }

    private static async Task<EvidenceList> ListAsync(NpgsqlConnection connection, int feature, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("select kind, value, at, actor, link, comment from standards.evidence where feature_id = $1 order by kind", connection);
        command.Parameters.Add(new() { Value = feature });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var items = new List<EvidenceView>();
        while (await reader.ReadAsync(cancellation))
            items.Add(new(Words.Of((EvidenceKind)reader.GetInt16(0)), reader.GetDouble(1), reader.GetFieldValue<DateTimeOffset>(2),
                reader.GetString(3), reader.IsDBNull(4) ? null : reader.GetString(4), reader.IsDBNull(5) ? null : reader.GetString(5)));
        return new(items);
    }
}
