using DuckDB.NET.Data;
using FeatureGovernance.Core;
using FeatureGovernance.Server.Http;
using System.Text;

namespace FeatureGovernance.Server.Telemetry;

/// <summary>The two forms of a batch: lines of JSON, and Parquet.</summary>
internal static class Bodies
{
    private const int LongestLine = 8 << 20;

    public static async Task ReadLinesAsync<T>(Stream body, LineSink<T> sink, CancellationToken cancellation)
        where T : struct, IFact<T>
    {
        var buffer = new byte[256 * 1024];
        var used = 0;
        var number = 0;
        var skipping = false;
        int read;
        while ((read = await body.ReadAsync(buffer.AsMemory(used), cancellation)) > 0)
        {
            used += read;
            var start = 0;
            int length;
            while ((length = buffer.AsSpan(start, used - start).IndexOf((byte)'\n')) >= 0)
            {
                if (!skipping)
                    Add(buffer.AsSpan(start, length), ++number, sink);
                skipping = false;
                start += length + 1;
                if (sink.IsFull)
                    await sink.FlushAsync(cancellation);
            }

            buffer.AsSpan(start, used - start).CopyTo(buffer);
            used -= start;
            if (skipping)
                used = 0;
            if (used < buffer.Length)
                continue;
            if (buffer.Length < LongestLine)
            {
                Array.Resize(ref buffer, buffer.Length * 2);
                continue;
            }

            sink.Fail(++number, "The line is over 8 MB.", "Send the report in parts.");
            skipping = true;
            used = 0;
        }

        if (used > 0 && !skipping)
            Add(buffer.AsSpan(0, used), ++number, sink);
    }

    /// <summary>DuckDB turns the rows into lines of JSON, so that both forms are read, and refused, in one way.</summary>
    public static async Task ReadParquetAsync<T>(Stream body, LineSink<T> sink, CancellationToken cancellation)
        where T : struct, IFact<T>
    {
        var path = Path.Combine(Path.GetTempPath(), $"featgov-{Guid.CreateVersion7():N}.parquet");
        try
        {
            await using (var file = File.Create(path))
                await body.CopyToAsync(file, cancellation);
            await using var connection = new DuckDBConnection("Data Source=:memory:");
            await connection.OpenAsync(cancellation);
            await using var settings = connection.CreateCommand();
            settings.CommandText = "set threads = 2; set memory_limit = '512MB'; set timezone = 'UTC'; set autoinstall_known_extensions = false;";
            await settings.ExecuteNonQueryAsync(cancellation);
            await using var command = connection.CreateCommand();
            command.UseStreamingMode = true;
            command.CommandText = "select to_json(line)::varchar from read_parquet($1) line";
            command.Parameters.Add(new DuckDBParameter(path));
            await using var rows = await command.ExecuteReaderAsync(cancellation);
            var number = 0;
            while (await rows.ReadAsync(cancellation))
            {
                sink.Add(Encoding.UTF8.GetBytes(rows.GetString(0)), ++number);
                if (sink.IsFull)
                    await sink.FlushAsync(cancellation);
            }
        }
        catch (DuckDBException)
        {
            throw new RefusedException(new Refusal(RefusalKind.Malformed, "malformed-parquet", "The body is not a whole, readable Parquet file.",
                [new FieldError("body", "The body is not a whole, readable Parquet file.", "Write the file to its end, and send it unchanged.")]));
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static void Add<T>(Span<byte> line, int number, LineSink<T> sink)
        where T : struct, IFact<T>
    {
        if (!line.Trim(" \t\r"u8).IsEmpty)
            sink.Add(line, number);
    }
}
