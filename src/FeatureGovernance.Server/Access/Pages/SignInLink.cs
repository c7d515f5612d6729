using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace FeatureGovernance.Server.Access.Pages;

/// <summary>A link that signs whoever started the server in, once and soon: it is printed where only he reads it.</summary>
internal sealed class SignInLink(TimeProvider clock)
{
    private static readonly TimeSpan Longest = TimeSpan.FromHours(1);
    private readonly Lock gate = new();
    private (byte[] Code, string Secret, DateTimeOffset Until)? offered;

    /// <summary>The path to print; an earlier one is void from now on.</summary>
    public string Offer(string secret)
    {
        var code = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(24));
        lock (gate)
            offered = (Encoding.ASCII.GetBytes(code), secret, clock.GetUtcNow() + Longest);
        return $"/sign-in/{code}";
    }

    /// <summary>The token that the code stands for, the first time; null ever after.</summary>
    public string? Take(string code)
    {
        lock (gate)
        {
            if (offered is not { } one || clock.GetUtcNow() >= one.Until || !CryptographicOperations.FixedTimeEquals(one.Code, Encoding.UTF8.GetBytes(code)))
                return null;
            offered = null;
            return one.Secret;
        }
    }
}
