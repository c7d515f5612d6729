using System.Globalization;
using DuckDB.NET.Data;
using Npgsql;

namespace FeatureGovernance.Server.Capacity;

/// <summary>The rows of <see cref="PlanCsv"/> as a Parquet file.</summary>
internal static class PlanParquet
{
    public const string Type = "application/vnd.apache.parquet";

    public static async Task WriteAsync(NpgsqlDataSource source, StoredPlan plan, Stream stream, CancellationToken cancellation)
    {
        var folder = Directory.CreateTempSubdirectory("featgov-plan-");
        try
        {
            var (csv, parquet) = (Path.Combine(folder.FullName, "plan.csv"), Path.Combine(folder.FullName, "plan.parquet"));
            await using (var file = File.Create(csv))
                await PlanCsv.WriteAsync(source, plan, file, cancellation);
            await using (var connection = new DuckDBConnection("Data Source=:memory:"))
            {
                await connection.OpenAsync(cancellation);
                await using var command = connection.CreateCommand();
                // Column types are stated, so that a column that is empty in this plan has the type it has in others.
                command.CommandText = string.Create(CultureInfo.InvariantCulture, $"""
                    set memory_limit = '256MB'; set threads = 1;
                    copy (select * from read_csv('{Quoted(csv)}', header = true, all_varchar = false, columns = {PlanCsv.ColumnTypes}))
                    to '{Quoted(parquet)}' (format parquet);
                    """);
                await command.ExecuteNonQueryAsync(cancellation);
            }

            await using var written = File.OpenRead(parquet);
            await written.CopyToAsync(stream, cancellation);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static string Quoted(string path) => path.Replace("'", "''", StringComparison.Ordinal);
}
