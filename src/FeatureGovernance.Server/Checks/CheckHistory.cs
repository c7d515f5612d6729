using FeatureGovernance.Contracts;
using FeatureGovernance.Contracts.Checks;
using FeatureGovernance.Core;
using FeatureGovernance.Core.Checks;
using FeatureGovernance.Server.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;
using NpgsqlTypes;

namespace FeatureGovernance.Server.Checks;

internal static class CheckHistory
{
    private const string Query = """
        select c.id, c.at, c.actor, coalesce(m.name, c.model, ''), c.verdict, c.features, c.errors, c.warnings, c.repository, c.commit,
               c.registry_version, c.duration_us
        from lifecycle.check_record c
        left join registry.model m on m.id = c.model_id
        where c.id < $1
          and ($2::text is null or c.model_id = (select id from registry.model where name = $2) or c.model = $2)
          and ($3::smallint is null or c.verdict = $3)
        order by c.id desc
        limit $4
        """;

    public static async Task<Results<Ok<Page<RecordedCheck>>, Refused>> List(
        NpgsqlDataSource source, string? model, string? verdict, int? limit, string? cursor, CancellationToken cancellation)
    {
        var faults = new FieldFaults();
        var size = Limits.Page(limit, faults);
        var after = Cursor.Decode(cursor, "-id", faults);
        faults.Slug("model", model, required: false);
        var wanted = faults.Word<Verdict>("verdict", verdict);
        if (faults.Refusal is { } refusal)
            return (Refused)refusal;

        await using var command = source.CreateCommand(Query);
        command.Parameters.Add(new() { Value = after?.Id ?? long.MaxValue });
        command.Parameters.Add(new() { Value = (object?)model ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
        command.Parameters.Add(new() { Value = wanted is { } word ? (short)word : DBNull.Value, NpgsqlDbType = NpgsqlDbType.Smallint });
        command.Parameters.Add(new() { Value = size + 1 });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var found = new List<RecordedCheck>();
        while (await reader.ReadAsync(cancellation))
            found.Add(Read(reader));
        var page = found.Take(size).ToList();
        return TypedResults.Ok(new Page<RecordedCheck>(page, found.Count > size ? new Cursor("-id", null, page[^1].Id).Encode() : null));
    }

    private static RecordedCheck Read(NpgsqlDataReader reader) => new(
        reader.GetInt64(0), reader.GetFieldValue<DateTimeOffset>(1), reader.GetString(2), reader.GetString(3), Words<Verdict>.Text((Verdict)reader.GetInt16(4)),
        reader.GetInt32(5), reader.GetInt32(6), reader.GetInt32(7), reader.IsDBNull(8) ? null : reader.GetString(8),
        reader.IsDBNull(9) ? null : reader.GetString(9), reader.GetInt64(10), reader.GetInt32(11) / 1000.0);
}
