using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using FeatureGovernance.Cli.Running;
using FeatureGovernance.Client;
using FeatureGovernance.Contracts.Drift;
using FeatureGovernance.Core;
using FeatureGovernance.Core.Drift;
using FeatureGovernance.Profiling;

namespace FeatureGovernance.Cli.Drift;

/// <summary><c>featgov profile FILE</c>: profiles a file on this machine and sends only the profiles.</summary>
internal static class ProfileCommand
{
    public static Command Create(Surroundings surroundings)
    {
        var file = new Argument<string>("FILE") { Description = "Parquet or CSV, a folder of such files (hive-partitioned or not), or a pattern with *." };
        var group = new Option<string?>("--group") { Description = "Columns are features of this group, by name." };
        var map = new Option<string[]>("--map") { Description = "COLUMN=FEATURE, where names differ; may be repeated.", AllowMultipleArgumentsPerToken = true };
        var columns = new Option<string[]>("--column") { Description = "A column of the group; without it, all of numbers, texts and lists of numbers.", AllowMultipleArgumentsPerToken = true };
        var time = new Option<string?>("--time") { Description = "The column of times; found by itself where there is one." };
        var window = new Option<string>("--window") { Description = "hour, day or week.", DefaultValueFactory = _ => "day" };
        window.AcceptOnlyFromAmong("hour", "day", "week");
        var start = new Option<string?>("--start") { Description = "The start, in UTC, of the one window of a file without times." };
        var readAt = new Option<string?>("--read-at") { Description = "The column of times at which values were read, or could first be; their lag is told from it and --time or --as-of." };
        var asOf = new Option<string?>("--as-of") { Description = "The column of times as of which values hold, where --time is when they were read." };
        var lag = new Option<string?>("--lag") { Description = "A column of lags in seconds, instead of --read-at and --as-of." };
        var segments = new Option<string[]>("--segment") { Description = "A column by whose values rows are told apart.", AllowMultipleArgumentsPerToken = true };
        var weight = new Option<string?>("--weight") { Description = "A column that says how many rows each row stands for, of a table grouped by value." };
        var site = new Option<string>("--site") { Description = "training or serving.", DefaultValueFactory = _ => "serving" };
        site.AcceptOnlyFromAmong("training", "serving");
        var strict = new Option<bool>("--strict") { Description = "Send nothing where values lie outside what a feature was registered to have." };
        return new Command("profile", "Profile a file here and send only the profiles; --json prints them instead.")
        {
            file, group, map, columns, time, window, start, readAt, asOf, lag, segments, weight, site, strict,
        }
            .Runs(surroundings, async call =>
            {
                var features = Mapped(call.Get(map) ?? []);
                if (call.Get(group) is null && features.Count == 0)
                    throw new UsageException("Neither --group nor --map is given.", "Say which features the columns are.");
                var question = new ProfileQuestion(call.Get(file), Words<WindowLength>.TryParse(call.Get(window), out var length) ? length : WindowLength.Day)
                {
                    Columns = call.Get(group) is null ? [.. features.Keys] : [.. call.Get(columns) ?? []],
                    Time = call.Get(time),
                    Start = Instant(call.Get(start)),
                    Weight = call.Get(weight),
                    Lag = LagColumns.Of(call.Get(readAt), call.Get(asOf), call.Get(lag)),
                    Segments = [.. call.Get(segments) ?? []],
                };
                var profiles = await ReadAsync(call, question);
                var lines = profiles.Select(profile => Line(profile, features, call.Get(group), call.Get(window)!, call.Get(site)!));
                if (call.Screen.Json)
                {
                    foreach (var line in lines)
                        surroundings.Output.WriteLine(JsonSerializer.Serialize(line, ClientJson.Options));
                    return;
                }

                var sent = await call.Screen.WithProgressAsync("profiles", profiles.Count, progress =>
                    call.Client.UploadLinesAsync<ProfilesResult, ProfileReport>(Paths.Of("telemetry", "profiles") + (call.Get(strict) ? "?strict=true" : ""),
                        lines, progress, call.Cancellation));
                call.Screen.Say(string.Create(CultureInfo.InvariantCulture,
                    $"{sent.Landed} profiles landed; {sent.Replaced} of them replaced a former one."), sent);
                foreach (var outside in sent.Outside)
                    call.Screen.Remark(outside.Message);
            });
    }

    private static async Task<List<ColumnProfile>> ReadAsync(Call call, ProfileQuestion question)
    {
        try
        {
            return await call.Screen.WithProgressAsync("rows", null, progress => Task.Run(() => FileProfiler.Read(question, progress, call.Cancellation)));
        }
        catch (ProfilingException fault)
        {
            throw new UsageException(fault.Message);
        }
    }

    private static ProfileReport Line(ColumnProfile profile, Dictionary<string, string> features, string? group, string window, string site)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            profile.WriteJson(json);
        }

        using var document = JsonDocument.Parse(stream.ToArray());
        return new()
        {
            Feature = features.TryGetValue(profile.Column, out var feature) ? feature : $"{group}:{profile.Column}",
            Window = window,
            Start = profile.Start,
            Site = site,
            Segment = profile.Segment.Length == 0 ? null : profile.Segment,
            LagSeconds = profile.LagSeconds,
            Profile = document.RootElement.Clone(),
        };
    }

    private static Dictionary<string, string> Mapped(string[] pairs)
    {
        var features = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var pair in pairs)
        {
            var at = pair.IndexOf('=', StringComparison.Ordinal);
            features[at > 0 ? pair[..at] : throw new UsageException($"--map {pair}: there is no '='.", "Write COLUMN=GROUP:FEATURE.")] = pair[(at + 1)..];
        }

        return features;
    }

    private static DateTime? Instant(string? text) => text is null ? null
        : DateTime.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var instant) ? instant
        : throw new UsageException($"--start {text}: this is no instant.", "Write it as 2026-01-31 or 2026-01-31T10:00:00Z.");
}
