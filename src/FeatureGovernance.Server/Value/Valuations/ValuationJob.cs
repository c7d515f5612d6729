using FeatureGovernance.Contracts.Value;
using FeatureGovernance.Core;
using FeatureGovernance.Server.Audit;
using FeatureGovernance.Server.Jobs;
using FeatureGovernance.Server.Storage;
using FeatureGovernance.Server.Telemetry;
using FeatureGovernance.Valuation;
using FeatureGovernance.Valuation.Reading;
using Hangfire;
using Npgsql;

namespace FeatureGovernance.Server.Value.Valuations;

/// <summary>
/// Measures samples in the background. What was found, its evidence and the audit event land in one transaction that also ends the
/// valuation, so that one begun again after a process was killed counts once.
/// </summary>
internal sealed class ValuationJob(
    NpgsqlDataSource source, WriteTransaction write, Ingest ingest, TelemetryNames names, SampleStore store, IConfiguration configuration, TimeProvider clock)
{
    private const int MostAttempts = 3;

    // The part of the time for the features' value; the rest is for the label.
    private const double ForValue = 0.8;

    private static readonly TimeSpan Telling = TimeSpan.FromMilliseconds(500);

    private ValuationProgress progress = new("Reading the sample", 0);

    private DateTimeOffset Now => WriteTransaction.Truncate(clock.GetUtcNow());

    /// <summary>Takes up a valuation that nobody works on: its process was killed, or died before it was queued.</summary>
    [AutomaticRetry(Attempts = 0)]
    public async Task ResumeAsync(CancellationToken cancellation)
    {
        StoredValuation? left;
        await using (var connection = await source.OpenConnectionAsync(cancellation))
        {
            left = null;
            foreach (var open in await ValuationLedger.OpenAsync(connection, cancellation))
            {
                if (left is null && Now - open.View.RequestedAt > TimeSpan.FromMinutes(1)
                    && !await ValuationLedger.Runs.IsHeldAsync(connection, open.View.Id, cancellation))
                    left = open;
            }
        }

        if (left is not null)
            await RunAsync(left.View.Id, cancellation);
    }

    [AutomaticRetry(Attempts = 0)]
    public async Task RunAsync(int id, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        if (!await ValuationLedger.Runs.TryHoldAsync(connection, id, cancellation))
            return;
        try
        {
            if (!await ValuationLedger.StartAsync(connection, id, Now, cancellation))
                return;
            var valuation = (await ValuationLedger.FindAsync(connection, id, cancellation))!;
            if (valuation.View.Attempts > MostAttempts)
                await EndAsync(valuation, RunState.Failed,
                    $"Its process stopped {MostAttempts} times in the middle; the sample may be too large for this machine. Send fewer rows (rows=).");
            else
                await ExecuteAsync(valuation, cancellation);
        }
        finally
        {
            await ValuationLedger.Runs.ReleaseAsync(connection, id);
        }
    }

    private async Task ExecuteAsync(StoredValuation valuation, CancellationToken cancellation)
    {
        try
        {
            if (!await ValuationLedger.Runs.WorkAsync(source, valuation.View.Id, stop => MeasureAsync(valuation, stop), cancellation))
                await EndAsync(valuation, RunState.Cancelled, null);
        }
        catch (SampleException refusal)
        {
            await EndAsync(valuation, RunState.Failed, SampleStore.Discreet(refusal.Message, store.PathOf(valuation.File, valuation.IsUpload)));
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            await EndAsync(valuation, RunState.Failed, "The measuring itself failed; the server's log tells more.");
            throw;
        }
    }

    private async Task MeasureAsync(StoredValuation valuation, CancellationToken cancellation)
    {
        var question = valuation.Question;
        var path = store.PathOf(valuation.File, valuation.IsUpload);
        var keys = await KeysAsync(path, question, cancellation);
        var measuring = Task.Run(() => Measure(path, question, keys, cancellation), cancellation);
        // Until the measuring itself has heeded a request to stop: it reads the file.
        while (await Task.WhenAny(measuring, Task.Delay(Telling, CancellationToken.None)) != measuring)
            await TellAsync(valuation.View.Id);
        var (measured, label, packed) = await measuring;
        await LandAsync(valuation, measured, label, packed, keys, cancellation);
        store.Forget(valuation.File, valuation.IsUpload);
    }

    private async Task<IReadOnlyDictionary<string, string>?> KeysAsync(string path, ValuationQuestion question, CancellationToken cancellation)
    {
        if (question.Model is not { } model)
            return null;
        await using var connection = await source.OpenConnectionAsync(cancellation);
        return await ImportanceImport.ResolveAsync(connection, model, question.Version,
            SampleFile.Columns(path).Except(question.Sample().Others), cancellation);
    }

    private (MeasuredValue Value, MeasuredLabel Label, PackedSample? Packed) Measure(
        string path, ValuationQuestion question, IReadOnlyDictionary<string, string>? keys, CancellationToken stop)
    {
        var begun = clock.GetTimestamp();
        var sample = SampleFile.Read(path, question.Sample() with { Features = keys?.Keys.ToHashSet(StringComparer.Ordinal) });
        TimeSpan? allowed = question.Seconds is { } seconds ? TimeSpan.FromSeconds(seconds) : null;
        var options = new ValuationOptions { Ablations = question.Ablations ?? new ValuationOptions().Ablations, Budget = allowed * ForValue };
        var value = ValueEngine.Measure(sample, options, new Told(p => progress = p with { Done = p.Done * ForValue }), stop);
        var label = LabelEngine.Measure(
            sample, new() { Budget = allowed - clock.GetElapsedTime(begun) },
            new Told(p => progress = p with { Done = ForValue + (p.Done * (1 - ForValue)) }), stop);
        return (value, label, keys is null ? null : ReplaySamples.Pack(sample, configuration.GetValue("FEATGOV_REPLAY_ROWS", ReplaySamples.UsualRows)));
    }

    private async Task LandAsync(
        StoredValuation valuation, MeasuredValue measured, MeasuredLabel label, PackedSample? packed, IReadOnlyDictionary<string, string>? keys,
        CancellationToken cancellation)
    {
        write.Origin = Origin.System("valuation");
        await write.BeginAsync(cancellation);
        if (!await ValuationLedger.Runs.EndAsync(write.Connection, valuation.View.Id, RunState.Succeeded, write.Now, null, cancellation))
        {
            await write.RollbackAsync();
            return;
        }

        var (batch, notes) = keys is null
            ? (null, [])
            : await MeasuredEvidence.LandAsync(valuation, measured, keys, new(write) { Names = names }, ingest, cancellation);
        var summary = new ValuationSummary(
            measured.Metric, measured.Quality, measured.QualityStandardError, measured.RemovalLoss, measured.RemovalLossStandardError,
            measured.Features.Length, measured.Trainings, batch, [.. measured.Notes, .. notes])
        {
            ScoreQuality = measured.ScoreQuality?.Mean,
            ScoreQualityStandardError = measured.ScoreQuality?.StandardError,
        };
        await ValuationLedger.KeepAsync(write.Connection, valuation.View.Id, summary, [.. measured.Features.Select(f => Shown(f, keys))], cancellation);
        if (packed is not null)
            await ReplaySamples.KeepAsync(write.Connection, valuation, MeasuredEvidence.MetricOf(valuation, measured), measured, keys!, packed,
                write.Now, cancellation);
        var registered = await LabelLedger.ResolveAsync(write.Connection, valuation.Question, cancellation);
        await LabelLedger.KeepAsync(write.Connection, LabelShown.Of(label, valuation.View.Id, write.Now, registered?.Key), registered?.Id, cancellation);
        write.Record(NewEvent.Of<object>(
            "valuation.measured", "valuation", valuation.View.Id, $"{valuation.View.Id}", null,
            new { valuation.View.Model, valuation.View.Version, features = measured.Features.Length, batch }));
        await write.CommitAsync(cancellation);
    }

    private static ValuedColumn Shown(ValuedFeature f, IReadOnlyDictionary<string, string>? keys) => new(
        f.Feature, keys?.GetValueOrDefault(f.Feature), f.Permutation, f.PermutationStandardError, f.Ablation, f.AblationStandardError, f.Share,
        f.Lower80, f.Upper80,
        f.Cluster, Words.Of(f.Recommendation), [.. f.Reasons.Select(r => new ValuedReason(r.Code, r.Sentence, r.Confidence))], f.Shap, f.ShapStandardError);

    private async Task EndAsync(StoredValuation valuation, RunState state, string? error)
    {
        await using var connection = await source.OpenConnectionAsync();
        await ValuationLedger.Runs.EndAsync(connection, valuation.View.Id, state, Now, error, CancellationToken.None);
        store.Forget(valuation.File, valuation.IsUpload);
    }

    private async Task TellAsync(int id)
    {
        try
        {
            await using var connection = await source.OpenConnectionAsync();
            var told = progress;
            await ValuationLedger.ReportAsync(connection, id, told.Step, told.Done, CancellationToken.None);
        }
        catch (NpgsqlException)
        {
            // Where the database is gone, landing will tell.
        }
    }

    private sealed class Told(Action<ValuationProgress> tell) : IProgress<ValuationProgress>
    {
        public void Report(ValuationProgress value) => tell(value);
    }
}
