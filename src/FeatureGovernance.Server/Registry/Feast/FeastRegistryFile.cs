using System.Diagnostics.CodeAnalysis;
using FeatureGovernance.Core;
using Google.Protobuf;

namespace FeatureGovernance.Server.Registry.Feast;

/// <summary>What came of reading a file: the registry, or why it is none.</summary>
internal sealed record FeastReading(FeastRegistry? Registry, Refusal? Refusal)
{
    [MemberNotNullWhen(true, nameof(Registry))]
    [MemberNotNullWhen(false, nameof(Refusal))]
    public bool Succeeded => Registry is not null;
}

/// <summary>Reads a Feast registry in either of its forms, and says precisely why a file is none.</summary>
internal static class FeastRegistryFile
{
    /// <summary>The largest file read, in bytes; 100,000 features and 200 services of 1,000 take 3 MB before tags and descriptions.</summary>
    public const int MaxBytes = 256 * 1024 * 1024;

    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    /// <param name="file">The whole file.</param>
    /// <param name="maxBytes">The largest size accepted.</param>
    public static FeastReading Read(ReadOnlyMemory<byte> file, int maxBytes = MaxBytes)
    {
        if (file.IsEmpty)
            return Refused("The file is empty.");
        if (file.Length > maxBytes)
            return Refused($"The file has {file.Length:N0} bytes; at most {maxBytes:N0} are read.", "feast-registry-too-large");
        if (FileKind(file.Span) is { } kind)
            return Refused($"The file is {kind}, not a Feast registry.");
        if (!BeginsLikeJson(file.Span, out var skipped))
            return Protobuf(file);

        // A line feed before the brace is also how a serialized registry can begin (its first field, a text of 123 bytes).
        var serialized = skipped > 0 && file.Span[0] == '\n' ? Protobuf(file) : null;
        return serialized is { Succeeded: true } ? serialized : Json(file[skipped..]);
    }

    private static FeastReading Protobuf(ReadOnlyMemory<byte> file)
    {
        var findings = new FeastFindings();
        if (FeastWireWalk.Walk(file, Wire.Registry.Descriptor, findings) is { } refusal)
            return new(null, refusal);

        try
        {
            return Checked(Wire.Registry.Parser.ParseFrom(file.Span), FeastForm.Protobuf, findings);
        }
        catch (InvalidProtocolBufferException fault)
        {
            return Refused($"The file is not a serialized feast.core.Registry: {fault.Message}");
        }
    }

    private static FeastReading Json(ReadOnlyMemory<byte> text)
    {
        var findings = new FeastFindings();
        var (registry, refusal) = FeastJson.Read(text, findings);
        return registry is null ? new(null, refusal) : Checked(registry, FeastForm.Json, findings);
    }

    // Many byte sequences are some message; what makes one a registry is that it defines named things.
    private static FeastReading Checked(Wire.Registry registry, FeastForm form, FeastFindings findings)
    {
        (string List, IEnumerable<string?> Names)[] named =
        [
            ("projects", registry.Projects.Select(item => item.Spec?.Name)),
            ("entities", registry.Entities.Select(item => item.Spec?.Name)),
            ("data_sources", registry.DataSources.Select(item => item.Name)),
            ("feature_views", registry.FeatureViews.Select(item => item.Spec?.Name)),
            ("stream_feature_views", registry.StreamFeatureViews.Select(item => item.Spec?.Name)),
            ("on_demand_feature_views", registry.OnDemandFeatureViews.Select(item => item.Spec?.Name)),
            ("label_views", registry.LabelViews.Select(item => item.Spec?.Name)),
            ("feature_services", registry.FeatureServices.Select(item => item.Spec?.Name)),
        ];
        var nameless = named
            .SelectMany(list => list.Names.Select((name, index) => (list.List, Name: name, Index: index)))
            .Where(item => string.IsNullOrEmpty(item.Name))
            .Select(item => $"{item.List}[{item.Index}]")
            .FirstOrDefault();
        if (nameless is not null)
            return Refused($"The file is not a Feast registry: {nameless} has no name.");
        if (named.All(list => !list.Names.Any()))
            return Refused("The file defines no project, entity, data source, view or feature service.");

        return new(FeastRecords.Registry(registry, form, findings), null);
    }

    private static bool BeginsLikeJson(ReadOnlySpan<byte> file, out int skipped)
    {
        skipped = file.StartsWith(ByteOrderMark) ? ByteOrderMark.Length : 0;
        while (skipped < file.Length && (file[skipped] is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n'))
            skipped++;
        return skipped < file.Length && (file[skipped] is (byte)'{' or (byte)'[');
    }

    private static string? FileKind(ReadOnlySpan<byte> file) =>
        file.StartsWith("PAR1"u8) ? "a Parquet file"
        : file.StartsWith("SQLite format 3\0"u8) ? "an SQLite database (print a SQL registry with `feast registry-dump` and send that)"
        : file.StartsWith("PK\x03\x04"u8) ? "a ZIP archive"
        : file.StartsWith([(byte)0x1f, (byte)0x8b]) ? "gzip-compressed"
        : null;

    private static FeastReading Refused(string detail, string code = "not-a-feast-registry") =>
        new(null, new(RefusalKind.Malformed, code, detail));
}
