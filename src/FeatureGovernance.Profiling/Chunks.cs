using System.Text;
using DuckDB.NET.Data;
using DuckDB.NET.Native;

namespace FeatureGovernance.Profiling;

/// <summary>The result of a statement, chunk by chunk and column by column, in DuckDB's own memory.</summary>
internal sealed class Chunks : IDisposable
{
    private readonly DuckDBPreparedStatement statement;
    private readonly Func<string, Exception> fault;
    private DuckDBResult result;

    /// <param name="connection">Where to execute.</param>
    /// <param name="sql">The statement.</param>
    /// <param name="fault">What to throw where it cannot be executed, or its result not be read to the end.</param>
    public Chunks(DuckDBConnection connection, string sql, Func<string, Exception> fault)
    {
        this.fault = fault;
        var prepared = NativeMethods.PreparedStatements.DuckDBPrepare(connection.NativeConnection, sql, out statement);
        if (prepared.IsSuccess() && NativeMethods.PreparedStatements.DuckDBExecutePreparedStreaming(statement, out result).IsSuccess())
            return;
        var error = prepared.IsSuccess() ? NativeMethods.Query.DuckDBResultError(ref result) : NativeMethods.PreparedStatements.DuckDBPrepareError(statement);
        Dispose();
        throw Fault(error);
    }

    /// <summary>The next chunk, which the caller disposes of; null at the end.</summary>
    public Chunk? Next()
    {
        var chunk = NativeMethods.StreamingResult.DuckDBStreamFetchChunk(result);
        if (!chunk.IsInvalid)
            return new(chunk);
        chunk.Dispose();
        return NativeMethods.Query.DuckDBResultError(ref result) is { Length: > 0 } error ? throw Fault(error) : null;
    }

    public void Dispose()
    {
        NativeMethods.Query.DuckDBDestroyResult(ref result);
        statement.Dispose();
    }

    private Exception Fault(string error) => fault(error.Split('\n')[0]);
}

/// <summary>Some thousand rows of a result; valid until disposed of.</summary>
internal sealed unsafe class Chunk(DuckDBDataChunk chunk) : IDisposable
{
    private const int LongestInline = 12;

    public int Rows { get; } = (int)NativeMethods.DataChunks.DuckDBDataChunkGetSize(chunk);

    /// <summary>A column's values; those of missing ones mean nothing.</summary>
    public ReadOnlySpan<T> Values<T>(int column)
        where T : unmanaged => new((void*)NativeMethods.Vectors.DuckDBVectorGetData(Vector(column)), Rows);

    /// <summary>Which values are there: a bit for each, from the least of the first word. Empty where all are.</summary>
    public ReadOnlySpan<ulong> Present(int column)
    {
        var mask = (ulong*)NativeMethods.Vectors.DuckDBVectorGetValidity(Vector(column));
        return mask is null ? [] : new(mask, (Rows + 63) / 64);
    }

    /// <summary>A text's UTF-8 bytes.</summary>
    public ReadOnlySpan<byte> Bytes(int column, int row)
    {
        var text = (byte*)NativeMethods.Vectors.DuckDBVectorGetData(Vector(column)) + (row * 16);
        var length = *(int*)text;
        return new(length <= LongestInline ? text + 4 : *(byte**)(text + 8), length);
    }

    public string Text(int column, int row) => Encoding.UTF8.GetString(Bytes(column, row));

    public void Dispose() => chunk.Dispose();

    public static bool IsPresent(ReadOnlySpan<ulong> present, int row) => present.IsEmpty || ((present[row >> 6] >> row) & 1) != 0;

    private IntPtr Vector(int column) => NativeMethods.DataChunks.DuckDBDataChunkGetVector(chunk, column);
}
