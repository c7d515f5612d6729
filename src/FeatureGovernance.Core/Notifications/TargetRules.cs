using System.Net;
using System.Net.Sockets;

namespace FeatureGovernance.Core.Notifications;

/// <summary>Which addresses a webhook may reach: those of the public internet, and networks that the operator has opened.</summary>
public static class TargetRules
{
    // IANA special-purpose registries, and multicast.
    private static readonly IPNetwork[] Closed =
    [
        .. new[]
        {
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24",
            "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/3",
            // Within 2000::/3: protocol assignments with Teredo, documentation, 6to4, which hides an IPv4 address.
            "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20",
        }.Select(IPNetwork.Parse),
    ];

    private static readonly IPNetwork Unicast = IPNetwork.Parse("2000::/3");

    /// <summary>True for addresses of the public internet.</summary>
    public static bool IsPublic(IPAddress address)
    {
        var plain = Plain(address);
        return (plain.AddressFamily == AddressFamily.InterNetwork || Unicast.Contains(plain))
            && !Closed.Any(network => network.Contains(plain));
    }

    /// <summary>True for addresses in one of the networks.</summary>
    public static bool IsWithin(IPAddress address, IEnumerable<IPNetwork> networks) =>
        networks.Any(network => network.Contains(Plain(address)));

    // An IPv4 address written as IPv6 is judged as what it is.
    private static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
}
