using System.Net;

namespace PolicyDaemon.Hosting;

/// <summary>Who may reach an inet listener: this machine, and the networks that <c>allow</c> names. Unix sockets have file permissions instead.</summary>
/// <param name="networks">Those of the configuration in force: a reload counts for the next connection.</param>
internal sealed class AllowedPeers(Func<IReadOnlyList<IPNetwork>> networks)
{
    public bool Allows(EndPoint? peer)
    {
        if (peer is not IPEndPoint { Address: var address }) return true;
        if (IPAddress.IsLoopback(address)) return true;
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return IPAddress.IsLoopback(plain) || networks().Any(network => network.Contains(plain));
    }
}
