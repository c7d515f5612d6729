using System.Security.Cryptography;
using System.Text;
using FeatureGovernance.Server.Storage;

namespace FeatureGovernance.Server.Notifications;

/// <summary>
/// Keeps channels' secrets unreadable in the database and its dumps: AES-256-GCM under a key that lives elsewhere, in the setting
/// <c>Notices:SecretKey</c> or a file of the data folder, readable by its owner only. Servers on one database share the key.
/// </summary>
internal sealed class Secrets(IConfiguration configuration)
{
    private const int KeyLength = 32;
    private static readonly int NonceLength = AesGcm.NonceByteSizes.MaxSize;
    private static readonly int TagLength = AesGcm.TagByteSizes.MaxSize;

    private readonly Lazy<byte[]> key = new(() => Key(configuration));

    /// <summary>Encrypts; the result is nonce, tag and cipher text.</summary>
    public byte[] Protect(string secret)
    {
        var plain = Encoding.UTF8.GetBytes(secret);
        var whole = new byte[NonceLength + TagLength + plain.Length];
        RandomNumberGenerator.Fill(whole.AsSpan(0, NonceLength));
        using var aes = new AesGcm(key.Value, TagLength);
        aes.Encrypt(whole.AsSpan(0, NonceLength), plain, whole.AsSpan(NonceLength + TagLength), whole.AsSpan(NonceLength, TagLength));
        return whole;
    }

    /// <summary>Decrypts; null where the key is another one, or the bytes are not ours.</summary>
    public string? Reveal(byte[] kept)
    {
        if (kept.Length < NonceLength + TagLength)
            return null;
        var plain = new byte[kept.Length - NonceLength - TagLength];
        using var aes = new AesGcm(key.Value, TagLength);
        try
        {
            aes.Decrypt(kept.AsSpan(0, NonceLength), kept.AsSpan(NonceLength + TagLength), kept.AsSpan(NonceLength, TagLength), plain);
        }
        catch (CryptographicException)
        {
            return null;
        }

        return Encoding.UTF8.GetString(plain);
    }

    private static byte[] Key(IConfiguration configuration)
    {
        if (configuration["Notices:SecretKey"] is { Length: > 0 } text)
        {
            var bytes = new byte[KeyLength + 2];
            return Convert.TryFromBase64String(text, bytes, out var length) && length == KeyLength
                ? bytes[..KeyLength]
                : throw new InvalidOperationException("Notices:SecretKey is not 32 bytes in Base64.");
        }

        var file = Path.Combine(DataFolder.Path(configuration), "notice-key");
        if (!File.Exists(file))
            Create(file);
        var kept = File.ReadAllBytes(file);
        return kept.Length == KeyLength ? kept : throw new InvalidOperationException($"{file} does not hold a key of {KeyLength} bytes.");
    }

    private static void Create(string file)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        var draft = $"{file}.{Guid.CreateVersion7():N}";
        using (var stream = new FileStream(draft, new FileStreamOptions
        {
            Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        }))
            stream.Write(RandomNumberGenerator.GetBytes(KeyLength));
        try
        {
            // Whole or not at all; of two processes that start at once, the first one's key stays.
            File.Move(draft, file, overwrite: false);
        }
        catch (IOException) when (File.Exists(file))
        {
            File.Delete(draft);
        }
    }
}
