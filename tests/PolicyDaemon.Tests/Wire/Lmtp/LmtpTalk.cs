using System.Buffers;
using System.Collections.Concurrent;
using System.IO.Pipelines;
using System.Text;
using PolicyDaemon.Engine.Addresses;
using PolicyDaemon.Engine.Deliveries;
using PolicyDaemon.Tests.Wire.PostfixPolicy;
using PolicyDaemon.Wire;
using PolicyDaemon.Wire.Lmtp;
using Xunit;

namespace PolicyDaemon.Tests.Wire.Lmtp;

/// <summary>Stands where Postfix stands: one connection to an LMTP session that runs in front of scripted backends.</summary>
internal sealed class LmtpTalk : IAsyncDisposable
{
    private static readonly TimeSpan AtMost = TimeSpan.FromSeconds(20);

    private readonly CancellationTokenSource stopping = new();
    private string received = "";

    public LmtpTalk(LmtpBackends backends, ManualClock clock, Decide? decide = null, DeliveryRecord? record = null, IDeliveredBefore? before = null)
    {
        PipePair pair = new();
        Connection = pair.Peer;
        Record = record ?? new DeliveryRecord();
        Session = new LmtpSession(pair.Session, "unix:test", backends, decide ?? PolicyPeer.DecideByLogin, Record, Log, clock, before).RunAsync(stopping.Token);
    }

    public IDuplexPipe Connection { get; }

    public RecordingSessionLog Log { get; } = new();

    public DeliveryRecord Record { get; }

    public Task Session { get; }

    public static LmtpRules Rules { get; } = new() { Node = "mx1", Normalizer = new AddressNormalizer("+") };

    public static LmtpBackends BackendsOf(ScriptedBackend backend, ManualClock clock, LmtpRules? rules = null) =>
        new([backend.As("unix:/store")], rules ?? Rules, (_, _) => { }, clock);

    /// <summary>A session that was greeted and has said LHLO.</summary>
    public static async Task<LmtpTalk> OpenAsync(ScriptedBackend backend, ManualClock? clock = null, LmtpRules? rules = null, Decide? decide = null)
    {
        clock ??= new ManualClock();
        LmtpTalk talk = new(BackendsOf(backend, clock, rules), clock, decide);
        await talk.HelloAsync();
        return talk;
    }

    public async Task HelloAsync()
    {
        await ReceiveAsync("220 mx1 PolicyDaemon LMTP\r\n");
        await SendAsync("LHLO mx\r\n");
        Assert.StartsWith("250-mx1\r\n", await ReadReplyAsync(), StringComparison.Ordinal);
    }

    public async Task SendAsync(string text)
    {
        // A session that is over takes nothing any more, as a socket would say.
        if (!Session.IsCompleted) await Connection.Output.WriteAsync(Encoding.Latin1.GetBytes(text));
    }

    /// <summary>The next replies are exactly these.</summary>
    public async Task ReceiveAsync(string expected)
    {
        while (received.Length < expected.Length && await ReadAsync())
        {
            // Until there is enough.
        }

        Assert.Equal(expected, received[..Math.Min(received.Length, expected.Length)]);
        received = received[expected.Length..];
    }

    /// <summary>One reply with all its lines.</summary>
    public async Task<string> ReadReplyAsync()
    {
        StringBuilder reply = new();
        while (true)
        {
            int end;
            while ((end = received.IndexOf("\r\n", StringComparison.Ordinal)) < 0) Assert.True(await ReadAsync(), $"closed after {reply}{received}");
            var line = received[..(end + 2)];
            received = received[line.Length..];
            reply.Append(line);
            if (line is not [_, _, _, '-', ..]) return reply.ToString();
        }
    }

    /// <summary>Sends a command and gives its reply.</summary>
    public async Task<string> AskAsync(string command)
    {
        await SendAsync(command + "\r\n");
        return await ReadReplyAsync();
    }

    /// <summary>MAIL, and RCPT for each; all are accepted.</summary>
    public async Task AddressAsync(params string[] recipients)
    {
        Assert.StartsWith("250", await AskAsync("MAIL FROM:<a@example.org>"), StringComparison.Ordinal);
        foreach (var recipient in recipients) Assert.StartsWith("250", await AskAsync($"RCPT TO:<{recipient}>"), StringComparison.Ordinal);
    }

    /// <summary>DATA and the content with its end; gives the first reply to it.</summary>
    public async Task<string> DeliverAsync(string content = "Subject: x\r\n\r\nx\r\n.\r\n")
    {
        Assert.StartsWith("354", await AskAsync("DATA"), StringComparison.Ordinal);
        await SendAsync(content);
        return await ReadReplyAsync();
    }

    /// <summary>The session closes, without another byte.</summary>
    public async Task EndAsync()
    {
        while (await ReadAsync())
        {
            // To the end.
        }

        Assert.Equal("", received);
        await Session.WaitAsync(AtMost);
    }

    /// <summary>Nothing is there to be read.</summary>
    public void ReceiveNothing()
    {
        if (Connection.Input.TryRead(out var read)) Take(read);
        Assert.Equal("", received);
    }

    public Task StopAsync() => stopping.CancelAsync();

    public async Task LeaveAsync()
    {
        await Connection.Output.CompleteAsync();
        await Connection.Input.CompleteAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await LeaveAsync();
        await Session.WaitAsync(AtMost);
        stopping.Dispose();
        Assert.Empty(Log.Faults);
    }

    private async Task<bool> ReadAsync()
    {
        using CancellationTokenSource limit = new(AtMost);
        var read = await Connection.Input.ReadAsync(limit.Token);
        Take(read);
        return !read.IsCompleted || !read.Buffer.IsEmpty;
    }

    private void Take(ReadResult read)
    {
        received += Encoding.Latin1.GetString(read.Buffer.ToArray());
        Connection.Input.AdvanceTo(read.Buffer.End);
    }
}

/// <summary>Remembers what the observer is told, and can make the session wait for it.</summary>
internal sealed class DeliveryRecord : IDeliveryObserver
{
    private readonly ConcurrentQueue<Delivery> all = new();

    public Task Written { get; set; } = Task.CompletedTask;

    /// <summary><c>Stored EndOfMessage bob@example.org 250 2.0.0 saved 1</c>.</summary>
    public IEnumerable<string> Lines => all.Select(delivery => $"{delivery.Outcome} {delivery.Stage} {delivery.Recipient} {delivery.Reply}");

    public IReadOnlyCollection<Delivery> All => all;

    public async ValueTask OnDeliveriesAsync(IReadOnlyList<Delivery> deliveries)
    {
        await Written;
        foreach (var delivery in deliveries) all.Enqueue(delivery);
    }
}
