using System.Net;
using System.Net.Sockets;
using PolicyDaemon.Bench.Conversations;
using PolicyDaemon.Bench.Floor;
using PolicyDaemon.Bench.Measuring;
using PolicyDaemon.MailStack;
using PolicyDaemon.MailStack.Dovecot;
using PolicyDaemon.MailStack.Postfix;

namespace PolicyDaemon.Bench.Parts;

/// <summary>
/// Messages into the mailboxes of a private Dovecot: directly, through haproxy as a proxy that only passes octets on, and through the daemon, whose ledger is on disk before it
/// acknowledges; and the same to a mail store that keeps nothing, where what stands before it has the most to do.
/// </summary>
internal static class LmtpPart
{
    private const int Mailboxes = 200;
    private const int Octets = 4096;

    public static async Task RunAsync(Bench bench, MailStackRoot root, Comparison comparison)
    {
        var sink = await FloorServer.StartAsync(root, "lmtp");
        var toSink = await BeforeAsync(root, bench, "sink", sink with { Name = "directly, C floor" });
        foreach (var connections in bench.Connections.Where(count => count <= 100)) await RunAsync(comparison, new("store that keeps nothing", "unix", connections), toSink);
        var dovecot = await DovecotServer.StartAsync(root, new DovecotOptions { Mailboxes = [.. Enumerable.Range(0, Mailboxes).Select(People.NameOf)] });
        Subject direct = new("directly", Role.Peer, 0, Unix(dovecot.LmtpSocket));
        await RunAsync(comparison, new("Dovecot", "unix", Bench.Usual), await BeforeAsync(root, bench, "dovecot", direct));
    }

    private static async Task<Subject[]> BeforeAsync(MailStackRoot root, Bench bench, string name, Subject store)
    {
        var socket = store.Endpoints["unix"].ToString()!;
        var proxy = await HaProxy.StartPlainAsync(root, $"haproxy-{name}", socket);
        var daemon = await DaemonUnderTest.StartAsync(root, bench.Program, $"daemon-{name}", await new Directories(root, People.Plain(Mailboxes)).SqliteAsync($"daemon-{name}"), socket);
        return [store, new("haproxy", Role.Peer, proxy.ProcessId, Unix(proxy.Path)), daemon.On("lmtp", "daemon")];
    }

    private static Dictionary<string, EndPoint> Unix(string path) => new(StringComparer.Ordinal) { ["unix"] = new UnixDomainSocketEndPoint(path) };

    private static Task RunAsync(Comparison comparison, Case @case, Subject[] subjects) =>
        comparison.RunAsync(@case with { Unit = "messages" }, subjects, (_, _) => new LmtpConversation(Mailboxes, Octets));
}
