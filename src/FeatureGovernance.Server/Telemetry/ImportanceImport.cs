using System.Text;
using FeatureGovernance.Contracts.Telemetry;
using FeatureGovernance.Core;
using FeatureGovernance.Core.Value.Importing;
using FeatureGovernance.Server.Http;
using FeatureGovernance.Server.Storage;
using Npgsql;

namespace FeatureGovernance.Server.Telemetry;

/// <summary>What must be known of a file beside its content.</summary>
internal sealed record ImportQuestion(string? Format, string? Model, string? Version, string? Metric, string? EvaluatedAt);

/// <summary>
/// Turns a file that a library wrote into one line of importance, which then lands, or is refused, as any other. Libraries forbid ':' in
/// names, so a file's name is looked for in the model's manifest: as a key, with '__' or '_' for ':', or without its group.
/// </summary>
internal static class ImportanceImport
{
    private const int LargestFile = 256 << 20;
    private const int MostMissing = 100;

    private sealed record About(string Model, string? Version, string Metric, bool? HigherIsBetter, DateTimeOffset EvaluatedAt);

    public static async Task<(byte[]? Line, Refusal? Refusal)> ReadAsync(
        ImportQuestion question, Stream body, WriteTransaction write, CancellationToken cancellation)
    {
        var faults = new FieldFaults();
        var format = faults.Word<EvidenceFormat>("format", question.Format);
        faults.Slug("model", question.Model);
        faults.Text("version", question.Version, 128);
        faults.Text("metric", question.Metric, 64);
        DateTimeOffset? at = null;
        if (question.EvaluatedAt is { Length: > 0 } told)
        {
            if (DateTimeOffset.TryParse(told, System.Globalization.CultureInfo.InvariantCulture, System.Globalization.DateTimeStyles.AssumeUniversal, out var instant))
                at = instant;
            else
                faults.Add("evaluatedAt", "The value is not an instant.", "Use ISO 8601, for example 2026-05-01T06:00:00Z.");
        }

        if (faults.Refusal is { } malformed)
            return (null, malformed);
        var (about, unknown) = await AboutAsync(write, question, at, cancellation);
        if (about is null)
            return (null, unknown);
        var content = await ContentAsync(body, cancellation);
        if (content is null)
            return (null, Problems.Malformed("body", $"The file is over {LargestFile >> 20} MB.", "Send its importances as lines instead (application/x-ndjson)."));
        var (evidence, unreadable) = EvidenceFile.Read(format!.Value, content.Value, about.Metric, about.HigherIsBetter);
        if (evidence is null)
            return (null, unreadable);
        var (names, manifest) = await NamesAsync(write.Connection, about.Model, about.Version, cancellation);
        var (values, missing) = Named(evidence, names);
        if (missing.Count > 0)
            return (null, new(RefusalKind.BrokenRule, "unknown-names", $"{missing.Count} names of the file are no features that '{about.Model}' reads.", [.. missing.Take(MostMissing)]));
        if (evidence.OthersAreZero)
            values.AddRange(manifest.Except(values.Select(value => value.Feature)).Select(key => new ImportanceValue { Feature = key, Value = 0 }));
        var report = new ImportanceReport
        {
            Model = about.Model,
            Version = about.Version,
            Method = Words.Of(evidence.Method),
            EvaluatedAt = about.EvaluatedAt,
            Metric = about.Metric,
            Values = values,
        };
        return (Encoding.UTF8.GetBytes(Json.Text(report)), null);
    }

    /// <summary>The feature that each column of a sample is; columns that are none of the model's, or may be several, or mean one that another means, are not there.</summary>
    public static async Task<IReadOnlyDictionary<string, string>> ResolveAsync(
        NpgsqlConnection connection, string model, string? version, IEnumerable<string> columns, CancellationToken cancellation)
    {
        var (names, _) = await NamesAsync(connection, model, version, cancellation);
        return columns
            .Select(column => (Column: column, Keys: names[column].Contains(column) ? [column] : names[column].Distinct().ToArray()))
            .Where(found => found.Keys.Length == 1)
            .GroupBy(found => found.Keys[0], StringComparer.Ordinal)
            .Where(same => same.Count() == 1)
            .ToDictionary(same => same.Single().Column, same => same.Key, StringComparer.Ordinal);
    }

