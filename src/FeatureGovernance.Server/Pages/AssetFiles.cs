using System.Collections.Frozen;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;

namespace FeatureGovernance.Server.Pages;

/// <summary>Style, script and type, carried in the assembly and served under a name that changes with their content.</summary>
internal static class AssetFiles
{
    private const string Prefix = "assets/";

    private static readonly Dictionary<string, string> Types = new(StringComparer.Ordinal)
    {
        [".css"] = "text/css; charset=utf-8", [".js"] = "text/javascript; charset=utf-8", [".woff2"] = "font/woff2", [".svg"] = "image/svg+xml",
    };

    private static readonly FrozenDictionary<string, Asset> All = Load().ToFrozenDictionary(asset => asset.Name, StringComparer.Ordinal);

    /// <summary>One version for all, since a style sheet names its fonts beside it.</summary>
    private static readonly string Version = Convert.ToHexStringLower(SHA256.HashData(
        [.. All.Values.OrderBy(asset => asset.Name, StringComparer.Ordinal).SelectMany(asset => SHA256.HashData(asset.Content))]))[..12];

    public static string Path(string name) => $"/assets/{Version}/{name}";

    /// <summary>The content of a text, to be put into a document that stands alone.</summary>
    public static string Text(string name) => Encoding.UTF8.GetString(All[name].Content);

    public static void MapAssets(this IEndpointRouteBuilder app) =>
        app.MapGet("/assets/{version}/{name}", (string version, string name, HttpContext context) =>
        {
            if (!All.TryGetValue(name, out var asset))
                return Results.NotFound();
            context.Response.Headers.CacheControl = version == Version ? "public, max-age=31536000, immutable" : "no-cache";
            context.Response.Headers.XContentTypeOptions = "nosniff";
            context.Response.Headers.Vary = "Accept-Encoding";
            if (asset.Packed is null || !context.Request.Headers.AcceptEncoding.ToString().Contains("br", StringComparison.Ordinal))
                return Results.Bytes(asset.Content, asset.Type);
            context.Response.Headers.ContentEncoding = "br";
            return Results.Bytes(asset.Packed, asset.Type);
        }).ExcludeFromDescription();

    private static IEnumerable<Asset> Load()
    {
        var assembly = typeof(AssetFiles).Assembly;
        foreach (var resource in assembly.GetManifestResourceNames().Where(name => name.StartsWith(Prefix, StringComparison.Ordinal)))
        {
            using var stream = assembly.GetManifestResourceStream(resource)!;
            var content = new byte[stream.Length];
            stream.ReadExactly(content);
            var type = Types[System.IO.Path.GetExtension(resource)];
            yield return new(resource[Prefix.Length..], type, content, type.StartsWith("font", StringComparison.Ordinal) ? null : Pack(content));
        }
    }

    private static byte[] Pack(byte[] content)
    {
        var packed = new byte[BrotliEncoder.GetMaxCompressedLength(content.Length)];
        return BrotliEncoder.TryCompress(content, packed, out var length, 9, 22) ? packed[..length] : content;
    }

    private sealed record Asset(string Name, string Type, byte[] Content, byte[]? Packed);
}
