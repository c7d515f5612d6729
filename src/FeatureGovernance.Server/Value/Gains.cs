using Npgsql;
using NpgsqlTypes;

namespace FeatureGovernance.Server.Value;

/// <summary>
/// What models may gain by, reckoned by each run from the shares it published, in the place of the last run's. Fifty siblings' shares are too much to go through while somebody waits for a page.
/// </summary>
internal static class Gains
{
    /// <summary>Reckons it for every model, within the caller's transaction.</summary>
    public static async Task PublishAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await Sql.ExecuteAsync(connection, "delete from value.model_gain; delete from value.model_sibling", cancellation);
        foreach (var models in (await ModelsAsync(connection, cancellation)).GroupBy(model => (model.Kind, model.Surface)))
        {
            var circle = await SiblingCircle.ReadAsync(connection, models.Key.Kind, models.Key.Surface, cancellation);
            foreach (var (id, _, _) in models)
                await WriteAsync(connection, id, circle.Of(id), await circle.GainsAsync(connection, id, cancellation), cancellation);
        }
    }

    /// <summary>
    /// With whom a model is compared, and what it may gain by, as the last run found it. A model that the run did not know is compared now.
    /// Since then features may have gone, or come to be read: the caller looks.
    /// </summary>
    public static async Task<(int[] Siblings, IReadOnlyList<ModelGain> Gains)> ReadAsync(NpgsqlConnection connection, int model, CancellationToken cancellation)
    {
        await using var batch = new NpgsqlBatch(connection)
        {
            BatchCommands =
            {
                Of(model, "select siblings from value.model_sibling where model_id = $1"),
                Of(model, "select feature_id, share, lower, upper, siblings, evidence_models, evidence_shares from value.model_gain where model_id = $1 order by place"),
                Of(model, "select kind, surface from registry.model where id = $1"),
            },
        };
        (int[]? siblings, List<ModelGain> gains, short kind, string? surface) = (null, [], 0, null);
        await using (var reader = await batch.ExecuteReaderAsync(cancellation))
        {
            if (await reader.ReadAsync(cancellation))
                siblings = reader.GetFieldValue<int[]>(0);
            await reader.NextResultAsync(cancellation);
            while (await reader.ReadAsync(cancellation))
            {
                gains.Add(new(reader.GetInt32(0), new(reader.GetDouble(1), reader.GetDouble(2), reader.GetDouble(3)), reader.GetInt32(4),
                    [.. reader.GetFieldValue<int[]>(5).Zip(reader.GetFieldValue<double[]>(6))]));
            }

            await reader.NextResultAsync(cancellation);
            if (await reader.ReadAsync(cancellation))
                (kind, surface) = (reader.GetInt16(0), reader.IsDBNull(1) ? null : reader.GetString(1));
        }

        if (siblings is not null)
            return (siblings, gains);
        var circle = await SiblingCircle.ReadAsync(connection, kind, surface, cancellation);
        return (circle.Of(model), await circle.GainsAsync(connection, model, cancellation));
    }

    private static NpgsqlBatchCommand Of(int model, string sql) => new(sql) { Parameters = { new() { Value = model } } };

    private static async Task<List<(int Id, short Kind, string? Surface)>> ModelsAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("select id, kind, surface from registry.model order by id", connection);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var models = new List<(int, short, string?)>();
        while (await reader.ReadAsync(cancellation))
            models.Add((reader.GetInt32(0), reader.GetInt16(1), reader.IsDBNull(2) ? null : reader.GetString(2)));
        return models;
    }

    private static async Task WriteAsync(NpgsqlConnection connection, int model, int[] siblings, IReadOnlyList<ModelGain> gains, CancellationToken cancellation)
    {
        await using (var command = new NpgsqlCommand("insert into value.model_sibling values ($1, $2)", connection))
        {
            command.Parameters.AddWithValue(model);
            command.Parameters.AddWithValue(siblings);
            await command.ExecuteNonQueryAsync(cancellation);
        }

        await using var writer = await connection.BeginBinaryImportAsync("copy value.model_gain from stdin (format binary)", cancellation);
        for (var place = 0; place < gains.Count; place++)
        {
            var (feature, expected, known, evidence) = gains[place];
            await writer.StartRowAsync(cancellation);
            foreach (var number in (int[])[model, place, feature])
                await writer.WriteAsync(number, NpgsqlDbType.Integer, cancellation);
            foreach (var number in (double[])[expected.Share, expected.Lower, expected.Upper])
                await writer.WriteAsync(number, NpgsqlDbType.Double, cancellation);
            await writer.WriteAsync(known, NpgsqlDbType.Integer, cancellation);
            await writer.WriteAsync(evidence.Select(one => one.Model).ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Integer, cancellation);
            await writer.WriteAsync(evidence.Select(one => one.Share).ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Double, cancellation);
        }

        await writer.CompleteAsync(cancellation);
    }
}
