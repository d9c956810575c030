using System.Net;
using System.Net.Sockets;
using PolicyDaemon.MailStack.Processes;

namespace PolicyDaemon.MailStack.Postfix;

/// <summary>A private HAProxy that balances TCP before mail servers and tells each who the client is, by the PROXY protocol.</summary>
/// <remarks>Postfix takes it with <c>-o smtpd_upstream_proxy_protocol=haproxy</c>, and then from nobody without it.</remarks>
public sealed class HaProxy
{
    private readonly ManagedProcess process;

    private HaProxy(ManagedProcess process, IPEndPoint endpoint)
    {
        this.process = process;
        Endpoint = endpoint;
    }

    /// <summary>Where clients connect.</summary>
    public IPEndPoint Endpoint { get; }

    public LogFile Log => process.Output;

    /// <param name="servers">One connection after the other goes to the next of them.</param>
    public static Task<HaProxy> StartAsync(MailStackRoot root, params IPEndPoint[] servers) => StartAsync(root, endpoint => Write(endpoint, servers));

    /// <param name="write">The configuration, given where it is to listen.</param>
    public static async Task<HaProxy> StartAsync(MailStackRoot root, Func<IPEndPoint, string> write)
    {
        IPEndPoint endpoint = new(root.Address, root.FreePort());
        root.MakeDirectory("haproxy");
        string file = root.WriteFile("haproxy/haproxy.cfg", write(endpoint));
        HaProxy proxy = new(root.Start("haproxy", ["/usr/sbin/haproxy", "-db", "-f", file]), endpoint);
        await proxy.process.WaitUntilReadyAsync(() => Wait.AcceptsAsync(endpoint));
        return proxy;
    }

    /// <summary>Only passes octets on, between two unix sockets, and says nothing of it.</summary>
    /// <param name="name">A single word.</param>
    /// <param name="server">The path of the socket of whoever is behind it.</param>
    /// <returns>Its socket, and its process.</returns>
    public static async Task<(string Path, int ProcessId)> StartPlainAsync(MailStackRoot root, string name, string server)
    {
        string path = root.PathOf($"{name}.sock");
        string file = root.WriteFile($"{name}.cfg", $"""
            global
                maxconn 500
            defaults
                mode tcp
                timeout connect 5s
                timeout client 5m
                timeout server 5m
            listen lmtp
                bind unix@{path} mode 666
                server store unix@{server}

            """);
        ManagedProcess plain = root.Start(name, ["/usr/sbin/haproxy", "-db", "-f", file]);
        await plain.WaitUntilReadyAsync(() => Wait.AcceptsAsync(new UnixDomainSocketEndPoint(path)));
        return (path, plain.Id);
    }

    public Task StopAsync() => process.StopAsync();

    public Task KillAsync() => process.KillAsync();

    private static string Write(IPEndPoint endpoint, IPEndPoint[] servers) => $"""
        global
            maxconn 500
            user haproxy
            group haproxy
            log stdout format raw local0
        defaults
            mode tcp
            log global
            option tcplog
            timeout connect 5s
            timeout client 5m
            timeout server 5m
        listen smtp
            bind {endpoint}
            balance roundrobin
            option redispatch
        {string.Join('\n', servers.Select((server, number) => $"    server mx{number + 1} {server} send-proxy-v2"))}

        """;
}
