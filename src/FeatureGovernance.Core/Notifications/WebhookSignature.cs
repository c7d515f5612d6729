using System.Security.Cryptography;
using System.Text;

namespace FeatureGovernance.Core.Notifications;

/// <summary>Signatures as Standard Webhooks (standardwebhooks.com, version 1) has them: HMAC-SHA256 over id, time and body.</summary>
public static class WebhookSignature
{
    /// <summary>What a secret begins with.</summary>
    public const string Prefix = "whsec_";

    /// <summary>What to tell somebody whose secret is none.</summary>
    public const string Form = "whsec_ and 24 to 64 bytes in Base64";

    /// <summary>The bytes of a secret; null where the text is not <see cref="Form"/>.</summary>
    public static byte[]? Key(string? secret)
    {
        if (secret is not { Length: <= 128 } || !secret.StartsWith(Prefix, StringComparison.Ordinal))
            return null;
        var bytes = new byte[secret.Length];
        return Convert.TryFromBase64String(secret[Prefix.Length..], bytes, out var length) && length is >= 24 and <= 64 ? bytes[..length]
            : null;
    }

    /// <summary>A secret from random bytes.</summary>
    public static string Secret(ReadOnlySpan<byte> bytes) => Prefix + Convert.ToBase64String(bytes);

    /// <summary>The value of the header <c>webhook-signature</c>: one signature for each key, so that a receiver may hold either while keys
    /// change.</summary>
    /// <param name="keys">The keys, the newest first.</param>
    /// <param name="id">The value of <c>webhook-id</c>.</param>
    /// <param name="at">The moment of the attempt, whose Unix seconds are <c>webhook-timestamp</c>.</param>
    /// <param name="body">The body, byte for byte as sent.</param>
    public static string Sign(IEnumerable<byte[]> keys, string id, DateTimeOffset at, ReadOnlySpan<byte> body)
    {
        byte[] signed = [.. Encoding.UTF8.GetBytes($"{id}.{at.ToUnixTimeSeconds()}."), .. body];
        return string.Join(' ', keys.Select(key => $"v1,{Convert.ToBase64String(HMACSHA256.HashData(key, signed))}"));
    }
}
