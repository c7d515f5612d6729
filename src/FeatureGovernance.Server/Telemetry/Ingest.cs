using System.Runtime.InteropServices;
using System.Threading.Channels;
using FeatureGovernance.Contracts;
using FeatureGovernance.Contracts.Telemetry;
using FeatureGovernance.Core;
using FeatureGovernance.Server.Audit;
using FeatureGovernance.Server.Http;
using FeatureGovernance.Server.Storage;
using Npgsql;

namespace FeatureGovernance.Server.Telemetry;

/// <summary>Whether a faulty line keeps the whole batch from landing, or only itself.</summary>
internal enum OnError
{
    Fail,
    Skip,
}

/// <summary>
/// Takes a batch from its body to the tables: one task parses while another sends what is parsed to the database, within the request's
/// one transaction. Memory is bounded by a few segments, whatever the size of the body.
/// </summary>
internal sealed class Ingest(WriteTransaction write, TelemetryNames names, NpgsqlDataSource source)
{
    public const int MostErrors = 1_000;
    private const int MostSuggested = 20;

    /// <param name="lines">Puts every line of the body into the batch.</param>
    public async Task<(TelemetryResult? Result, Refusal? Refusal)> RunAsync<T>(
        FactBatch<T> batch, OnError onError, Func<LineSink<T>, CancellationToken, Task> lines, CancellationToken cancellation)
        where T : struct, IFact<T>
    {
        await names.LoadAsync(write.Connection, cancellation);
        batch.Bounds = await Bookkeeping.BeginAsync(write, batch.Kind, cancellation);
        await batch.PrepareAsync(cancellation);

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var channel = Channel.CreateBounded<Segment<T>>(4);
        var reading = Task.Run(() => ReadAsync(batch, lines, channel.Writer, stop.Token), CancellationToken.None);
        var tally = new Tally();
        try
        {
            await foreach (var segment in channel.Reader.ReadAllAsync(cancellation))
            {
                await TakeAsync(batch, segment, tally, onError, cancellation);
                if (onError == OnError.Fail && tally.Errors.Count >= MostErrors)
                    break;
            }
        }
        finally
        {
            await stop.CancelAsync();
            await reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        if (reading.IsFaulted)
            await reading;
        var errors = await ExplainAsync(tally, cancellation);
        if (tally.Lines == 0)
            return (null, Problems.Malformed("body", "The body has no lines.", "Send one JSON object a line (application/x-ndjson), or rows as Parquet."));
        if (onError == OnError.Fail && errors.Count > 0)
            return (null, Refuse(tally, errors));
        if (tally.Landed > 0)
            await batch.MergeAsync(cancellation);
        var landed = tally.Lines - tally.FailedLines;
        var number = await Bookkeeping.EndAsync(write, batch.Kind, tally.Days, landed, tally.FailedLines, cancellation);
        write.Record(NewEvent.Of($"telemetry.{Words.Of(batch.Kind)}", "batch", (int)(number % int.MaxValue), $"{Words.Of(batch.Kind)} batch {number}", null,
            new { batch = number, received = tally.Lines, landed, failed = tally.FailedLines, days = tally.Days.Count }));
        return (new(number, tally.Lines, landed, tally.FailedLines, errors), null);
    }

    private static async Task ReadAsync<T>(
        FactBatch<T> batch, Func<LineSink<T>, CancellationToken, Task> lines, ChannelWriter<Segment<T>> output, CancellationToken cancellation)
        where T : struct, IFact<T>
    {
        try
        {
            var sink = new LineSink<T>(batch, output);
            await lines(sink, cancellation);
            await sink.FlushAsync(cancellation);
        }
        finally
        {
            output.TryComplete();
        }
    }

    private async Task TakeAsync<T>(FactBatch<T> batch, Segment<T> segment, Tally tally, OnError onError, CancellationToken cancellation)
        where T : struct, IFact<T>
    {
        tally.Lines += segment.Lines;
        tally.FailedLines += segment.FailedLines;
        tally.Malformed |= segment.Errors.Count > 0;
        tally.Errors.AddRange(segment.Errors.Take(Math.Max(0, MostErrors - tally.Errors.Count)));
        if (segment.Pending.Count > 0)
            await ResolveAsync(segment, tally, cancellation);
        if (segment.Rows.Count == 0 || (onError == OnError.Fail && tally.FailedLines > 0))
            return;
        var days = new HashSet<int>();
        var last = -1;
        foreach (ref readonly var row in segment.Settle())
        {
            if (row.Day != last)
                days.Add(last = row.Day);
        }

        tally.Days.UnionWith(days);
        tally.Landed += segment.Rows.Count;
        await batch.EnsurePartitionsAsync(days, source, cancellation);
        await batch.LandAsync(segment.Rows, cancellation);
    }

    // The segment's unknown names are looked up at once; rows whose names stay unknown leave the segment.
    private async Task ResolveAsync<T>(Segment<T> segment, Tally tally, CancellationToken cancellation)
        where T : struct, IFact<T>
    {
        foreach (var kind in segment.Pending.Select(pending => pending.Kind).Distinct().ToArray())
        {
            var asked = segment.Pending.Where(pending => pending.Kind == kind && !tally.Unknown.Contains((kind, pending.Name))).Select(pending => pending.Name)
                .Distinct().ToArray();
            if (asked.Length > 0)
                await names.FindAsync(write.Connection, kind, asked, cancellation);
        }

        var rows = CollectionsMarshal.AsSpan(segment.Rows);
        var failedLines = new HashSet<int>();
        var modelLines = new HashSet<int>();
        var versionLines = new HashSet<int>();
        foreach (var pending in segment.Pending)
        {
            ref var row = ref rows[pending.Row];
            if (names.TryFind(pending.Kind, pending.Name, out var id))
            {
                if (pending.Kind == NameKind.Feature)
                    row.FeatureId = id;
                else if (pending.Kind == NameKind.Model)
                    row.ModelId = id;
                else
                    row.ModelVersionId = id;
                continue;
            }

            tally.Unknown.Add((pending.Kind, pending.Name));
            // The version of an unknown model is no news, nor is the model again for each value of its report.
            var isNews = pending.Kind switch
            {
                NameKind.Feature => true,
                NameKind.Model => modelLines.Add(row.Line),
                NameKind.ModelVersion => !modelLines.Contains(row.Line) && versionLines.Add(row.Line),
            };
            failedLines.Add(row.Line);
            if (isNews && tally.UnknownLines.Count < MostErrors)
                tally.UnknownLines.Add((row.Line, pending));
        }

        // A report with one unknown feature fails as a whole: shares of an evaluation add up only when all of it is there.
        tally.FailedLines += failedLines.Count;
        segment.Rows.RemoveAll(row => failedLines.Contains(row.Line));
    }

    private async Task<List<LineError>> ExplainAsync(Tally tally, CancellationToken cancellation)
    {
        var nearest = new Dictionary<(NameKind, string), string[]>();
        foreach (var kind in (NameKind[])[NameKind.Feature, NameKind.Model])
        {
            var unknown = tally.Unknown.Where(name => name.Kind == kind && !name.Name.Contains('\0')).Take(MostSuggested).Select(name => name.Name).ToArray();
            if (unknown.Length == 0)
                continue;
            foreach (var (name, found) in await TelemetryNames.NearestAsync(write.Connection, kind, unknown, cancellation))
                nearest[(kind, name)] = found;
        }

        var errors = tally.Errors.Concat(tally.UnknownLines.Select(unknown => Explain(unknown.Line, unknown.Name, nearest)));
        return [.. errors.OrderBy(error => error.Line).Take(MostErrors)];
    }

    private static LineError Explain(int line, PendingName pending, Dictionary<(NameKind, string), string[]> nearest)
    {
        var name = pending.Kind == NameKind.ModelVersion ? pending.Name[(pending.Name.IndexOf('\n', StringComparison.Ordinal) + 1)..] : pending.Name;
        var shown = Problems.Shorten(FieldFaults.Printable(name));
        var what = pending.Kind switch
        {
            NameKind.Feature => "feature",
            NameKind.Model => "model",
            NameKind.ModelVersion => "version of this model",
        };
        var remedy = nearest.TryGetValue((pending.Kind, pending.Name), out var found) && found.Length > 0
            ? $"Did you mean {string.Join(", ", found.Select(near => $"'{near}'"))}?"
            : "Register it first, or check the spelling.";
        return new(line, pending.Field, $"There is no {what} '{shown}'.", remedy);
    }

    private static Refusal Refuse(Tally tally, List<LineError> errors)
    {
        var (kind, code) = tally.Malformed ? (RefusalKind.Malformed, "malformed-lines") : (RefusalKind.BrokenRule, "unknown-names");
        return new(kind, code, $"{tally.FailedLines:N0} lines are at fault; nothing landed. Correct them, or send onError=skip to land the others.",
            [.. errors.Select(error => new FieldError(error.Field!, error.Message, error.Remedy, null, error.Line))]);
    }

    private sealed class Tally
    {
        public long Lines { get; set; }
        public long FailedLines { get; set; }
        public long Landed { get; set; }
        public bool Malformed { get; set; }
        public List<LineError> Errors { get; } = [];
        public List<(int Line, PendingName Name)> UnknownLines { get; } = [];
        public HashSet<(NameKind Kind, string Name)> Unknown { get; } = [];
        public HashSet<int> Days { get; } = [];
    }
}

/// <summary>Where the lines of a body go: into segments, and those to the database.</summary>
internal sealed class LineSink<T>(FactBatch<T> batch, ChannelWriter<Segment<T>> output)
    where T : struct, IFact<T>
{
    private Segment<T> segment = new(64);

    public bool IsFull => segment.Rows.Count >= Segment<T>.Capacity || segment.Errors.Count >= Ingest.MostErrors;

    public void Add(ReadOnlySpan<byte> line, int number)
    {
        segment.Lines++;
        batch.Read(line, number, segment);
    }

    public void Fail(int number, string message, string remedy)
    {
        segment.Lines++;
        segment.FailedLines++;
        segment.Errors.Add(new(number, "line", message, remedy));
    }

    public async ValueTask FlushAsync(CancellationToken cancellation)
    {
        if (segment.Lines == 0)
            return;
        await output.WriteAsync(segment, cancellation);
        segment = new(Segment<T>.Capacity);
    }
}
