using System.Globalization;
using System.Text;

namespace FeatureGovernance.Client;

/// <summary>Builds the relative paths of the API, every part escaped.</summary>
public static class Paths
{
    /// <summary>Joins segments with slashes, for example <c>features/user%3Aage/history</c>.</summary>
    public static string Of(params ReadOnlySpan<string> segments)
    {
        var path = new StringBuilder();
        foreach (var segment in segments)
            path.Append(path.Length == 0 ? "" : "/").Append(Uri.EscapeDataString(segment));
        return path.ToString();
    }

    /// <summary>Appends the query parameters that have a value.</summary>
    public static string With(this string path, params ReadOnlySpan<(string Name, object? Value)> query)
    {
        var whole = new StringBuilder(path);
        var separator = path.Contains('?', StringComparison.Ordinal) ? '&' : '?';
        foreach (var (name, value) in query)
        {
            if (Convert.ToString(value is bool flag ? (flag ? "true" : null) : value, CultureInfo.InvariantCulture) is not { Length: > 0 } text)
                continue;
            whole.Append(separator).Append(name).Append('=').Append(Uri.EscapeDataString(text));
            separator = '&';
        }

        return whole.ToString();
    }
}
