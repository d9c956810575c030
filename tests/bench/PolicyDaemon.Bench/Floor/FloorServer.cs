using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using PolicyDaemon.Bench.Measuring;
using PolicyDaemon.MailStack;

namespace PolicyDaemon.Bench.Floor;

/// <summary>Servers that answer without thinking: in C with epoll, compiled when they are needed, and on the daemon's own transport.</summary>
internal static class FloorServer
{
    /// <summary>About the least that a server of this protocol can cost.</summary>
    /// <param name="protocol"><c>policy</c>, <c>auth</c>, <c>milter</c> or <c>lmtp</c>.</param>
    public static async Task<Subject> StartAsync(MailStackRoot root, string protocol)
    {
        var name = "floor-" + protocol;
        var program = Compile(root, Path.Combine("Floor", protocol + ".c"), name);
        var endpoints = EndpointsOf(root, name);
        var tcp = (IPEndPoint)endpoints["tcp"];
        var id = await root.StartServerAsync(name, [program, endpoints["unix"].ToString()!, tcp.Address.ToString(), $"{tcp.Port}"], endpoints.Values);
        return new("C floor", Role.Floor, id, endpoints);
    }

    /// <summary>A server of <see cref="HandlerServers"/>.</summary>
    public static async Task<Subject> StartHandlerAsync(MailStackRoot root, string kind, string title)
    {
        var endpoints = EndpointsOf(root, kind);
        var id = await root.StartServerAsync(kind, [Environment.ProcessPath!, "serve", kind, endpoints["unix"].ToString()!, endpoints["tcp"].ToString()!], endpoints.Values);
        return new(title, Role.Handler, id, endpoints);
    }

    /// <summary>A filter on libmilter that accepts everything.</summary>
    public static async Task<Subject> StartLibmilterAsync(MailStackRoot root)
    {
        var program = Compile(root, Path.Combine("Milter", "accept.c"), "libmilter", "-lmilter", "-lpthread");
        UnixDomainSocketEndPoint endpoint = new(root.PathOf("libmilter.sock"));
        var id = await root.StartServerAsync("libmilter", [program, $"unix:{endpoint}"], endpoint);
        return new("libmilter", Role.Peer, id, new Dictionary<string, EndPoint>(StringComparer.Ordinal) { ["unix"] = endpoint });
    }

    /// <summary>Places of a server's own.</summary>
    public static Dictionary<string, EndPoint> EndpointsOf(MailStackRoot root, string name) => new(StringComparer.Ordinal)
    {
        ["unix"] = new UnixDomainSocketEndPoint(root.PathOf(name + ".sock")),
        ["tcp"] = new IPEndPoint(root.Address, root.FreePort()),
    };

    private static string Compile(MailStackRoot root, string source, string name, params string[] libraries)
    {
        var program = root.PathOf(name);
        using var compiler = Process.Start("cc", ["-O2", "-D_GNU_SOURCE", "-o", program, Path.Combine(AppContext.BaseDirectory, source), .. libraries]);
        compiler.WaitForExit();
        return compiler.ExitCode == 0 ? program : throw new InvalidOperationException($"cc failed for {source}: are a compiler and libmilter-dev there?");
    }
}
