using System.Diagnostics;
using System.Globalization;
using System.Net;
using PolicyDaemon.Bench.Floor;
using PolicyDaemon.Bench.Measuring;
using PolicyDaemon.Bench.Parts;
using PolicyDaemon.MailStack;

namespace PolicyDaemon.Bench.Lmtp;

/// <summary>How much memory the daemon takes for large messages, and for many at once. The mail store keeps nothing.</summary>
internal sealed class LmtpMemory(string program, int sessions, int megabytes)
{
    private const int Kilobyte = 1024;
    private const int Chunk = 64 * Kilobyte;

    private static readonly People Recipients = People.Plain(1000);

    public async Task RunAsync()
    {
        await using var root = await MailStackRoot.CreateAsync();
        var sink = await FloorServer.StartAsync(root, "lmtp");
        var under = await DaemonUnderTest.StartAsync(root, program, "large", await new Directories(root, Recipients).SqliteAsync("large"), $"{sink.Endpoints["unix"]}");
        var (daemon, endpoint) = (under.Process, under.On("lmtp", "daemon").Endpoints["unix"]);
        Console.WriteLine($"{"messages",-24} {"most in memory MB",18} {"MB/s",8} {"CPU ms per MB",14}");
        Measure(1, Kilobyte);
        Measure(1, 1024L * Kilobyte * Kilobyte);
        Measure(sessions, Kilobyte);
        Measure(sessions, (long)megabytes * Kilobyte * Kilobyte);

        void Measure(int count, long octets)
        {
            var (cpu, begun) = (ServerUse.Of(daemon.Id).Cpu, Stopwatch.GetTimestamp());
            Send(endpoint, count, octets);
            var (elapsed, total) = (Stopwatch.GetElapsedTime(begun), count * octets / 1e6);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{$"{count} of {Text(octets)}",-24} {MemoryUse.Of(daemon.Id).Peak / 1e6,18:N0} {total / elapsed.TotalSeconds,8:N0} {(ServerUse.Of(daemon.Id).Cpu - cpu).TotalMilliseconds / total,14:N1}"));
        }
    }

    private static void Send(EndPoint endpoint, int count, long octets)
    {
        var (size, times) = octets < Chunk ? ((int)octets, 1) : (Chunk, octets / Chunk);
        var lines = new byte[size];
        for (var i = 0; i < size; i++) lines[i] = (i % 64) switch { 62 => (byte)'\r', 63 => (byte)'\n', _ => (byte)'x' };
        var running = Enumerable.Range(0, count).Select(i => Task.Factory.StartNew(
            () =>
            {
                using LmtpSender sender = new(endpoint);
                sender.Send(People.LoginOf(i), $"4jX2H{Guid.NewGuid():N}"[..20], lines, times);
            },
            TaskCreationOptions.LongRunning));
        Task.WaitAll([.. running]);
    }

    private static string Text(long octets) => octets >= 1 << 30 ? $"{octets >> 30} GB" : octets >= 1 << 20 ? $"{octets >> 20} MB" : $"{octets >> 10} KB";
}
