using System.Collections.Immutable;
using System.Text.Json;
using FeatureGovernance.Contracts.Drift;
using FeatureGovernance.Profiling;
using FeatureGovernance.Server.Audit;
using FeatureGovernance.Server.Http;
using FeatureGovernance.Server.Storage;
using Hangfire;
using Npgsql;

namespace FeatureGovernance.Server.Drift;

/// <summary>Profiles files in the background: what a file says lands as a whole, or not at all.</summary>
internal sealed class ScanJob(NpgsqlDataSource source, IServiceScopeFactory scopes, ScanRoots roots, IBackgroundJobClient jobs, TimeProvider clock)
{
    private const int MostAttempts = 3;
    private const int MostOutside = 20;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    /// <summary>Begins the scheduled scans that are due, and those whose process was killed.</summary>
    [AutomaticRetry(Attempts = 0)]
    public async Task RunDueAsync(CancellationToken cancellation)
    {
        var now = WriteTransaction.Truncate(clock.GetUtcNow());
        foreach (var id in (int[])[.. await Scans.LeftAsync(source, now - Patience, cancellation), .. await Scans.AddDueAsync(source, now, cancellation)])
            jobs.Enqueue<ScanJob>(job => job.RunAsync(id, CancellationToken.None));
    }

    [AutomaticRetry(Attempts = 0)]
    public async Task RunAsync(int id, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        if (!await Scans.Runs.TryHoldAsync(connection, id, cancellation))
            return;
        try
        {
            if (await Scans.StartAsync(connection, id, WriteTransaction.Truncate(clock.GetUtcNow()), cancellation) is not var (request, attempts))
                return;
            if (attempts > MostAttempts)
                throw new ProfilingException($"Its process stopped {MostAttempts} times in the middle; the files may be too large for this machine. Profile them in parts, or where they live.");
            await ScanAsync(id, request, cancellation);
        }
        catch (Exception fault) when (fault is ProfilingException or IOException or UnauthorizedAccessException)
        {
            await Scans.FailAsync(source, id, WriteTransaction.Truncate(clock.GetUtcNow()), fault.Message);
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            await Scans.FailAsync(source, id, WriteTransaction.Truncate(clock.GetUtcNow()), "The server failed; its log says more.");
            throw;
        }
        finally
        {
            await Scans.Runs.ReleaseAsync(connection, id);
        }
    }

    private async Task ScanAsync(int id, ScanRequest request, CancellationToken cancellation)
    {
        var faults = new FieldFaults();
        // The operator may have changed the folders since it was asked.
        if (ScanRules.Read(request, roots, faults) is not var (question, site))
            throw new ProfilingException(faults.All[0].Message);
        var features = await FeaturesAsync(request, cancellation);
        var named = request.Columns?.Keys.ToImmutableArray() ?? [];
        var wanted = question with
        {
            Columns = request.Group is null ? named : [],
            Defaults = features.Where(pair => pair.Value.Default is not null).ToImmutableDictionary(pair => pair.Key, pair => pair.Value.Default!),
        };
        var profiles = FileProfiler.Read(wanted, new RowProgress(source, id), cancellation);
        string[] skipped = [.. profiles.Select(profile => profile.Column).Distinct().Where(column => !features.ContainsKey(column))];
        if (named.FirstOrDefault(column => skipped.Contains(column)) is { } unknown)
            throw new ProfilingException($"Column '{unknown}' is mapped to '{request.Columns![unknown]}', which is not registered; register it first.");
        var lines = profiles.Where(profile => features.ContainsKey(profile.Column))
            .Select((profile, i) => Line(profile, i, features[profile.Column], site, wanted)).ToList();
        if (lines.Count == 0)
            throw new ProfilingException($"No column is a registered feature of group '{request.Group}'; the columns are {string.Join(", ", skipped.Take(20))}.");

        await using var scope = scopes.CreateAsyncScope();
        await using var write = scope.ServiceProvider.GetRequiredService<WriteTransaction>();
        write.Origin = Origin.System("scan");
        await write.BeginAsync(cancellation);
        await ProfileLanding.PrepareAsync(write, cancellation);
        await ProfileLanding.CopyAsync(write, lines, cancellation);
        var outside = await OutsideExpected.OfAsync(write, cancellation);
        if (request.Strict == true && outside is [var worst, ..])
            throw new ProfilingException($"Values lie outside what features were registered to have, {outside.Count} times or more. {worst.Message}");
        var (landed, replaced) = await ProfileLanding.MergeAsync(write, cancellation);
        await Scans.EndAsync(write.Connection, id, write.Now, landed, replaced, skipped,
            [.. outside.Take(MostOutside).Select(one => one.Message)], cancellation);
        write.Record(NewEvent.Of<object>("profiles.scanned", "scan", id, $"scan {id}", null, new { request.Path, landed, replaced }));
        await write.CommitAsync(cancellation);
    }

    private static (int Feature, ProfileLine Line) Line(ColumnProfile profile, int number, ScannedFeature feature, ProfileSite site, ProfileQuestion question)
    {
        var stored = StoredProfile.Of(profile);
        return (feature.Id, new(number, feature.Key, null, site, question.Window, profile.Start, profile.Segment, profile.LagSeconds, stored));
    }

    private async Task<Dictionary<string, ScannedFeature>> FeaturesAsync(ScanRequest request, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand("""
            select n.name, f.id, f.key, v.default_value::text
            from (select substr(key, length($1) + 2) as name, id from registry.feature where group_name = $1
                  union all
                  select c.name, coalesce(f.id, a.feature_id) from unnest($2, $3) as c (name, key)
                  left join registry.feature f on f.key = c.key left join registry.feature_alias a on a.key = c.key) n
            join registry.feature f on f.id = n.id
            join registry.feature_version v on v.feature_id = f.id and v.number = f.current_version
            """);
        command.Parameters.Add(new() { Value = request.Group ?? "" });
        command.Parameters.Add(new() { Value = request.Columns?.Keys.ToArray() ?? [] });
        command.Parameters.Add(new() { Value = request.Columns?.Values.ToArray() ?? [] });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var features = new Dictionary<string, ScannedFeature>(StringComparer.Ordinal);
        while (await reader.ReadAsync(cancellation))
            features[reader.GetString(0)] = new(reader.GetInt32(1), reader.GetString(2),
                reader.IsDBNull(3) ? null : Text(Json.Read<JsonElement>(reader.GetString(3))));
        return features;
    }

    private static string? Text(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString(),
        JsonValueKind.True => "1",
        JsonValueKind.False => "0",
        JsonValueKind.Number => value.GetRawText(),
        _ => null,
    };

    /// <summary>Notes rows as they go by, in order.</summary>
    private sealed class RowProgress(NpgsqlDataSource source, int scan) : IProgress<long>
    {
        public void Report(long value) => Scans.Report(source, scan, value);
    }

    private sealed record ScannedFeature(int Id, string Key, string? Default);
}