    private static async Task<(About? About, Refusal? Refusal)> AboutAsync(
        WriteTransaction write, ImportQuestion question, DateTimeOffset? at, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("select name, metric_name, metric_higher_is_better from registry.model where name = $1", write.Connection);
        command.Parameters.AddWithValue(question.Model!);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        if (!await reader.ReadAsync(cancellation))
            return (null, new(RefusalKind.BrokenRule, "unknown-names", $"There is no model '{question.Model}'.", [new("model", "No such model.", "Register it first, or check the spelling.")]));
        var registered = reader.IsDBNull(1) ? null : reader.GetString(1);
        bool? direction = reader.IsDBNull(2) ? null : reader.GetBoolean(2);
        if ((question.Metric ?? registered) is not { } metric)
            return (null, Problems.Malformed("metric", "The model has no metric.", "Name what was measured, for example metric=auc."));
        var isTheModels = string.Equals(metric, registered, StringComparison.OrdinalIgnoreCase);
        // A telemetry metric is a name without blanks.
        return (new(reader.GetString(0), question.Version, metric.Trim().Replace(' ', '-'), isTheModels ? direction : null, at ?? write.Now), null);
    }

    private static async Task<ReadOnlyMemory<byte>?> ContentAsync(Stream body, CancellationToken cancellation)
    {
        var held = new MemoryStream();
        var buffer = new byte[1 << 16];
        int read;
        while ((read = await body.ReadAsync(buffer, cancellation)) > 0)
        {
            held.Write(buffer, 0, read);
            if (held.Length > LargestFile)
                return null;
        }

        return held.GetBuffer().AsMemory(0, (int)held.Length);
    }

    // Without a manifest, of the version named or the live one, every feature may be meant.
    private static async Task<(ILookup<string, string> Names, IReadOnlyList<string> Manifest)> NamesAsync(
        NpgsqlConnection connection, string model, string? version, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("""
            with read as (
                select e.feature_id from registry.model m
                join registry.model_version v on v.model_id = m.id and (v.name = $2 or ($2 is null and v.id = m.live_version_id))
                join registry.manifest_entry e on e.model_version_id = v.id where m.name = $1)
            select f.key, exists (select from read) from registry.feature f where f.kind <> 1 and (f.id in (select feature_id from read) or not exists (select from read))
            """, connection);
        command.Parameters.AddWithValue(model);
        command.Parameters.Add(new() { Value = (object?)version ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var names = new List<(string Name, string Key)>();
        var manifest = new List<string>();
        while (await reader.ReadAsync(cancellation))
        {
            var key = reader.GetString(0);
            if (reader.GetBoolean(1))
                manifest.Add(key);
            foreach (var name in Spellings(key).Distinct())
                names.Add((name, key));
        }

        return (names.ToLookup(pair => pair.Name, pair => pair.Key, StringComparer.Ordinal), manifest);
    }

    private static IEnumerable<string> Spellings(string key)
    {
        yield return key;
        yield return key.Replace(":", "__", StringComparison.Ordinal);
        yield return string.Concat(key.Select(c => char.IsAsciiLetterOrDigit(c) ? c : '_'));
        yield return key[(key.IndexOf(':', StringComparison.Ordinal) + 1)..];
    }

    private static (List<ImportanceValue> Values, List<FieldError> Missing) Named(ImportedEvidence evidence, ILookup<string, string> names)
    {
        var values = new List<ImportanceValue>();
        var missing = new List<FieldError>();
        foreach (var value in evidence.Values)
        {
            var shown = Problems.Shorten(FieldFaults.Printable(value.Name));
            string[] keys = names[value.Name].Contains(value.Name) ? [value.Name] : [.. names[value.Name].Distinct()];
            if (keys is [var key])
                values.Add(new() { Feature = key, Value = value.Value, StandardError = value.StandardError });
            else if (keys.Length == 0)
                missing.Add(new("feature", $"'{shown}' is no feature of the model.", "Register it in the manifest, or train with names such as group__name."));
            else
                missing.Add(new("feature", $"'{shown}' may be {string.Join(" or ", keys.Order(StringComparer.Ordinal).Take(4).Select(one => $"'{one}'"))}.",
                    "Train with names such as group__name."));
        }

        foreach (var twice in values.GroupBy(value => value.Feature, StringComparer.Ordinal).Where(group => group.Count() > 1))
            missing.Add(new("feature", $"Two names of the file mean '{twice.Key}'.", "Give each feature one name."));
        return (values, missing);
    }
}
