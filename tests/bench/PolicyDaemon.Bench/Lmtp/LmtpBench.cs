using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using PolicyDaemon.Bench.Auth;
using PolicyDaemon.Bench.Counters;
using PolicyDaemon.MailStack;
using PolicyDaemon.MailStack.Dovecot;
using PolicyDaemon.MailStack.Postfix;

namespace PolicyDaemon.Bench.Lmtp;

/// <summary>
/// Messages into the mailboxes of a private Dovecot 2.3, all over unix sockets: directly, through haproxy as a proxy that only passes octets on, and through the daemon; and the same
/// to a mail store that keeps nothing, where the daemon has the most to do. Round by round in turn, so that whatever else the machine does meets all of them.
/// </summary>
internal sealed class LmtpBench(string program, int rounds, TimeSpan length, TimeSpan patience, int sessions, int octets)
{
    private const int Mailboxes = 200;

    private static readonly AuthPeople People = AuthPeople.Plain(Mailboxes);

    private readonly QuietMoment quiet = new(patience);

    public async Task RunAsync()
    {
        Console.WriteLine(FormattableString.Invariant(
            $"deliveries, {Environment.ProcessorCount} cores, load {ProcessFamily.LoadAverage()}, {sessions} sessions, messages of {octets} octets, middle (least to greatest) of {rounds} rounds of {length.TotalSeconds} s; ratio: to the first of each group, round by round"));
        Console.WriteLine($"{"",-22} {"messages/s",24} {"ratio",21} {"p50 ms",8} {"p99 ms",8} {"CPU us",8} {"(least to greatest)",20}");
        await using var root = await MailStackRoot.CreateAsync();
        var dovecot = await DovecotServer.StartAsync(root, new DovecotOptions { Mailboxes = [.. Enumerable.Range(0, Mailboxes).Select(AuthPeople.NameOf)] });
        await CompareAsync(root, "dovecot", dovecot.LmtpSocket);
        using LmtpSink sink = new(root.PathOf("sink.sock"));
        await CompareAsync(root, "sink", root.PathOf("sink.sock"));
    }

    /// <param name="store">The socket of the mail store.</param>
    private async Task CompareAsync(MailStackRoot root, string name, string store)
    {
        var proxy = await HaProxy.StartPlainAsync(root, $"haproxy-{name}", store);
        var (daemon, endpoint) = await LmtpDaemon.StartAsync(root, program, $"daemon-{name}", store, People);
        LmtpSubject[] subjects =
        [
            new($"{name} directly", new UnixDomainSocketEndPoint(store), () => default),
            new($"haproxy, {name}", new UnixDomainSocketEndPoint(proxy.Path), () => ProcessFamily.CpuOf(proxy.ProcessId)),
            new($"daemon, {name}", endpoint, () => ServerUse.Of(daemon.Id).Cpu),
        ];
        var measured = await MeasureAsync(subjects);
        for (var i = 0; i < subjects.Length; i++) Console.WriteLine(Describe(subjects[i].Name, measured[i], measured[0]));
    }

    private async Task<List<Round>[]> MeasureAsync(LmtpSubject[] subjects)
    {
        var measured = subjects.Select(_ => new List<Round>()).ToArray();
        var loads = subjects.Select(subject => new LmtpLoad(subject, sessions, Mailboxes, octets)).ToArray();
        try
        {
            foreach (var load in loads) load.Run(2 * length); // compiles, and makes the mailboxes
            for (var round = 0; round < rounds; round++)
            {
                for (var i = 0; i < subjects.Length; i++)
                {
                    await quiet.WaitAsync(() => subjects.Aggregate(TimeSpan.Zero, (sum, subject) => sum + subject.Cpu()));
                    measured[i].Add(Measure(subjects[i], loads[i]));
                }
            }
        }
        finally
        {
            foreach (var load in loads) load.Dispose();
        }

        return measured;
    }

    private Round Measure(LmtpSubject subject, LmtpLoad load)
    {
        var (before, begun) = (subject.Cpu(), Stopwatch.GetTimestamp());
        var round = load.Run(length);
        var messages = round.PerSecond * Stopwatch.GetElapsedTime(begun).TotalSeconds;
        return round with { CpuPerRequest = (subject.Cpu() - before).TotalMicroseconds / messages };
    }

    private static string Describe(string name, List<Round> own, List<Round> first)
    {
        var median = Round.Median(own);
        var ratios = own.Zip(first, (one, other) => one.PerSecond / other.PerSecond).Order().ToArray();
        var rate = Text($"{median.PerSecond:N0} ({own.Min(one => one.PerSecond):N0} to {own.Max(one => one.PerSecond):N0})");
        var ratio = Text($"{ratios[ratios.Length / 2]:F2} ({ratios[0]:F2} to {ratios[^1]:F2})");
        var cpu = Text($"({own.Min(one => one.CpuPerRequest):F0} to {own.Max(one => one.CpuPerRequest):F0})");
        return Text($"{name,-22} {rate,24} {ratio,21} {median.P50 / 1000,8:F1} {median.P99 / 1000,8:F1} {median.CpuPerRequest,8:F0} {cpu,20}");

        static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
    }
}
